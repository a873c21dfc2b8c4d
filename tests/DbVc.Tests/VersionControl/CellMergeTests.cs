using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>One cell that both sides changed, as data: 5 is an integer, 5.0 a real, '-' NULL, anything else text; '!' a conflict.</summary>
public sealed class CellMergeTests
{
    public static TheoryData<string, string, string, string, string> Policies => new()
    {
        // Policy, base, source, target, merged
        { "delta", "5", "6", "6", "7" },
        { "delta", "5", "3", "9", "7" },
        { "delta", "0", "9223372036854775807", "1", "!" },
        { "delta", "0", "9223372036854775807", "-1", "9223372036854775806" },
        { "delta", "5", "-", "6", "!" },
        { "delta", "-", "5", "6", "!" },
        { "delta", "0.1", "0.2", "0.3", "0.4" },
        { "delta", "10.1", "10.3", "10.2", "10.4" },
        { "delta", "1.0", "2", "2.5", "3.5" },
        { "delta", "1e300", "1.7e308", "1.7e308", "!" },
        { "delta", "'10.10", "'10.30", "'12.10", "'12.30" },
        { "delta", "'1", "'1.5", "'0.25", "'0.75" },
        { "delta", "'0.1", "'-0.1", "'0.05", "'-0.15" },
        { "delta", "'99999999999999999999", "'100000000000000000000", "'100000000000000000001", "'100000000000000000002" },
        { "delta", "'ten", "'eleven", "'twelve", "!" },
        { "delta", "5", "'6", "7", "!" },
        { "max", "5", "6", "8", "8" },
        { "max", "5", "8", "6", "8" },
        { "max", "5", "8.5", "8", "8.5" },
        { "max", "5", "9007199254740993", "9007199254740992.0", "9007199254740993" },
        { "max", "a", "b", "c", "c" },
        { "max", "'1", "'10", "'9", "'10" },
        { "max", "5", "x", "8", "!" },
        { "max", "5", "-", "8", "!" },
        { "min", "5", "6", "8", "6" },
        { "min", "'1", "'10", "'9", "'9" },
        { "source", "5", "6", "8", "6" },
        { "target", "5", "6", "8", "8" },
        { "target", "5", "6", "-", "-" },
        { "latest", "5", "6", "8", "!" },
        { "strict", "5", "6", "6", "!" },
        { "strict", "5", "6", "5", "6" },
        { "conflict", "5", "6", "8", "!" },
        { "conflict", "5", "6", "6", "6" },
        { "union", "a;b", "a;b;c", "b;d;a", "a;b;c;d" },
        { "union", "a;b", "a", "a;b;d", "a;d" },
        { "union", "a, b", "a, b, x", "b, y", "b, x, y" },
        { "union", "a;b,c", "a;b,d", "a;b,e", "!" },
        { "union", "a", "b", "c", "!" },
        { "union(/)", "a", "b", "c", "b/c" },
        { "union(;)", "-", "x;y", "y;z", "x;y;z" },
        { "union(\\n)", "a", "a\nb", "a\nc", "a\nb\nc" },
        { "union", "[1, \"a\"]", "[1,\"a\",2]", "[\"a\", 1.0, {\"k\": 1}]", "[1, \"a\", 2, {\"k\": 1}]" },
        { "union", "[1,2]", "[2]", "[1,2,3]", "[2, 3]" },
        { "union", "5", "6", "7", "!" },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_policy_decides_a_cell_that_both_sides_changed(string policy, string start, string source, string target, string merged)
    {
        Assert.Equal(merged, Merge("TEXT", policy, start, source, target).Merged);
        if (policy is "source" or "target") return;
        Assert.Equal(merged, Merge("TEXT", policy, start, target, source).Merged);
    }

    public static TheoryData<string, string, string, string, string> Documents => new()
    {
        // Base, source, target, merged, conflicts as path base>source|target
        { """{"a":1,"b":2}""", """{"a":9,"b":2}""", """{"a":1,"b":8}""", """{"a":9,"b":8}""", "" },
        { """{"a":1}""", """{"a":1,"s":{"x":[1, 2]}}""", """{"a":1,"t":true}""", """{"a":1,"t":true,"s":{"x":[1, 2]}}""", "" },
        { """{"a":1,"b":2,"c":3}""", """{"b":2,"c":3}""", """{"a":1,"b":2}""", """{"b":2}""", "" },
        { """{"a":1}""", "{}", """{"a":1, "b":2}""", """{ "b":2}""", "" },
        { """{"a":1}""", """{"a":1,"b":null}""", """{}""", """{"b":null}""", "" },
        { """{"o":{"x":1,"y":2}}""", """{"o":{"x":7,"y":2}}""", """{"o":{"x":1,"y":8}}""", """{"o":{"x":7,"y":8}}""", "" },
        { """{"a":1}""", """{"a":2}""", """{"a":3}""", "!", "$.a 1>2|3" },
        { """{"a":1}""", """{"a":2}""", """{}""", "!", "$.a 1>2|none" },
        { """{"a":[1]}""", """{"a":[1,2]}""", """{"a":[1,3]}""", "!", "$.a [1]>[1,2]|[1,3]" },
        { """{"o":{"x":1},"k":1}""", """{"o":{"x":2},"k":2}""", """{"o":{"x":3},"k":1}""", "!", "$.o.x 1>2|3" },
        { """{"o":{"x y":1}}""", """{"o":{"x y":2}}""", """{"o":{"x y":3}}""", "!", "$.o.\"x y\" 1>2|3" },
        { """{"a":1}""", """{"a":{"x":1}}""", """{"a":2}""", "!", "$.a 1>{\"x\":1}|2" },
        { """{"a":1.0,"b":1}""", """{"a":1,"b":2}""", """{"a":1.00,"b":1,"c":10000000000000000000000.10}""",
            """{"a":1.00,"b":2,"c":10000000000000000000000.10}""", "" },
        { "{\n  \"a\": 1,\n  \"b\": 2\n}", "{\"a\":1,\"b\":3}", "{\n  \"a\": 5,\n  \"b\": 2\n}", "{\n  \"a\": 5,\n  \"b\": 3\n}", "" },
        { "{\n  \"a\": 1\n}", "{\"a\":1,\"b\":3}", "{\n  \"a\": 5\n}", "{\n  \"a\": 5,\n  \"b\":3\n}", "" },
        { """{"a":"\u00e9"}""", """{"a":"é","b":1}""", """{"a":"\u00e9","c":1}""", """{"a":"\u00e9","c":1,"b":1}""", "" },
        { """{"a":1,"a":2}""", """{"a":1,"a":3}""", """{"a":1,"a":2,"b":1}""", "!", "whole" },
        { "[1]", "[1,2]", "[1,3]", "!", "whole" },
        { "no json", """{"a":1}""", """{"b":1}""", "!", "whole" },
        { """{"a":1}""", """{"a":1,"b":2}""", """{"a":1,"b":2.0}""", """{"a":1,"b":2.0}""", "" },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_json_column_merges_by_key(string start, string source, string target, string merged, string conflicts)
    {
        var outcome = Merge("JSON", "conflict", "'" + start, "'" + source, "'" + target);
        if (merged != "!") Assert.Equal("'" + merged, outcome.Merged == "!" ? "!" : "'" + outcome.Merged.TrimStart('\''));
        Assert.Equal(conflicts, string.Join(';', outcome.Conflicts.Select(c => c.Path is null ? "whole"
            : $"{c.Path} {Side(c.Base)}>{Side(c.Source)}|{Side(c.Target)}")));

        static string Side(IReadOnlyList<NamedValue>? side) => side is null ? "none" : side[0].Value.AsText;
    }

    [Theory]
    [InlineData("TEXT")]
    [InlineData("BLOB")]
    public void Only_a_column_declared_as_json_merges_by_key(string type) =>
        Assert.Equal("!", Merge(type, "conflict", """'{"a":1,"b":1}""", """'{"a":2,"b":1}""", """'{"a":1,"b":2}""").Merged);

    [Theory]
    [InlineData("delta", """{"n":1,"x":0}""", """{"n":3,"x":0}""", """{"n":4,"x":1}""", """{"n":6,"x":1}""")]
    [InlineData("union", """{"t":["a"]}""", """{"t":["a","b"]}""", """{"t":["a","c"]}""", """{"t":["a", "b", "c"]}""")]
    [InlineData("source", """{"n":1}""", """{"n":2}""", """{}""", """{"n":2}""")]
    [InlineData("target", """{"n":1}""", """{"n":2}""", """{}""", "{}")]
    [InlineData("max", """{"n":1}""", """{"n":2}""", """{"n":5}""", """{"n":5}""")]
    public void A_policy_of_a_json_column_holds_at_each_path(string policy, string start, string source, string target, string merged) =>
        Assert.Equal("'" + merged, "'" + Merge("JSON", policy, "'" + start, "'" + source, "'" + target).Merged.TrimStart('\''));

    [Theory]
    [InlineData(ResolutionKind.Source, """{"a":2,"k":1}""")]
    [InlineData(ResolutionKind.Target, """{"a":3,"k":1}""")]
    [InlineData(ResolutionKind.Base, """{"a":1,"k":1}""")]
    [InlineData(ResolutionKind.Value, """{"a":{"new": true},"k":1}""")]
    public void A_resolution_decides_one_path(ResolutionKind kind, string merged) =>
        Assert.Equal(merged, Merge("JSON", "conflict", """'{"a":1,"k":1}""", """'{"a":2,"k":1}""", """'{"a":3,"k":1}""",
            _ => new Resolution(kind, null, """{"new": true}""")).Merged.TrimStart('\''));

    [Theory]
    [InlineData("t.v=sideways", "policy.invalid")]
    [InlineData("t.v=5", "policy.invalid")]
    [InlineData("t.v=delta(;)", "policy.invalid")]
    [InlineData("v=delta", "policy.invalid")]
    [InlineData("", "policy.invalid")]
    [InlineData("u.v=delta", "policy.no-table")]
    [InlineData("t.w=delta", "policy.no-column")]
    [InlineData("t.v=rekey", "policy.no-key")]
    public void A_policy_that_cannot_apply_is_refused_with_its_line(string text, string code)
    {
        var failure = Assert.Throws<DbVcException>(() => MergePolicies.Parse([new PolicyLine(text, "config.yaml:4")]).Check([Table("TEXT")]));
        Assert.Equal((code, FailureKind.Usage, "config.yaml:4"), (failure.Code, failure.Kind, failure.Where));
        Assert.NotNull(failure.Hint);
    }

    private static (string Merged, IReadOnlyList<Conflict> Conflicts) Merge(
        string type, string policy, string start, string source, string target, Func<string, Resolution?>? decisions = null)
    {
        var chunks = new MemoryChunks();
        var table = Table(type);
        var outcome = new ThreeWayMerge(chunks, MergePolicies.Parse($"t.v={policy}"), decisions ?? (_ => null)).Run(Write(start), Write(source), Write(target));
        var row = RowDiff.Changes(chunks, null, new SnapshotReader(chunks, outcome.Merged).FindTable("t")).Single().After!;
        return (outcome.Conflicts.Count > 0 ? "!" : Show(row[1]), outcome.Conflicts);

        Snapshot Write(string cell) => MergeTables.WriteTable(chunks, table, [[Value.Integer(1), Parse(cell)]]);
    }

    private static TableSchema Table(string type) => ColumnIds.Assign(new TableSchema
    {
        Name = "t",
        Columns = [new Column { Id = 0, Name = "id", DeclaredType = "INTEGER" }, new Column { Id = 0, Name = "v", DeclaredType = type }],
        PrimaryKey = ["id"],
        Sql = "",
    }, null);

    private static Value Parse(string cell) => cell == "-" ? Value.Null
        : cell.StartsWith('\'') ? Value.Text(cell[1..])
        : long.TryParse(cell, out var integer) ? Value.Integer(integer)
        : double.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, out var real) ? Value.Real(real) : Value.Text(cell);

    private static string Show(Value value) => value.IsNull ? "-" : IsNumberInText(value) ? "'" + value : value.ToString();

    private static bool IsNumberInText(Value value) =>
        value.Kind == ValueKind.Text && double.TryParse(value.AsText, System.Globalization.CultureInfo.InvariantCulture, out _);
}
