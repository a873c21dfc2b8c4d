using System.Text;
using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Steps that make no sense, sources that do not fit them, and sources that mean harm.</summary>
public sealed class ReshapeProblemTests : IDisposable
{
    private const string All = "{\"operation\": \"unpivot\", \"keep\": [\"id\"], \"name_column\": \"m\", \"value_column\": \"v\"}";

    private readonly ReshapeFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Steps, and parts of what is said about them in order, separated by "…".</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { "5", "must be a sentence or an object" },
        { "\"sort the records\"", "not understood…nearest forms…sort by" },
        { "\"sort by a descending really\"", "not understood" },
        { "{}", "'operation' is missing" },
        { "{\"operation\": \"unpviot\"}", "no step that reshapes records…did you mean 'unpivot'?" },
        { "{\"operation\": \"trim\"}", "no step that reshapes records…'preprocessing'" },
        { "{\"operation\": \"unpivot\", \"name_column\": \"m\", \"value_column\": \"v\"}", "needs 'columns', or else 'keep'" },
        { "{\"operation\": \"unpivot\", \"columns\": [\"a\"], \"keep\": [\"b\"], \"name_column\": \"m\", \"value_column\": \"v\"}",
            "needs 'columns', or else 'keep'" },
        { "{\"operation\": \"unpivot\", \"columns\": [\"a\"], \"name_column\": \"m\", \"value_column\": \"m\"}", "must be two columns" },
        { "{\"operation\": \"unpivot\", \"columns\": [\"a\"], \"name_column\": \"m\", \"value_column\": \"v\", \"nulls\": \"skip\"}", "'keep' or 'drop'" },
        { "{\"operation\": \"unpivot\", \"columns\": [\"a\"], \"value_column\": \"v\"}", "'name_column' is missing" },
        { "{\"operation\": \"pivot\", \"keys\": [\"id\"], \"name_column\": \"m\", \"value_column\": \"v\", \"columns\": [\"id\"]}", "is a key already" },
        { "{\"operation\": \"sort\"}", "'by' is missing" },
        { "{\"operation\": \"sort\", \"by\": []}", "'by' is empty" },
        { "{\"operation\": \"sort\", \"by\": [{\"column\": \"a\", \"direction\": \"down\"}]}", "'direction' must be" },
        { "{\"operation\": \"sort\", \"by\": [{\"column\": \"a\", \"as\": \"float\"}]}", "'as' must be" },
        { "{\"operation\": \"sort\", \"by\": [{\"column\": \"a\", \"format\": \"MM/YYYY\"}]}", "a day…DD/MM/YYYY" },
        { "{\"operation\": \"sort\", \"by\": [{\"column\": \"a\", \"format\": \"DD/MM/YYYY\", \"as\": \"number\"}]}", "as\": \"date" },
        { "{\"operation\": \"sample\"}", "needs 'rows', or else 'share'" },
        { "{\"operation\": \"sample\", \"rows\": 5, \"share\": 0.5}", "needs 'rows', or else 'share'" },
        { "{\"operation\": \"sample\", \"rows\": 0}", "whole number from 1" },
        { "{\"operation\": \"sample\", \"share\": 5}", "above 0 and up to 1…0.05" },
        { "{\"operation\": \"deduplicate\", \"keep\": \"newest\"}", "'by' is missing" },
        { "{\"operation\": \"deduplicate\", \"keep\": \"last\", \"by\": \"a\"}", "the last is to be kept" },
        { "{\"operation\": \"deduplicate\", \"by\": {\"column\": \"a\", \"direction\": \"desc\"}}", "no meaning here" },
        { "{\"operation\": \"fill\", \"columns\": [\"a\"]}", "'method' is missing" },
        { "{\"operation\": \"fill\", \"columns\": [\"a\"], \"method\": \"fill\"}", "no way to fill NULLs…did you mean" },
        { "{\"operation\": \"fill\", \"columns\": [\"a\"], \"method\": \"mean\", \"value\": 1}", "belongs to the method 'constant'" },
        { "{\"operation\": \"fill\", \"columns\": [\"a\"], \"method\": \"mode\", \"digits\": 1}", "'mean' and 'median'" },
        { "{\"operation\": \"fill\", \"columns\": [\"a\", \"a\"], \"method\": \"mode\"}", "different columns" },
        { "\"unpivot id, b into m and v\"", "no column 'id' any more" },
        { "\"pivot m and v into a, b by k\"", "no column 'id' any more…there are k, a, b" },
        { "\"unpivot a, b into m and v\", \"sort by a\"", "no column 'a' any more" },
        { All + ", \"sort by b\"", "no column 'b' any more…there are id, m, v" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_step_that_makes_no_sense_is_refused_with_what_would(string steps, string parts)
    {
        var problem = Assert.Single(Check(steps));
        var text = problem.Message + " " + problem.Suggestion;
        var at = 0;
        foreach (var part in parts.Split('…'))
        {
            at = text.IndexOf(part, at, StringComparison.Ordinal);
            Assert.True(at >= 0, $"'{part}' is not in: {text}");
        }
    }

    /// <summary>What somebody writes among the steps on cells, and the step that is advised.</summary>
    public static TheoryData<string, string> Misplaced => new()
    {
        { "{\"operation\": \"unpivot\", \"columns\": [\"a\"], \"name_column\": \"m\", \"value_column\": \"v\"}",
            "{\"operation\":\"unpivot\",\"columns\":[\"a\"],\"name_column\":\"m\",\"value_column\":\"v\"}" },
        { "{\"operation\": \"ffill\", \"field\": \"id\"}", "{\"operation\":\"fill\",\"method\":\"ffill\",\"columns\":[\"id\"]}" },
        { "{\"field\": \"id\", \"operations\": [\"ffill\"]}", "{\"operation\":\"fill\",\"columns\":[\"id\"],\"method\":\"ffill\"}" },
        { "{\"field\": \"id\", \"operations\": [{\"operation\": \"handle_nulls\", \"method\": \"median\"}]}",
            "{\"operation\":\"fill\",\"columns\":[\"id\"],\"method\":\"median\"}" },
        { "{\"field\": \"id\", \"operations\": [\"sort\"]}", "{\"operation\":\"sort\",\"by\":[\"id\"]}" },
        { "\"sort by date as date descending\"", "{\"operation\":\"sort\",\"by\":[{\"column\":\"date\",\"as\":\"date\",\"direction\":\"descending\"}]}" },
        { "\"forward fill price by store\"", "{\"operation\":\"fill\",\"columns\":[\"price\"],\"method\":\"ffill\",\"by\":[\"store\"]}" },
    };

    [Theory]
    [MemberData(nameof(Misplaced))]
    public void A_step_among_those_on_cells_is_told_where_it_belongs_and_how_it_is_written_there(string step, string advised)
    {
        var text = $"{{\"source\": \"a.csv\", \"schema\": {{\"id\": \"integer\"}}, \"preprocessing\": [{step}]}}";
        var problem = Assert.Single(MetadataReader.Check(text, "m.json"));
        Assert.Contains("source.reshape", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"\"reshape\": [{advised}]", problem.Suggestion, StringComparison.Ordinal);
        Assert.DoesNotContain(Check(advised), p => !p.Message.Contains("any more", StringComparison.Ordinal));
    }

    /// <summary>Source, steps, fields, code, a part of the message.</summary>
    public static TheoryData<string, string, string, string, string> Unfit => new()
    {
        { "id,b\n1,2\n", "\"sort by c\"", "id", "source.column-missing", "no column 'c'" },
        { "id,b\n1,2\n", "\"sort by id\"", "id c", "source.column-missing", "no column 'c'" },
        { "id,m\n1,2\n", "\"unpivot id into m and v\"", "m v", "source.reshape", "a column 'm' already" },
        { "id,b,b\n1,2,3\n", All, "id m v", "source.reshape", "'b' once more" },
        { "id,,b\n1,2,3\n", All, "id m v", "source.reshape", "no name" },
        { "id,#line\n1,2\n", "\"sort by id\"", "id", "source.reshape", "'#line'" },
        { "", "\"sort by id\"", "id", "source.empty", "empty" },
    };

    [Theory]
    [MemberData(nameof(Unfit))]
    public void A_source_that_does_not_fit_the_steps_is_refused(string source, string steps, string fields, string code, string message)
    {
        var failure = Assert.ThrowsAny<Exception>(() => _folder.Reshape("a.csv", source, steps, fields));
        Assert.Equal(code, failure is DbVcException known ? known.Code : ((PipelineRuntime.PipelineException)failure).Code);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_column_and_one_within_it_cannot_both_be_columns()
    {
        var failure = Assert.Throws<DbVcException>(() => _folder.Reshape("a.jsonl", "{\"a\":{\"b\":1}}\n{\"a\":{\"b\":2}}\n", "\"sort by a.b\"", "a a.b"));
        Assert.Contains("'a' and 'a.b'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_columns_than_can_be_meant_are_refused()
    {
        var names = string.Join(",", Enumerable.Range(0, 20_000).Select(i => FormattableString.Invariant($"c{i}")));
        var cells = string.Join(",", Enumerable.Repeat("1", 20_000));
        var failure = Assert.Throws<DbVcException>(() => _folder.Reshape("a.csv", $"id,{names}\n0,{cells}\n", All, "id m v"));
        Assert.Contains("more than 10000 columns", failure.Message, StringComparison.Ordinal);
        var listed = Check(All.Replace("\"id\"", "\"" + names.Replace(",", "\",\"", StringComparison.Ordinal) + "\"", StringComparison.Ordinal));
        Assert.Contains(listed, p => p.Message.Contains("from 1 to 10000 different columns", StringComparison.Ordinal));
    }

    [Fact]
    public void What_grows_beyond_its_bounds_is_refused_on_disk_and_at_the_end()
    {
        var wide = "id," + string.Join(",", Enumerable.Range(0, 200).Select(i => FormattableString.Invariant($"c{i}"))) + "\n"
            + new string('x', 100_000) + "," + string.Join(",", Enumerable.Repeat("1", 200)) + "\n";
        foreach (var steps in (string[])[All, All + ", \"sort by m\""])
        {
            File.WriteAllText(_folder.PathOf("a.csv"), wide);
            var spec = _folder.Find("a.csv", steps, "id m v");
            var failure = Assert.Throws<DbVcException>(() => Reshaper.Write(
                spec.Source.Reshape!, () => File.OpenRead(_folder.PathOf("a.csv")), new SpoolRoom("a.csv", 4L << 20, default), Stream.Null));
            Assert.Equal("source.reshape-size", failure.Code);
        }
    }

    [Fact]
    public void A_record_that_becomes_too_long_is_rejected_and_the_others_are_not()
    {
        var text = new StringBuilder("k,n,v\n0,c0,1\n");
        for (var i = 0; i < 17; i++) text.Append(null, $"1,c{i},").Append('x', 1 << 20).Append('\n');
        var names = string.Join(", ", Enumerable.Range(0, 17).Select(i => FormattableString.Invariant($"c{i}")));
        var records = _folder.Reshape("a.csv", text.ToString(), $"\"pivot n and v into {names} by k\"", "k c0 c16");
        Assert.Equal("2:0|1|∅", records[0]);
        Assert.StartsWith("3!too_long:1,xxx", records[1], StringComparison.Ordinal);
        Assert.StartsWith("19!pivot:", records[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_no_column_name_is_never_more_than_text()
    {
        const string Evil = "\"x\"\"; DROP TABLE rows; --";
        var source = $"\"a\"\"; DROP TABLE rows; --\",b\n{Evil}\",1\n'; DELETE FROM rows; --,\n";
        var records = _folder.Reshape("a.csv", source,
            "\"sort by `a\\\"; DROP TABLE rows; --` descending\", \"fill b with mode by `a\\\"; DROP TABLE rows; --`\"", "b");
        Assert.Equal(["2:1", "3:∅"], records);
    }

    private static IReadOnlyList<MetadataProblem> Check(string steps) =>
        MetadataReader.Check($"{{\"source\": {{\"location\": \"a.csv\", \"reshape\": [{steps}]}}, \"schema\": {{\"id\": \"integer\"}}}}", "m.json");

    [Fact]
    public void It_stops_when_it_is_told_to_and_what_it_keeps_on_disk_never_has_a_name()
    {
        using var cancel = new CancellationTokenSource();
        var room = new SpoolRoom("a.csv", 1L << 30, cancel.Token);
        using var spool = new RowSpool(room, 1);
        for (var i = 0; i < 50_000; i++) spool.Add(new ShapedRow(i, [new string('x', 1000)]));
        Assert.Empty(Directory.GetFiles(Path.GetTempPath(), "etilqs_*"));
        var seen = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in spool.Read("ORDER BY seq DESC"))
            {
                if (++seen == 10) cancel.Cancel();
            }
        });
        Assert.Equal(10, seen);
        File.WriteAllText(_folder.PathOf("a.csv"), "id\n1\n");
        Assert.Throws<OperationCanceledException>(() => _folder.Read(_folder.Find("a.csv", "\"sort by id\"", "id"), "a.csv", cancel.Token));
    }
}
