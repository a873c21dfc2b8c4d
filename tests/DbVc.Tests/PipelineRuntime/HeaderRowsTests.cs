using System.Text;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;
using OpenedSource = DbVc.Pipelines.SourceFile;

namespace DbVc.Tests;

/// <summary>Headers of several rows: merged headings over the names of columns.</summary>
public sealed class HeaderRowsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dbvc-header-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Rows of the header, separator, the names of the columns.</summary>
    public static TheoryData<string, string, string> Headers => new()
    {
        { "id,2024,,2025,\n,jan,feb,jan,feb", " ", "id|2024 jan|2024 feb|2025 jan|2025 feb" },
        { "id,2024,,2025,\n,jan,feb,jan,feb", "_", "id|2024_jan|2024_feb|2025_jan|2025_feb" },
        { ",a,,b,,\n,x,,,y,\nid,1,2,3,4,5", ".", "id|a.x.1|a.x.2|b.3|b.y.4|b.y.5" },
        { "id,total\nid,total", " ", "id|total" },
        { "Store,Sales\n,net,gross", "/", "Store|Sales/net|Sales/gross" },
        { "a,b,c,note\nx,y", " ", "a x|b y|c|note" },
        { " A ,\"b\nc\"\n1,2", "", "A1|b\nc2" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Names_are_joined_from_above_and_blank_headings_are_those_to_their_left(string header, string separator, string names)
    {
        var rows = header.Split('\n').Length - (header.Contains('"') ? 1 : 0);
        var options = new CsvOptions { HeaderRows = rows, HeaderSeparator = separator };
        var cells = string.Join(",", Enumerable.Repeat("1", names.Split('|').Length));
        var reader = new CsvReader(new MemoryStream(Encoding.UTF8.GetBytes($"{header}\n{cells}\n")), options);
        Assert.Equal(names, string.Join("|", reader.Header));
        Assert.True(reader.Read());
        Assert.Null(reader.Problem);
        Assert.Equal((1, header.Split('\n').Length + 1), (reader.Record, reader.Line));
    }

    [Fact]
    public void A_form_that_was_kept_before_there_were_such_headers_has_one_row()
    {
        var options = new CsvOptions { HeaderRows = 0, HeaderSeparator = null! };
        Assert.Equal((1, " "), (options.HeaderRows, options.HeaderSeparator));
    }

    [Fact]
    public void Any_row_of_the_header_that_comes_again_is_rejected()
    {
        const string Source = "id,y\n,jan\n1,2\nid,y\n,jan\n3,4\n";
        var reader = new CsvReader(new MemoryStream(Encoding.UTF8.GetBytes(Source)), new CsvOptions { HeaderRows = 2 });
        var problems = new List<string?>();
        while (reader.Read()) problems.Add(reader.Problem?.Rule);
        Assert.Equal([null, "header", "header", null], problems);
    }

    [Fact]
    public void A_source_that_ends_within_its_header_is_refused()
    {
        var source = new MemoryStream("id,y\n"u8.ToArray());
        Assert.Equal("source.header", Assert.Throws<PipelineException>(() => new CsvReader(source, new CsvOptions { HeaderRows = 2 })).Code);
    }

    [Fact]
    public void A_sheet_may_have_such_a_header_too()
    {
        var path = Path.Combine(_folder.FullName, "a.xlsx");
        object?[][] rows = [["id", "2024", null, "note"], [null, "jan", "feb", null], [1, 2, 3, "x"]];
        MiniExcelLibs.MiniExcel.SaveAs(path, rows.Select(r => r.Index().ToDictionary(c => $"c{c.Index}", c => c.Item)), printHeader: false);
        var table = new TableFile(TableFormat.Excel) { HeaderRows = 2 };
        using var source = OpenedSource.Open(path, new SourceSpec("excel", path, CsvOptions.Default) { Table = table });
        using var reader = new StreamReader(source.OpenStream());
        Assert.Equal("""{"id":1,"2024 jan":2,"2024 feb":3,"note":"x"}""", reader.ReadToEnd().Trim());
    }

    [Theory]
    [InlineData("\"header_rows\": 0", "'header_rows' must be a whole number from 1 to 10")]
    [InlineData("\"header_rows\": 2, \"header\": false", "there is a header")]
    public void What_makes_no_sense_is_refused(string member, string message)
    {
        var problems = MetadataReader.Check($"{{\"source\": {{\"location\": \"a.csv\", {member}}}, \"schema\": {{\"id\": \"integer\"}}}}", "m.json");
        Assert.Contains(message, Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    /// <summary>Source, a decision about it, the columns that are proposed, whether something is asked.</summary>
    [Theory]
    [InlineData("id,2024,\n,jan,feb\n1,2,3\n4,5,6\n", null, "id|2024 jan|2024 feb", true)]
    [InlineData("id,2024,\n,jan,feb\n1,2,3\n4,5,6\n", "header", "id|2024", false)]
    [InlineData("id,y,z\n,jan,feb\n1,2,3\n", "two-header-rows", "id|y jan|z feb", false)]
    [InlineData("id,y,\n1,2,3\n4,5,6\n", null, "id|y", false)]
    public void A_proposal_asks_where_it_may_be_one(string source, string? decision, string names, bool asks)
    {
        var decisions = new Dictionary<string, string>();
        if (decision is not null) decisions["SOURCE"] = decision;
        var known = new SourceSpec("csv", "a.csv", CsvOptions.Default);
        var proposal = MetadataInference.Propose(new InferenceRequest("a.csv", null, decisions), known,
            () => new MemoryStream(Encoding.UTF8.GetBytes(source)), TestContext.Current.CancellationToken);
        var spec = MetadataReader.Read(proposal.Json, "proposal.json");
        Assert.Equal(names, string.Join("|", spec.Fields.Select(f => f.HeaderName)));
        Assert.Equal(asks, proposal.Questions.Any(q => q.Choices.Contains("two-header-rows")));
    }

    [Fact]
    public void Metadata_keeps_it_and_the_dialect_is_found_with_it()
    {
        var spec = MetadataReader.Read("""
            {"source": {"location": "a.csv", "header_rows": 2, "header_separator": "."}, "destination": "t", "schema": {"id": "integer", "2024.jan": "integer"}}
            """, "m.json");
        Assert.Equal(spec.ToCanonicalJson(), MetadataReader.Read(spec.ToCanonicalJson(), "again.json").ToCanonicalJson());
        var known = SourceInspector.Inspect(spec, () => new MemoryStream("Report\n\nid;2024;\n;jan;feb\n1;2;3\n"u8.ToArray()));
        Assert.Equal((';', 1, 2), (known.Source.Csv.Delimiter, known.Source.Csv.SkipRows, known.Source.Csv.HeaderRows));
    }
}
