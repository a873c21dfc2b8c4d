using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Questions about what is.</summary>
internal static class LookVerbs
{
    private static readonly ChatSlot s_table = new("table", SlotKind.Table, "a table");

    public static IReadOnlyList<ChatVerb> All { get; } =
    [
        new("status", "status", "The repository at a glance.", Status)
        {
            Patterns = ChatVerb.Forms("status", "show? status", "what is status", "how is things|we|everything", "what is going in", "what is up",
                "where is we|i", "how is it going", "is everything fine|good", "what should i do"),
            Example = "status",
        },
        new("tables", "show", "The tables of main and their columns.", Tables)
        {
            Slots = [s_table.OrNone()],
            Patterns = ChatVerb.Forms("table", "show? table", "what table is", "what table do we|i have", "what column do table? {table} have",
                "show? column of|in table? {table}", "what column is in table? {table}",
                "show? table {table}", "show? schema", "show? schema of table? {table}", "what column of|in table? {table}", "what is table {table}",
                "column of|in table? {table}", "~show {table}"),
            Example = "what tables are there",
        },
        new("count", "query", "How many rows a table has.", Count)
        {
            Slots = [s_table, new ChatSlot("branch", SlotKind.Branch, "in this branch").OrNone()],
            Patterns = ChatVerb.Forms("how many row do table? {table} have", "how many row is in table? {table}", "how many row in|of table? {table}",
                "~how many {table}", "~how many {table} is", "count table? {table}",
                "count row of|in table? {table}", "~how many {table} do we|i have", "how many row do table? {table} have in branch? {branch}",
                "how many {table} is? in branch? {branch}",
                "how many row is in table? {table} in branch? {branch}", "how large|big is table? {table}"),
            Example = "how many customers are there",
        },
        new("query", "query", "What a SELECT says, on the live database.", Query)
        {
            Slots = [new ChatSlot("sql", SlotKind.Text, "one SELECT")],
            Patterns = ChatVerb.Forms("query {sql...}", "sql {sql...}", "run query {sql...}", "run sql {sql...}", "ask database {sql...}"),
            Example = "query SELECT max(age) FROM customers",
        },
        new("invariants", "invariant check", "Whether the invariants hold.", Invariants)
        {
            Patterns = ChatVerb.Forms("invariants", "show? invariants", "check invariants", "do invariants hold", "what invariants is",
                "do all invariants hold", "is invariants fine", "what invariants do we|i have"),
            Example = "do the invariants hold",
        },
        new("pipelines", "pipeline list", "The pipelines of main.", Pipelines)
        {
            Patterns = ChatVerb.Forms("pipeline", "show? pipeline", "what pipeline is", "what is deployed", "what pipeline do we|i have",
                "what is merged"),
            Example = "what is deployed",
        },
        new("cost", "cost report", "What models cost.", Cost)
        {
            Patterns = ChatVerb.Forms("cost", "show? cost", "cost report", "what do it cost", "what do models cost", "how much do it cost",
                "how much do models cost", "what is cost", "how much have we|i cost",
                "what have we|i cost", "how much money do we|i cost", "how much do we|i cost", "how much is cost", "what do task cost"),
            Example = "what did it cost",
        },
        new("tags", "tag", "The tags.", Tags)
        {
            Patterns = ChatVerb.Forms("tag", "show? tag", "what tag is", "what tag do we|i have"),
            Example = "what tags are there",
        },
        new("operations", "op log", "What commands did.", Operations)
        {
            Patterns = ChatVerb.Forms("operations", "show? operations", "show? op log", "op log", "what do i|we do last?", "show? operations log",
                "operations log", "who do what", "what commands have been run", "what can i|we undo"),
            Example = "show operations",
        },
        new("who_am_i", "user show", "Who you are taken for, and what you may do.", WhoAmI)
        {
            Patterns = ChatVerb.Forms("who is i", "what may|can i do", "what is role", "what role do i have", "whoami", "what is i allowed to do",
                "may i merge"),
            Example = "who am i",
        },
    ];

    private static ChatReply Status(ChatCall call)
    {
        var status = call.Workspace.Status(call.Cancel);
        var text = new ChatText().Say($"Main is at {status.Head.Short}; the live database "
            + $"{(status.Clean ? "holds exactly that" : "holds changes that no commit has")}.");
        text.Changes(status.Changes);
        var others = status.Branches.Where(b => b.Name != BranchName.Main.Text).ToList();
        text.Say(others.Count == 0 ? "There is no other branch." : $"{Quantity.Of(others.Count, "branch", "branches")}: {Listed(others)}.");
        text.Each(status.Merges,
            m => new ChatLine(ChatTone.Bad, [$"The merge of {m.Source} into {m.Target} waits for {Quantity.Of(m.Open, "conflict")} to be resolved."]));
        return ChatCall.Reply(text, "status");
    }

    private static string Listed(IReadOnlyList<BranchReport> branches) =>
        string.Join(", ", branches.Take(10).Select(b => $"{b.Name} ({b.Status})")) + (branches.Count > 10 ? ", …" : "");

    private static ChatReply Tables(ChatCall call)
    {
        var schema = call.Workspace.History.Schema("HEAD");
        if (call.Arguments.Find("table") is not { } name)
            return ChatCall.Reply(new ChatText().Each(schema.Tables, t => ChatText.Line(t.Schema.Name, Quantity.Of(t.Rows, "row"),
                string.Join(", ", t.Schema.Columns.Select(c => c.Name))), 40));
        var table = schema.Tables.First(t => t.Schema.Name == name);
        return ChatCall.Reply(new ChatText().Say($"{name}: {Quantity.Of(table.Rows, "row")} at main's head.").Each(table.Schema.Columns, c => ChatText.Line(
            "  " + c.Name, c.DeclaredType, table.Schema.PrimaryKey.Contains(c.Name, StringComparer.OrdinalIgnoreCase) ? "primary key" : ""), 60));
    }

    private static ChatReply Count(ChatCall call)
    {
        var (table, branch) = (call.Arguments.Get("table"), call.Arguments.FindBranch("branch"));
        var quoted = table.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? table : call.Context.Live.Provider.Scripts.Quote(table);
        var sql = $"SELECT count(*) FROM {quoted}";
        using var report = call.Workspace.History.Query(new QueryRequest(sql, null, branch, 1));
        string[] command = ["query", sql, .. branch is { IsMain: false } at ? (string[])["--branch", at.Text] : []];
        return ChatCall.Reply(new ChatText()
            .Say($"{table}{(branch is { IsMain: false } ? $" in {branch}" : "")} has {Quantity.Of(report.Rows.First()[0].AsInteger, "row")}."), command);
    }

    private static ChatReply Query(ChatCall call)
    {
        const int Most = 20;
        var sql = call.Arguments.Get("sql");
        using var report = call.Workspace.History.Query(new QueryRequest(sql, null, null, Most + 1) { MaxTime = TimeSpan.FromSeconds(10) });
        var rows = report.Rows.ToList();
        var text = new ChatText().Quiet([.. report.Columns.Select(c => c.Name)]);
        text.Each(rows, row => new ChatLine(ChatTone.Plain, [.. row.Select((value, i) => Answer(call, report.Columns[i].Name, value))]), Most);
        return ChatCall.Reply(rows.Count == 0 ? text.Say("No rows.") : text, "query", sql);
    }

    /// <summary>A query may call a column anything, so its name shows nothing.</summary>
    private static string Answer(ChatCall call, string column, Value value) =>
        value.IsNull ? "NULL" : ChatShown.Cut(call.Shown.Answer(column, value.ToString()) ?? "NULL", ChatShown.MostOfValue);

    private static ChatReply Invariants(ChatCall call)
    {
        var results = call.Workspace.Invariants.Check(null);
        var text = results.Count == 0 ? new ChatText().Say("There are none; db-vc invariant add NAME \"SELECT …\" adds one.")
            : new ChatText().Each(results, r => new ChatLine(r.Holds ? ChatTone.Good : ChatTone.Bad,
                [r.Invariant.Name, r.Holds ? "holds" : r.Error is { } error ? call.Foreign(error)
                : $"broken by {Quantity.Of(r.Rows.Count, "row")}{(r.Truncated ? " or more" : "")}: {ChatShown.Key(call, r.Rows[0])}"]));
        return ChatCall.Reply(text, "invariant", "check");
    }

    private static ChatReply Pipelines(ChatCall call)
    {
        var pipelines = call.Workspace.Pipelines.List();
        var text = pipelines.Count == 0 ? new ChatText().Say("No pipeline was merged yet.") : new ChatText()
            .Each(pipelines, p => new ChatLine(p.Problem is null ? ChatTone.Plain : ChatTone.Bad,
            [p.Name, p.Table is { } table ? $"into {table}" : "", p.Source is { } source ? $"from {source}" : "", Quantity.Of(p.Runs, "run"),
                p.Problem is { } problem ? call.Foreign(problem) : ""]));
        return ChatCall.Reply(text, "pipeline", "list");
    }

    private static ChatReply Cost(ChatCall call)
    {
        var report = call.Workspace.Costs.Report();
        if (report.Total.Answers == 0) return ChatCall.Reply(new ChatText().Say("Nothing: no model was asked over a network yet."), "cost", "report");
        var text = new ChatText().Say($"{Quantity.Of(report.Total.Answers, "answer")} of models cost {Usd(report.Total)}.");
        text.Say("By model:").Each(report.Models, Line).Say("By month:").Each(report.Months, Line).Say("By task:").Each([.. report.Tasks.Reverse()], Line);
        return ChatCall.Reply(text, "cost", "report");
    }

    private static ChatLine Line(CostLine line) =>
        ChatText.Line("  " + line.Name, Quantity.Of(line.Answers, "answer"), $"{Quantity.Of(line.Input)} tokens read",
            $"{Quantity.Of(line.Output)} written", Usd(line));

    private static string Usd(CostLine line) => FormattableString.Invariant($"{line.Usd:0.0000} USD") + (line.Unpriced > 0
        ? $" ({Quantity.Of(line.Unpriced)} without a price)" : "");

    private static ChatReply Tags(ChatCall call)
    {
        var tags = call.Workspace.Tags.List();
        return ChatCall.Reply(tags.Count == 0 ? new ChatText().Say("No tags.")
            : new ChatText().Each(tags, t => ChatText.Line(t.Name, t.Commit.Id.Short, ChatShown.Time(t.Commit.Commit.Time),
                call.Foreign(t.Commit.Commit.Message)), 40), "tag");
    }

    private static ChatReply Operations(ChatCall call) => ChatCall.Reply(new ChatText().Each(call.Workspace.History.Operations(15),
        o => ChatText.Line($"{o.Number}", ChatShown.Time(o.Time), o.Actor, call.Foreign(o.Command))), "op", "log");

    private static ChatReply WhoAmI(ChatCall call)
    {
        var caller = call.Workspace.Access.WhoAmI();
        return ChatCall.Reply(new ChatText().Say($"You are {caller.Name}, with the role {caller.Role}.").Quiet("db-vc role list says who may do what."),
            "user", "show");
    }
}
