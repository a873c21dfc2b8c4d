using System.Text;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Steps that make fields of several columns, or of none.</summary>
public sealed class RowStepTests
{
    private const string Header = "id,a,b,c";

    [Theory]
    [InlineData("""{"operation": "merge_columns", "columns": ["a", "b", "c"], "into": "name"}""", "1,x,y,z", "x y z")]
    [InlineData("""{"operation": "merge_columns", "columns": ["a", "b", "c"], "into": "name"}""", "1,x,,z", "x z")]
    [InlineData("""{"operation": "merge_columns", "columns": ["a", "b", "c"], "into": "name"}""", "1,,,", null)]
    [InlineData("""{"operation": "merge_columns", "columns": ["c", "a"], "into": "name", "separator": ""}""", "1,x,y,z", "zx")]
    [InlineData("""{"operation": "coalesce", "columns": ["a", "b", "c"], "into": "name"}""", "1,,y,z", "y")]
    [InlineData("""{"operation": "coalesce", "columns": ["a", "b"], "into": "name"}""", "1,,,z", null)]
    [InlineData("""{"operation": "coalesce", "columns": ["a", "b"], "into": "name"}""", "1, ,y,z", " ")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "one", "": "none"}}""", "1,x,,", "one")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "one"}}""", "1,X,,", "name:lookup")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "one"}}""", "1,,,", null)]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "one"}, "otherwise": "null"}""", "1,X,,", null)]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "one"}, "default": "?"}""", "1,X,,", "?")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "one"}, "default": "?"}""", "1,,,", null)]
    [InlineData("""{"operation": "add_constant", "into": "name", "value": "it's \"so\""}""", "1,,,", "it's \"so\"")]
    [InlineData("""{"operation": "add_constant", "into": "name", "value": true}""", "1,,,", "true")]
    public void A_field_is_made_of_columns(string step, string record, string? expected) => Assert.Equal(expected, Load(step, "\"name\": \"string\"", record));

    [Theory]
    [InlineData(" ", "1,San Francisco,,", "[San|Francisco]")]
    [InlineData(",", "1,\"San Francisco, CA\",,", "[San Francisco| CA]")]
    [InlineData(", ", "1,\"San Francisco, CA\",,", "[San Francisco|CA]")]
    [InlineData("--", "1,a---b,,", "[a|-b]")]
    [InlineData(";", "1,;,,", "[|]")]
    [InlineData(";", "1,;b,,", "[|b]")]
    [InlineData(";", "1,,,", "[NULL|NULL]")]
    [InlineData(";", "1,a,,", "first:split_column, second:split_column")]
    [InlineData(";", "1,a;b;c,,", "first:split_column, second:split_column")]
    [InlineData("é", "1,aéb,,", "[a|b]")]
    public void A_column_is_split_into_as_many_parts_as_there_are_fields(string separator, string record, string expected)
    {
        var step = $$"""{"operation": "split_column", "column": "a", "into": ["first", "second"], "separator": "{{separator}}"}""";
        Assert.Equal(expected, Load(step, "\"first\": \"string\", \"second\": \"string\"", record));
    }

    [Theory]
    [InlineData("first", "1,San Francisco CA,,", "[San Francisco|CA]")]
    [InlineData("last", "1,San Francisco CA,,", "[San|Francisco CA]")]
    [InlineData("first", "1,a b,,", "[a|b]")]
    [InlineData("last", "1,a b,,", "[a|b]")]
    [InlineData("first", "1,\" a  b \",,", "[ a  b|]")]
    [InlineData("last", "1,\" a  b \",,", "[|a  b ]")]
    [InlineData("first", "1,,,", "[NULL|NULL]")]
    [InlineData("first", "1,a,,", "first:split_column, second:split_column")]
    [InlineData("last", "1,a,,", "first:split_column, second:split_column")]
    public void One_part_may_keep_what_is_too_much(string rest, string record, string expected)
    {
        var step = $$"""{"operation": "split_column", "column": "a", "into": ["first", "second"], "rest": "{{rest}}"}""";
        Assert.Equal(expected, Load(step, "\"first\": \"string\", \"second\": \"string\"", record));
    }

    [Theory]
    [InlineData("first", "[a b|c|d]")]
    [InlineData("last", "[a|b|c d]")]
    public void Of_several_parts_only_the_outermost_is_long(string rest, string expected)
    {
        var step = $$"""{"operation": "split_column", "column": "a", "into": ["x", "y", "z"], "rest": "{{rest}}"}""";
        Assert.Equal(expected, Load(step, "\"x\": \"string\", \"y\": \"string\", \"z\": \"string\"", "1,a b c d,,"));
    }

    [Theory]
    [InlineData("1,a,,")]
    [InlineData("1,a;b;c,,")]
    public void Another_number_of_parts_is_null_where_it_is_said(string record)
    {
        const string Step = """{"operation": "split_column", "column": "a", "into": ["first", "second"], "separator": ";", "otherwise": "null"}""";
        Assert.Equal("[NULL|NULL]", Load(Step, "\"first\": \"string\", \"second\": \"string\"", record));
    }

    [Fact]
    public void Records_are_numbered_as_they_stand_in_the_source()
    {
        var spec = Read("""{"operation": "add_row_number", "into": "n"}""", "\"n\": \"integer\"", "\"n must be at most 2\"");
        var preview = Preview(spec, "1,,,\n2,too,many,fields,here\n3,,,\n");
        Assert.Equal((1, 2), (preview.Accepted, preview.Rejected));
        Assert.Equal([3], preview.Rules.Single(r => r.Rule.Field == "n").First.Select(f => f.Record));
    }

    [Fact]
    public void Operations_rules_and_types_apply_to_what_a_step_makes()
    {
        var spec = Read("""{"operation": "split_column", "column": "a", "into": ["size", "unit"]}, "uppercase unit" """,
            "\"size\": \"integer\", \"unit\": \"string\"", "\"unit must be one of 'KG', 'G'\"");
        var preview = Preview(spec, "1,12 kg,,\n2,x kg,,\n3,5 lb,,\n4,5,,\n");
        Assert.Equal((1, 3), (preview.Accepted, preview.Rejected));
        Assert.Equal("size:split_column size:type unit:one_of unit:split_column",
            string.Join(' ', preview.Rules.Select(r => $"{r.Rule.Field}:{r.Rule.Rule}").Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_time_of_the_load_is_the_default_that_is_known_already()
    {
        var spec = Read("""{"operation": "add_ingest_timestamp", "into": "at"}""", "\"at\": \"timestamp\"");
        Assert.True(spec.FindField("at")!.Default!.IsCurrentTimestamp);
        Assert.Equal(["id"], spec.FilledFields.Select(f => f.Name));
    }

    [Theory]
    [InlineData("""{"operation": "merge_columns", "columns": ["a", "b"], "into": "name"}""")]
    [InlineData("""{"operation": "coalesce", "columns": ["a", "b"], "into": "name"}""")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": ["name", "other"], "separator": ",", "otherwise": "null"}""")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": ["name", "other"], "rest": "first"}""")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"it's": "\"one\""}}""")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "y"}, "default": ""}""")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"x": "y"}, "otherwise": "null"}""")]
    [InlineData("""{"operation": "add_constant", "into": "name", "value": "x"}""")]
    [InlineData("""{"operation": "add_row_number", "into": "number"}""")]
    public void The_fixed_form_of_metadata_is_read_back_as_the_same(string step)
    {
        var spec = Read(step, "\"name\": \"string\", \"other\": \"string\", \"number\": \"integer\"");
        var again = MetadataReader.Read(spec.ToCanonicalJson(), "again.json");
        Assert.Equal(spec.ToCanonicalJson(), again.ToCanonicalJson());
        Assert.Equal(spec.Steps.Select(s => s.Text), again.Steps.Select(s => s.Text));
        Assert.NotEmpty(again.Steps);
    }

    [Theory]
    [InlineData("""{"operation": "merge_columns", "columns": ["a"], "into": "name"}""", "from 2 to 100 different columns")]
    [InlineData("""{"operation": "merge_columns", "columns": ["a", "a"], "into": "name"}""", "different columns")]
    [InlineData("""{"operation": "merge_columns", "columns": "a", "into": "name"}""", "must be a list")]
    [InlineData("""{"operation": "coalesce", "columns": ["a", 1], "into": "name"}""", "must be a list")]
    [InlineData("""{"operation": "coalesce", "columns": ["a", "b"]}""", "'into' is missing")]
    [InlineData("""{"operation": "coalesce", "columns": ["a", "b"], "into": "nmae"}""", "Did you mean 'name'?")]
    [InlineData("""{"operation": "coalesce", "columns": ["a", "b"], "into": "name", "separator": ","}""", "'separator' is not known here")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": "name"}""", "must be a list")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": ["name"]}""", "from 2 to 100 fields")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": ["name", "name"]}""", "named twice")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": ["name", "id"], "separator": ""}""", "'separator' is empty")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": ["name", "id"], "otherwise": "drop"}""", "\"reject\" or \"null\"")]
    [InlineData("""{"operation": "split_column", "column": "a", "into": ["name", "id"], "rest": "middle"}""", "'rest' must be")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name"}""", "'values' is missing")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {}}""", "from 1 to 10000 members")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "id", "values": {"a": "b"}}""", "'b' is no value of 'id'")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"a": ["b"]}}""", "must stand here")]
    [InlineData("""{"operation": "lookup", "column": "a", "into": "name", "values": {"a": "b"}, "default": "c", "otherwise": "null"}""", "one is enough")]
    [InlineData("""{"operation": "add_constant", "into": "name"}""", "'value' is missing")]
    [InlineData("""{"operation": "add_constant", "into": "id", "value": "x"}""", "'x' is no value of 'id'")]
    [InlineData("""{"operation": "add_constant", "into": "name", "value": "x"}, "trim name" """, "has nothing to change")]
    [InlineData("""{"operation": "add_row_number", "into": "name"}""", "what is put into it is a whole number")]
    [InlineData("""{"operation": "add_ingest_timestamp", "into": "name"}""", "what is put into it is a timestamp")]
    [InlineData("""{"operation": "add_constant", "into": "name", "value": "x"}, {"operation": "coalesce", "columns": ["a", "b"], "into": "name"}""",
        "filled by another step")]
    public void What_makes_no_sense_is_refused(string step, string expected)
    {
        var problems = MetadataReader.Check(Metadata(step, "\"name\": \"string\"", ""));
        Assert.Contains(problems, p => p.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Metadata_in_which_no_field_reads_a_column_is_refused() =>
        Assert.Contains("No field reads a column", Assert.Single(MetadataReader.Check(
            """{"source": "x.csv", "schema": {"n": "integer"}, "preprocessing": [{"operation": "add_row_number", "into": "n"}]}""")).ToString(),
            StringComparison.Ordinal);

    private static string Metadata(string step, string fields, string rules) =>
        $$"""{"source": "x.csv", "schema": {"id": "integer", {{fields}}}, "preprocessing": [{{step}}], "validations": [{{rules}}]}""";

    private static PipelineSpec Read(string step, string fields, string rules = "") => MetadataReader.Read(Metadata(step, fields, rules), "x.json");

    private static SourcePreview Preview(PipelineSpec spec, string records)
    {
        var bytes = Encoding.UTF8.GetBytes(Header + "\n" + records);
        var known = SourceInspector.Inspect(spec, () => new MemoryStream(bytes));
        return SourcePreview.Read(known, new MemoryStream(bytes), 100, DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
    }

    /// <summary>What becomes of one record: the fields that the step fills, in brackets where there are several, or the rules that it breaks.</summary>
    private static string? Load(string step, string fields, string record)
    {
        var spec = Read(step, fields);
        var bytes = Encoding.UTF8.GetBytes($"{Header}\n{record}\n");
        var reader = new CsvReader(new MemoryStream(bytes), spec.Source.Csv);
        int[] columns;
        try
        {
            columns = [.. spec.SourceColumns.Select(reader.FindColumn)];
        }
        catch (PipelineException e)
        {
            return e.Code["source.".Length..];
        }

        Assert.True(reader.Read());
        var cells = columns.Select(c => reader.Cell(c).ToStringOrNull()).ToList();
        var outcome = new PipelineSimulator(spec).Take(cells);
        if (!outcome.IsAccepted) return string.Join(", ", outcome.Failures);
        var values = outcome.Values!.Skip(1).Select(v => (string?)v).ToList();
        return values.Count == 1 ? values[0] : $"[{string.Join('|', values.Select(v => v ?? "NULL"))}]";
    }
}
