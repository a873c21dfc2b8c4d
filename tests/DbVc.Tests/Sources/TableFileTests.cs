using System.IO.Compression;
using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;
using OpenedSource = DbVc.Pipelines.SourceFile;

namespace DbVc.Tests;

/// <summary>Workbooks and Parquet files that other programs wrote, as the lines that everything else reads.</summary>
public sealed class TableFileTests : IDisposable
{
    private static readonly string s_files = Path.Combine(SourceTree.Root, "tests", "DbVc.Tests", "Sources", "files");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dbvc-tables-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_sheet_is_read_from_its_header_on_and_each_record_is_in_the_line_of_its_row()
    {
        var lines = Read("orders.xlsx", new TableFile(TableFormat.Excel) { SkipRows = 2 });
        Assert.Equal(
        [
            "", "", "",
            """{"id":1,"customer":"Ann","ordered":"2024-01-31","at":"2024-01-31 23:59:59","amount":19.99,"paid":true,"note":null,"code":"007"}""",
            """{"id":2,"customer":"Zoë \"Z\"","ordered":"2024-02-29","at":"2024-02-29","amount":0.3,"paid":false,"note":null,"code":"NA"}""",
            "",
            """{"id":3,"customer":null,"ordered":"1900-03-01","at":"2024-02-29 12:30:15.5","amount":10000000000000000,"paid":null,"note":"#N/A","""
                + "\"code\":\"a\\nb\"}",
            """{"id":4,"customer":"x","ordered":"12:30:00","at":null,"amount":-5,"paid":null,"note":"#DIV/0!","code":null}""",
            """{"id":5,"customer":"merged","ordered":null,"at":null,"amount":null,"paid":null,"note":null,"code":null}""",
            "",
        ], lines);
    }

    [Fact]
    public void Shared_and_rich_texts_formulas_and_cells_beyond_the_header_are_read()
    {
        var lines = Read("customers.xlsx", new TableFile(TableFormat.Excel) { Sheet = "customers" });
        Assert.Equal(
        [
            "",
            """{"id":1,"name":"Ann","since":"2024-01-31","last seen":"2024-01-31 23:59:59","balance":19.99,"vip":true,"note":2}""",
            """{"id":2,"name":"Zoë","since":"2024-02-29","last seen":"2024-02-29","balance":-0.5,"vip":false,"note":"#DIV/0!"}""",
            "",
            """{"id":4,"name":"  padded ","since":null,"last seen":null,"balance":10000000000000000,"vip":null,"note":"link","H":"beyond"}""",
            "",
        ], lines);
    }

    [Fact]
    public void A_sheet_without_header_has_the_names_that_the_metadata_gives()
    {
        var lines = Read("customers.xlsx", new TableFile(TableFormat.Excel) { Sheet = "Other", FieldNames = ["what"] });
        Assert.Equal(["""{"what":"x"}""", """{"what":1}""", ""], lines);
    }

    [Fact]
    public void Every_type_of_Parquet_comes_in_its_own_digits()
    {
        var lines = Read("types.parquet", new TableFile(TableFormat.Parquet));
        Assert.Equal(
            """{"id":1,"name":"Ann","born":"2024-01-31","seen":"2024-01-31 23:59:59.5","seen_tz":"2024-01-31 21:59:59Z","price":12.50,"""
            + """ "big":12345678901234567890123456789012.123456,"ratio":0.1,"ok":true,"u64":18446744073709551615,"bytes":"YWI=","""[1..]
            + """ "uid":"123e4567-e89b-12d3-a456-426614174000","at":"12:34:56.7890000","tags":[1,2,3],"""[1..]
            + """ "address":{"city":"Zürich","zip":"8001"},"attrs":{"k":1}}"""[1..],
            lines[0]);
        Assert.Equal("""{"id":2,"name":null,"born":null,"seen":null,"seen_tz":null,"price":null,"big":null,"ratio":"NaN","ok":null,"u64":null,"""
            + """ "bytes":null,"uid":null,"at":null,"tags":null,"address":null,"attrs":null}"""[1..], lines[1]);
        Assert.Contains("\"big\":-1.000000,\"ratio\":1E+300", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_of_rows_come_one_after_the_other()
    {
        var lines = Read("groups.parquet", new TableFile(TableFormat.Parquet));
        Assert.Equal(5001, lines.Length);
        for (var i = 1; i <= 5000; i++)
            Assert.Equal(FormattableString.Invariant($"{{\"id\":{i},\"name\":\"customer {i}\",\"amount\":{i % 100 * 0.25m:0.00}}}"), lines[i - 1]);
    }

    /// <summary>File, what the metadata says, code, a part of the message.</summary>
    public static TheoryData<string, TableFormat, string?, string, string> Refused => new()
    {
        { "customers.xlsx", TableFormat.Excel, null, "source.sheet", "has 2 sheets: 'Customers', 'Other'" },
        { "customers.xlsx", TableFormat.Excel, "Third", "source.sheet", "no sheet 'Third'. It has 'Customers', 'Other'." },
        { "days1904.xlsx", TableFormat.Excel, null, "source.sheet", "1904" },
        { "types.parquet", TableFormat.Excel, null, "source.format", "not an Excel workbook" },
        { "orders.xlsx", TableFormat.Parquet, null, "source.format", "not a Parquet file" },
        { "README.md", TableFormat.Excel, null, "source.format", "not an Excel workbook" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_another_file_or_leaves_a_choice_is_refused(string file, TableFormat format, string? sheet, string code, string message)
    {
        var failure = Assert.Throws<DbVcException>(() => Read(file, new TableFile(format) { Sheet = sheet }));
        Assert.Equal(code, failure.Code);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("orders.xlsx", TableFormat.Excel)]
    [InlineData("types.parquet", TableFormat.Parquet)]
    public void A_damaged_file_is_refused_wherever_it_is_damaged_and_leaves_no_file(string file, TableFormat format)
    {
        var whole = File.ReadAllBytes(Path.Combine(s_files, file));
        var random = new Random(7);
        for (var i = 0; i < 150; i++)
        {
            var bytes = whole.ToArray();
            if (i % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else for (var n = 0; n < 1 + (i % 20); n++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var path = Path.Combine(_folder.FullName, "damaged");
            File.WriteAllBytes(path, bytes);
            try
            {
                Read(path, new TableFile(format) { SkipRows = format == TableFormat.Excel ? 2 : 0 });
            }
            catch (DbVcException failure)
            {
                Assert.Contains(failure.Code, (string[])["source.damaged", "source.format", "source.sheet", "source.bomb", "source.row-group"]);
            }
        }
    }

    [Fact]
    public void A_workbook_with_a_bomb_in_it_is_refused_before_it_is_unpacked_into_memory()
    {
        var path = Path.Combine(_folder.FullName, "bomb.xlsx");
        File.Copy(Path.Combine(s_files, "orders.xlsx"), path);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            using var texts = archive.CreateEntry("xl/sharedStrings.xml").Open();
            for (var i = 0; i < 300; i++) texts.Write(new byte[1 << 20]);
        }

        Assert.Equal("source.bomb", Assert.Throws<DbVcException>(() => Read(path, new TableFile(TableFormat.Excel))).Code);
    }

    [Fact]
    public void Records_that_were_written_out_to_be_mended_are_read_as_they_are()
    {
        var path = Path.Combine(_folder.FullName, "mended.jsonl");
        File.WriteAllText(path, "{\"id\":1}\n");
        Assert.Equal(["{\"id\":1}", ""], Read(path, new TableFile(TableFormat.Excel)));
    }

    [Fact]
    public void Metadata_is_proposed_for_a_sheet_behind_its_title()
    {
        var path = Path.Combine(s_files, "orders.xlsx");
        var known = TableFinder.Find(path, "orders.xlsx", null);
        using var source = OpenedSource.Open(path, known);
        var request = new InferenceRequest("orders.xlsx", null, new Dictionary<string, string>());
        var proposal = MetadataInference.Propose(request, known, source.OpenStream, CancellationToken.None);
        Assert.Contains("\"type\": \"excel\"", proposal.Json, StringComparison.Ordinal);
        Assert.Contains("\"skip_rows\": 2", proposal.Json, StringComparison.Ordinal);
        Assert.Contains("The first 2 rows of the sheet", string.Join("\n", proposal.Findings), StringComparison.Ordinal);
        var spec = SourceInspector.Inspect(MetadataReader.Read(proposal.Json, "proposal.json"), source.OpenStream);
        Assert.Equal(["id", "customer", "ordered", "at", "amount", "paid", "note", "code"], spec.Fields.Select(f => f.Name));
    }

    [Fact]
    public void A_proposal_for_a_sheet_finds_names_in_capitals_again()
    {
        var path = Path.Combine(s_files, "customers.xlsx");
        var known = TableFinder.Find(path, path, "Customers");
        using var source = OpenedSource.Open(path, known);
        var request = new InferenceRequest(path, null, new Dictionary<string, string>());
        var proposal = MetadataInference.Propose(request, known, source.OpenStream, CancellationToken.None);
        var spec = SourceInspector.Inspect(MetadataReader.Read(proposal.Json, "proposal.json"), source.OpenStream);
        Assert.Contains(spec.Fields, f => f.HeaderName == "H");
    }

    /// <summary>The lines of a source, the last one empty where the text ends with a line end.</summary>
    private static string[] Read(string file, TableFile table)
    {
        var type = table.Format == TableFormat.Excel ? "excel" : "parquet";
        var spec = new SourceSpec(type, file, CsvOptions.Default) { Table = table, Json = JsonOptions.Default };
        using var source = OpenedSource.Open(Path.Combine(s_files, file), spec);
        using var reader = new StreamReader(source.OpenStream(), Encoding.UTF8);
        return reader.ReadToEnd().Split('\n');
    }
}
