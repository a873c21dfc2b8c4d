using System.Globalization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Questions about what was: commits, differences, who changed what and why.</summary>
internal static class HistoryVerbs
{
    private const int UsualCommits = 10;

    private static readonly ChatSlot s_table = new("table", SlotKind.Table, "a table");
    private static readonly ChatSlot s_row = new("row", SlotKind.Key, "the values of a row's key, separated by commas");
    private static readonly ChatSlot s_revision = new("revision", SlotKind.Revision, "a commit, branch or tag");

    public static IReadOnlyList<ChatVerb> All { get; } =
    [
        new("blame", "blame", "Who gave a cell its value, when, and why.", Blame)
        {
            Slots = [s_table, s_row, new ChatSlot("column", SlotKind.Column, "a column of the table")],
            Patterns = ChatVerb.Forms(
                "who changed column? {column} of|in row? {row} of|in table? {table} and? why?",
                "who changed table? {table} row? {row} column? {column} and? why?",
                "who changed column? {column} of|in table? {table} row? {row} and? why?",
                "who changed column? {column} and? why? of|in table? {table} row? {row}",
                "~why is column? {column} of|in table? {table} row? {row} {value...}", "~why is table? {table} row? {row} column? {column} {value...}?",
                "blame table? {table} row? {row} column? {column}", "who is responsible of column? {column} of|in table? {table} row? {row}",
                "why do column? {column} of|in table? {table} row? {row} changed", "where do column? {column} of|in table? {table} row? {row} come of?"),
            Example = "who changed email of customers 42 and why",
        },
        new("history", "history", "Every version of a row.", RowHistory)
        {
            Slots = [s_table, s_row],
            Patterns = ChatVerb.Forms(
                "who changed row? {row} of|in table? {table}", "who changed table? {table} row? {row}", "history of row {row} of|in table? {table}",
                "show? history of table? {table} row? {row}", "what happened to table? {table} row? {row}", "what happened to row {row} of|in table? {table}",
                "what changed in table? {table} row {row}", "show? versions of table? {table} row? {row}"),
            Example = "what happened to customers 42",
        },
        new("branch_diff", "diff", "What a branch changed since it left main.", BranchDiff)
        {
            Slots = [new ChatSlot("branch", SlotKind.Branch, "a branch other than main")],
            Patterns = ChatVerb.Forms("what changed in branch? {branch}", "what is changed in branch? {branch}", "~what do branch? {branch} changed|do",
                "~what is in branch? {branch}", "show? diff of|in branch? {branch}", "diff branch? {branch}", "explain diff of|in branch? {branch}"),
            Example = "what changed in fix-ages",
        },
        new("diff", "diff", "What differs between two commits or branches.", Diff)
        {
            Slots = [new ChatSlot("before", SlotKind.Revision, "the commit or branch before"), new ChatSlot("after", SlotKind.Revision, "the one after"),
                s_table.OrNone()],
            Patterns = ChatVerb.Forms("diff {before} and|to|{after} in|of table? {table}", "~diff {before} {after}",
                "show? diff between|of? {before} and|to {after}",
                "what is? changed between {before} and {after}", "what is? changed between {before} and {after} in table? {table}",
                "show? diff between|of? {before} and|to {after} in table? {table}", "what is diff between|of {before} and {after}",
                "explain diff between|of? {before} and {after}",
                "what is? changed since {before}", "what changed of|since {before} to {after}"),
            Example = "what changed between HEAD~3 and HEAD",
        },
        new("live_diff", "diff", "What changed in the live database since the last commit.", LiveDiff)
        {
            Slots = [s_table.OrNone()],
            Patterns = ChatVerb.Forms("diff", "show? diff", "what is? changed", "what is uncommitted|pending", "what is not committed",
                "what is? changed in live", "show? changed",
                "what is? changed since last? commit", "explain diff"),
            Example = "what changed",
        },
        new("log", "log", "The latest commits.", Log)
        {
            Slots = [new ChatSlot("count", SlotKind.Number, "how many").OrNone(), s_table.OrNone(),
                new ChatSlot("branch", SlotKind.Branch, "of this branch").OrNone()],
            Patterns = ChatVerb.Forms("log", "show? log", "history", "show? history", "show? commit", "what happened",
                "what happened recently|lately|today|yesterday",
                "show? last {count} commit", "last {count} commit", "show? {count} last commit", "log of|in table? {table}",
                "show? log|history of|in table? {table}", "who changed table? {table}", "what is? changed in table? {table}",
                "show? commit of|in table? {table}",
                "log of|in branch? {branch}", "show? log|history|commit of|in branch? {branch}", "what happened in|to branch? {branch}",
                "what happened in|to table? {table}"),
            Example = "show the last 5 commits",
        },
        new("show", "show", "One commit and what it changed.", Show)
        {
            Slots = [s_revision.OrNone()],
            Patterns = ChatVerb.Forms("~show commit? {revision}", "~what do commit? {revision} changed|do", "~explain commit? {revision}",
                "what is? changed in commit? {revision}",
                "~what is commit? {revision}", "~who create commit? {revision}", "what is in commit {revision}", "why commit {revision}", "show? last commit",
                "what is last commit", "what do last commit do|changed"),
            Example = "what did HEAD~1 change",
        },
    ];

    private static ChatReply Blame(ChatCall call)
    {
        var (table, row, column) = (call.Arguments.Get("table"), call.Arguments.Get("row"), call.Arguments.Get("column"));
        var found = call.Workspace.History.Blame(new BlameRequest(table, "HEAD", row, column, 1)).Rows.First();
        var cell = found.Cells.Single();
        var commit = cell.Commit.Commit;
        var text = new ChatText().Say($"{table} {call.Shown.Cell("", row)}, {cell.Column} = {call.Cell(cell.Column, cell.Value)}");
        text.Say($"{Who(commit)} set it on {ChatShown.Time(commit.Time)} with commit {cell.Commit.Id.Short}.");
        if (Before(call, table, row, cell) is { } before) text.Say($"Before, it was {before}.");
        text.Say($"Why: {call.Foreign(commit.Message)}");
        if (cell.Contributors.Count > 0) text.Say("A merge computed it from:").Each(cell.Contributors, c => ChatShown.Commit(call, c));
        Reason(call, commit, text);
        return ChatCall.Reply(text, "blame", table, "--key", row, "--column", cell.Column);
    }

    private static string Who(Commit commit) => commit.Author.Kind switch
    {
        AuthorKind.External => "Somebody who wrote past db-vc",
        AuthorKind.Agent => $"The agent {commit.Author.Name}",
        _ => commit.Author.Name,
    };

    /// <summary>The value that stood there when the commit was made.</summary>
    private static string? Before(ChatCall call, string table, string row, BlameCell cell)
    {
        var versions = call.Workspace.History.RowHistory(new RowHistoryRequest(table, row, "HEAD", 1000)).Versions;
        var before = versions.SkipWhile(v => v.Commit.Id != cell.Commit.Id).Skip(1).FirstOrDefault();
        return before?.Row?.FirstOrDefault(c => c.Name == cell.Column) is { } was ? call.Cell(was.Name, was.Value) : null;
    }

    /// <summary>What an agent was told to do, and by whom.</summary>
    private static void Reason(ChatCall call, Commit commit, ChatText text)
    {
        if (commit.Provenance is not { } made || call.Workspace.Agents.List().FirstOrDefault(t => t.Task == made.Task) is not { } task) return;
        text.Say($"It is the work of task {task.Task} on {task.Branch}{(task.Starter is { } starter ? $", started by {starter}" : "")}.");
        if (task.Text is { } words) text.Say($"The task was: {call.Foreign(words)}");
        else if (task.MetadataPath is { } path) text.Say($"The task was given {call.Names.Shown(path)}.");
        call.Talk.Name(SlotKind.Task, task.Branch);
    }

    private static ChatReply RowHistory(ChatCall call)
    {
        var (table, row) = (call.Arguments.Get("table"), call.Arguments.Get("row"));
        var report = call.Workspace.History.RowHistory(new RowHistoryRequest(table, row, "HEAD", 50));
        var text = new ChatText().Say($"{table} {ChatShown.Key(call, report.Key)}: {Quantity.Of(report.Versions.Count, "version")}, newest first.");
        for (var i = 0; i < report.Versions.Count; i++)
        {
            var (version, before) = (report.Versions[i], i + 1 < report.Versions.Count ? report.Versions[i + 1].Row : null);
            text.Say(version.Commit.Id.Short, ChatShown.Time(version.Commit.Commit.Time), version.Commit.Commit.Author.Name, version.Change,
                What(call, version.Row, before), call.Foreign(version.Commit.Commit.Message));
        }

        return ChatCall.Reply(text, "history", table, "--key", row);
    }

    /// <summary>The cells that are other than before; all of a row that is new.</summary>
    private static string What(ChatCall call, IReadOnlyList<NamedValue>? row, IReadOnlyList<NamedValue>? before) => row is null ? ""
        : ChatShown.Cut(string.Join(", ",
        row.Where(c => before is null || before.FirstOrDefault(b => b.Name == c.Name)?.Value != c.Value)
            .Select(c => $"{c.Name}={call.Cell(c.Name, c.Value)}")), 80);

    private static ChatReply BranchDiff(ChatCall call)
    {
        var branch = call.Workspace.Branches.Show(call.Arguments.Branch("branch"));
        if (branch.Name == BranchName.Main.Text || branch.Base is not { } start) return LiveDiff(call);
        using var report = call.Workspace.History.Diff(new DiffRequest(start.ToString(), branch.Name, null, ChatDiff.MostRows), call.Cancel);
        return ChatCall.Reply(new ChatText().Diff(call, report), "diff", start.Short, branch.Name);
    }

    private static ChatReply Diff(ChatCall call)
    {
        var (before, after, table) = (call.Arguments.Get("before"), call.Arguments.Find("after") ?? "HEAD", call.Arguments.Find("table"));
        using var report = call.Workspace.History.Diff(new DiffRequest(before, after, table, ChatDiff.MostRows), call.Cancel);
        string[] command = ["diff", before, after, .. table is null ? [] : (string[])["--table", table]];
        return ChatCall.Reply(new ChatText().Diff(call, report), command);
    }

    private static ChatReply LiveDiff(ChatCall call)
    {
        using var report = call.Workspace.History.Diff(new DiffRequest(null, null, null, ChatDiff.MostRows), call.Cancel);
        var text = new ChatText();
        text = report.Tables.Count + report.Schema.Count == 0 ? text.Say("Nothing: the live database is what main's head says.") : text.Diff(call, report);
        return ChatCall.Reply(text, "diff");
    }

    private static ChatReply Log(ChatCall call)
    {
        var (count, table, branch) = (call.Arguments.Number("count", UsualCommits), call.Arguments.Find("table"), call.Arguments.Find("branch"));
        var entries = call.Workspace.History.Log(new LogRequest(branch ?? "HEAD", Math.Min(count, 1000), table, AllBranches: false));
        var text = new ChatText().Each(entries, e => ChatShown.Commit(call, e.Commit), int.MaxValue);
        string[] command = ["log", .. branch is null ? [] : (string[])[branch], .. table is null ? [] : (string[])["--table", table],
            "-n", count.ToString(CultureInfo.InvariantCulture)];
        return ChatCall.Reply(text, command);
    }

    private static ChatReply Show(ChatCall call)
    {
        var revision = call.Arguments.Find("revision") ?? "HEAD";
        var entry = call.Workspace.History.Find(revision);
        var commit = entry.Commit.Commit;
        using var report = call.Workspace.History.Show(revision, ChatDiff.MostRows);
        var text = new ChatText().Say($"Commit {entry.Commit.Id.Short} by {commit.Author.Name}, {ChatShown.Time(commit.Time)}: {call.Foreign(commit.Message)}");
        Reason(call, commit, text);
        return ChatCall.Reply(text.Diff(call, report), "show", revision);
    }
}
