using DbVc.Documents;
using DbVc.Orchestration;

namespace DbVc.Mcp;

/// <summary>Tools that change a branch. None reaches a protected one; who may change which is asked before, and again whenever a ref moves.</summary>
internal static class WriteTools
{
    /// <summary>Who calls is a model itself, and spends nobody's money on another one.</summary>
    private const string Model = "builtin";

    private const int MostText = 500_000;

    private static readonly ToolParameter s_branch = ToolParameter.Required("branch", "The branch; one of those that may be changed here.");

    private static readonly ToolParameter s_reload = ToolParameter.Flag("reload", "Drop rows that people put into the branch: its code is run on main's.");

    public static IReadOnlyList<Tool> All => [.. s_files, .. s_work, .. s_ends];

    private static readonly Tool[] s_files =
    [
        new("branch_create", "branch create", "Make a branch with a database of its own, from main with its live changes or from a revision.",
            call => new ToolAnswer(call.Workspace.Branches.Create(call.Arguments.Branch("branch"), call.Arguments.Find("from"),
                new BranchTerms(call.Arguments.Find("budget"), call.Arguments.Find("expires")), call.Cancel).ToJson()))
        {
            Writes = "branch",
            Parameters =
            [
                s_branch,
                ToolParameter.Text("from", "The revision to begin at; otherwise main with its live changes."),
                ToolParameter.Text("budget", "How much it may become: rows=N,bytes=N,seconds=N."),
                ToolParameter.Text("expires", "When it may be removed: 90m, 12h, 7d, 2w, or a date."),
            ],
        },
        new("branch_file_write", "commit", "Write one file of a branch whole: code, tests or text below generated/ or tests/. commit keeps it.", call =>
        {
            call.Workspace.Files.Write(call.Arguments.Branch("branch"), call.Arguments.Get("path"), call.Arguments.Get("text"));
            return new ToolAnswer(new BranchFileWrittenDocument(call.Arguments.Get("branch"), call.Arguments.Get("path")));
        })
        {
            Writes = "branch",
            IsDestructive = true,
            IsIdempotent = true,
            Parameters =
            [
                s_branch,
                ToolParameter.Required("path", "generated/… or tests/…."),
                ToolParameter.Required("text", "The whole file.") with { MostCharacters = MostText },
            ],
        },
        new("commit", "commit", "Keep what changed in a branch's database and files.", call => new ToolAnswer(
            call.Workspace.Branches.Commit(call.Arguments.Branch("branch"), call.Arguments.Get("message"), null, call.Cancel).ToJson()))
        {
            Writes = "branch",
            IsIdempotent = true,
            Parameters = [s_branch, ToolParameter.Required("message", "What was changed and why.")],
        },
    ];

    private static readonly Tool[] s_work =
    [
        new("gate_run", "gate run", "Run the gates on what is in the branch now: compile, lint, tests, load, data quality, security, reversibility.", RunGates)
        {
            Writes = "branch",
            Parameters =
            [
                s_branch,
                new ToolParameter("only", ParameterKind.Texts, "Ask these gates alone; what they say is no evidence for a merge.") { Most = 20 },
                s_reload,
            ],
        },
        new("agent_create", "agent create", "Have a pipeline made from a metadata file, tested, and its rows loaded into a new branch.", call => OfTask(
            call.Workspace.Agents.Create(new AgentRequest(call.Files.Find(call.Arguments.Get("file")), call.Arguments.Branch("branch"),
                call.Arguments.Find("task"), Model, AutoMerge: false), call.Progress, call.Cancel)))
        {
            Writes = "branch",
            Parameters =
            [
                ToolParameter.Required("file", "The metadata file, below the folder that this server may read; its source has to lie there, too."),
                ToolParameter.Required("branch", "The branch to make; it has to fit what may be changed here."),
                ToolParameter.Text("task", "What it is for, in words."),
            ],
        },
        new("agent_retry", "agent retry", "Run a task again that stopped or failed.", call => OfTask(call.Workspace.Agents.Retry(
            call.Arguments.Branch("branch"), call.Progress, call.Cancel, call.Arguments.Flag("reload"))))
        {
            Writes = "branch",
            Parameters = [s_branch, s_reload],
        },
    ];

    private static readonly Tool[] s_ends =
    [
        new("branch_merge", "branch merge", "Merge a branch into another that is not protected, three-way: row by row, cell by cell. A person merges into "
            + "main.", Merge)
        {
            Writes = "into",
            Parameters =
            [
                ToolParameter.Required("branch", "The branch whose changes are merged."),
                ToolParameter.Required("into", "The branch that receives them; one of those that may be changed here."),
                ToolParameter.Flag("dry_run", "Say what would happen, and change nothing."),
            ],
        },
        new("branch_delete", "branch delete", "Remove a branch that nobody else had a hand in, with its database; its commits stay, and a person can restore "
            + "it.", call =>
        {
            call.Workspace.Branches.Delete(call.Arguments.Branch("branch"));
            return new ToolAnswer(new DeletedDocument(call.Arguments.Get("branch")));
        })
        {
            Writes = "branch",
            IsDestructive = true,
            Parameters = [s_branch],
        },
    ];

    private static ToolAnswer RunGates(ToolCall call)
    {
        var (branch, only, reload) = (call.Arguments.Branch("branch"), call.Arguments.Texts("only"), call.Arguments.Flag("reload"));
        var agents = call.Workspace.Agents;
        if (agents.IsPlain(branch)) return OfGates(agents.RunPlainGates(branch, only, call.Progress, call.Cancel));
        return only.Count > 0
            ? OfGates(agents.RunSomeGates(branch, only, call.Progress, call.Cancel, reload))
            : OfTask(agents.RunGates(branch, call.Progress, call.Cancel, reload));
    }

    private static ToolAnswer Merge(ToolCall call)
    {
        var report = call.Workspace.Merges.Merge(
            new MergeRequest(call.Arguments.Branch("branch"), call.Arguments.Branch("into"), call.Arguments.Flag("dry_run"), []), call.Cancel);
        return new ToolAnswer(report.ToJson(), report.State is MergeState.Conflicts or MergeState.Refused);
    }

    private static ToolAnswer OfTask(AgentReport report) =>
        new(report.ToJson(), report.State is not (TaskState.Ready or TaskState.Merged or TaskState.Waiting or TaskState.Queued));

    private static ToolAnswer OfGates(GateRunReport report) => new(report.ToJson(), !report.Passed);
}
