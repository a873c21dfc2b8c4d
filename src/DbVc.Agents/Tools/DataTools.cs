using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Agents;

/// <summary>Looking at the source and at the branch's rows; what a model sees of them is <see cref="Disclosure"/>'s to say.</summary>
internal sealed partial class DataTools(TaskSession session)
{
    private const int MaxRows = 200;
    private const int MaxCellCharacters = 500;
    private const int MaxSourceRows = 10;

    [Description("Look at the source: per column its NULLs, types, lengths and forms, and some rows. "
        + "Values may be masked: A, a and 9 stand for letters and digits.")]
    public ToolResult ProfileSource(CancellationToken cancellation)
    {
        var profile = session.Execution.ProfileSource(Math.Min(MaxSourceRows, session.Disclosure.MostRows), cancellation);
        var content = new JsonObject
        {
            ["records"] = profile.Records,
            ["complete"] = profile.IsWhole,
            ["columns"] = new JsonArray([.. profile.Columns.Select(c => (JsonNode)Describe(c))]),
            ["rows"] = new JsonArray([.. profile.Rows.Select(row => (JsonNode)new JsonArray(
                [.. row.Select((cell, i) => (JsonNode?)Cut(session.Disclosure.Cell(profile.Columns[i].Name, cell)))]))]),
            ["unreadable"] = new JsonArray([.. profile.Broken.Select(b => (JsonNode)new JsonObject { ["problem"] = b.Key, ["records"] = b.Value })]),
        };
        return ToolResult.Passed($"{Quantity.Of(profile.Records, "record")}, {Quantity.Of(profile.Columns.Count, "column")}", content);
    }

    [Description("Run one read-only SQL statement in the branch's database. Values may be masked; counts are shown as they are.")]
    public ToolResult QueryBranch([Description("The statement")] string sql)
    {
        var answer = session.Branch.Query(sql);
        var isCount = IsCount(sql, answer);
        var most = Math.Min(MaxRows, session.Disclosure.MostRows);
        var rows = answer.Rows.Take(most).Select(row => (JsonNode)new JsonArray(
            [.. row.Select((cell, i) => (JsonNode?)Cut(isCount ? cell : session.Disclosure.Answer(answer.Columns[i], cell)))]));
        var content = new JsonObject
        {
            ["columns"] = new JsonArray([.. answer.Columns.Select(c => (JsonNode)c)]),
            ["rows"] = new JsonArray([.. rows]),
            ["complete"] = answer.Complete && answer.Rows.Count <= most,
        };
        return ToolResult.Passed(Quantity.Of(answer.Rows.Count, "row"), content);
    }

    private JsonObject Describe(SourceColumnProfile column) => new()
    {
        ["name"] = column.Name,
        ["nulls"] = column.Nulls,
        ["distinct"] = column.Distinct,
        ["shortest"] = column.Shortest,
        ["longest"] = column.Longest,
        ["reads_as"] = Describe(column.Readings, value => value),
        ["forms"] = Describe(column.Shapes, value => value),
        ["frequent"] = Describe(column.Frequent, value => session.Disclosure.Cell(column.Name, value)!),
    };

    private static JsonArray Describe(IReadOnlyList<FrequentValue> values, Func<string, string> show) =>
        [.. values.Select(v => (JsonNode)new JsonObject { ["value"] = Cut(show(v.Value)), ["share"] = v.Share })];

    // One row of numbers that count, and nothing through which a value could pass for one.
    private static bool IsCount(string sql, BranchAnswer answer) =>
        CountStatement().IsMatch(sql) && !Combining().IsMatch(sql) && answer.Rows.Count == 1 && answer.Rows[0].All(cell => long.TryParse(cell, out _));

    private static string? Cut(string? cell) => cell is null || cell.Length <= MaxCellCharacters ? cell : cell[..MaxCellCharacters] + "…";

    [GeneratedRegex(@"^\s*select\s+count\s*\(\s*(?:\*|(?:distinct\s+)?[\w.""`]+)\s*\)(?:\s+as\s+\w+)?\s+from\s", RegexOptions.IgnoreCase)]
    private static partial Regex CountStatement();

    [GeneratedRegex(@"\b(?:union|intersect|except|group|limit|offset|with|returning)\b|;|--|/\*", RegexOptions.IgnoreCase)]
    private static partial Regex Combining();
}
