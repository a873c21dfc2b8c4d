using DbVc.Documents;
using DbVc.Orchestration;

namespace DbVc.Mcp;

/// <summary>Tools that look back: commits, differences, who changed what, evidence, conflicts.</summary>
internal static class HistoryTools
{
    private const int UsualRows = 50;

    private static readonly ToolParameter s_rows = ToolParameter.Whole(
        "max_rows", $"List at most this many rows per table, counts are exact; otherwise {UsualRows}.", ReadTools.MostRows);

    public static IReadOnlyList<Tool> All => [.. s_commits, .. s_cells, .. s_decisions];

    private static readonly Tool[] s_commits =
    [
        new("log", "log", "List commits, newest first.", call => new ToolAnswer(call.Workspace.History.Log(
            new LogRequest(call.Arguments.Find("revision") ?? "HEAD", call.Arguments.Whole("limit", 50), call.Arguments.Find("table"),
                call.Arguments.Flag("all"))).ToJson()))
        {
            Parameters =
            [
                ToolParameter.Text("revision", "Where to begin; otherwise main."),
                ToolParameter.Text("table", "Only commits that changed this table."),
                ToolParameter.Flag("all", "Begin at every branch."),
                ToolParameter.Whole("limit", "At most this many; otherwise 50.", ReadTools.MostRows),
            ],
        },
        new("show", "show", "Show one commit and what it changed.", call =>
        {
            var name = call.Arguments.Find("revision") ?? "HEAD";
            using var report = call.Workspace.History.Show(name, call.Arguments.Whole("max_rows", UsualRows));
            return new ToolAnswer(report.ToJson().With(call.Workspace.History.Find(name)));
        })
        {
            Parameters = [ToolParameter.Text("revision", "The commit; otherwise main's head."), s_rows],
        },
        new("diff", "diff", "Show what differs between two revisions, or between one and the live database: rows, schema, files.", call =>
        {
            using var report = call.Workspace.History.Diff(new DiffRequest(call.Arguments.Find("before"), call.Arguments.Find("after"),
                call.Arguments.Find("table"), call.Arguments.Whole("max_rows", UsualRows)), call.Cancel);
            return new ToolAnswer(report.ToJson());
        })
        {
            Parameters =
            [
                ToolParameter.Text("before", "The revision before; otherwise main's head."),
                ToolParameter.Text("after", "The revision after; otherwise the live database."),
                ToolParameter.Text("table", "Only this table."),
                s_rows,
            ],
        },
    ];

    private static readonly Tool[] s_cells =
    [
        new("blame", "blame", "Show which commit gave each cell its value, who made it and when.", call => new ToolAnswer(
            call.Workspace.History.Blame(new BlameRequest(call.Arguments.Get("table"), call.Arguments.Find("at") ?? "HEAD", call.Arguments.Find("key"),
                call.Arguments.Find("column"), call.Arguments.Whole("max_rows", UsualRows))).ToJson()))
        {
            Parameters =
            [
                ToolParameter.Required("table", "The table."),
                ToolParameter.Text("key", "One row: the values of its key, separated by commas."),
                ToolParameter.Text("column", "Only this column."),
                ToolParameter.Text("at", "The revision; otherwise main's head."),
                s_rows,
            ],
        },
        new("history", "history", "Show every version of one row: who changed it, when, and what it was then.", call => new ToolAnswer(
            call.Workspace.History.RowHistory(new RowHistoryRequest(call.Arguments.Get("table"), call.Arguments.Get("key"),
                call.Arguments.Find("at") ?? "HEAD", call.Arguments.Whole("limit", UsualRows))).ToJson()))
        {
            Parameters =
            [
                ToolParameter.Required("table", "The table."),
                ToolParameter.Required("key", "The row: the values of its key, separated by commas."),
                ToolParameter.Text("at", "The revision to look back from; otherwise main's head."),
                ToolParameter.Whole("limit", $"At most this many; otherwise {UsualRows}.", ReadTools.MostRows),
            ],
        },
    ];

    private static readonly Tool[] s_decisions =
    [
        new("evidence_show", "evidence show", "The gate report behind a commit, or of a branch whose gates were run: every gate, and what it found.",
            call => new ToolAnswer(call.Workspace.Evidence.Show(call.Arguments.Get("revision")).ToJson()))
        {
            Parameters = [ToolParameter.Required("revision", "A branch, or a merge commit.")],
        },
        new("conflicts_list", "conflicts list", "List the conflicts of a merge in progress.",
            call => new ToolAnswer(call.Workspace.Merges.ListConflicts(call.Arguments.Find("merge"), call.Arguments.Find("after"),
                call.Arguments.Whole("limit", 100)).ToJson()))
        {
            Parameters =
            [
                ToolParameter.Text("merge", "The merge, if there are several; status names them."),
                ToolParameter.Text("after", "Go on behind this conflict."),
                ToolParameter.Whole("limit", "At most this many; otherwise 100.", ReadTools.MostRows),
            ],
        },
    ];
}
