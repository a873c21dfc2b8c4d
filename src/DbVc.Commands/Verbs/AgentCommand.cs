using System.CommandLine;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Starts agents and watches them.</summary>
internal static class AgentCommand
{
    public static Verb Create() => new("agent", "Let an agent make, test and load a pipeline on a branch of its own.")
    {
        AgentCreateCommand.Create(),
        AgentMetadataCommand.Create(),
        AgentPlanCommand.Create(),
        AgentRunCommand.Create(),
        Retry(),
        Cancel(),
        Status(),
        List(),
        Log(),
        AgentReplayCommand.Create(),
    };

    private static Verb Retry()
    {
        var branch = new Argument<string>("BRANCH") { Description = "Its branch." };
        var (reload, limits, detach) = (GateCommand.Reload(), AgentCreateCommand.Limits(), AgentCreateCommand.Detach());
        return new Verb("retry", "Run a task again that stopped or failed, from its pinned metadata.",
            "db-vc agent retry agent-users", "db-vc agent retry agent-users --limits time=1h") { branch, reload, limits, detach }
            .Answers<TaskDocument>().OnRepository((context, workspace) => AgentView.RunAsync(context, progress =>
            {
                var request = new RetryRequest(BranchName.Parse(context.Get(branch)), context.Get(reload), context.Get(limits));
                return context.Get(detach) ? workspace.Agents.RetryLater(request, progress, context.Interrupted)
                    : workspace.Agents.Retry(request.Branch, progress, context.Interrupted, request.Reload, request.Limits);
            }));
    }

    private static Verb Cancel()
    {
        var branch = new Argument<string>("BRANCH") { Description = "Its branch." };
        return new Verb("cancel", "Stop a task that waits for its turn, or that any process works on; its branch stays.",
            "db-vc agent cancel agent-users") { branch }
            .Answers<TaskDocument>().OnRepository((context, workspace) =>
            {
                var report = workspace.Agents.Cancel(BranchName.Parse(context.Get(branch)));
                AgentView.WriteSummary(context.Output, report);
                context.Output.Json(report.ToJson());
                return report.State == Orchestration.TaskState.Running ? (int)FailureKind.Locked : 0;
            });
    }

    private static Verb Status()
    {
        var branch = new Argument<string?>("BRANCH") { Description = "The branch; otherwise the latest task.", Arity = ArgumentArity.ZeroOrOne };
        return new Verb("status", "Show a task: steps, gates, tests, rows and cost.", "db-vc agent status", "db-vc agent status agent-users") { branch }
            .Answers<TaskDocument>().OnRepository((context, workspace) =>
            {
                var report = workspace.Agents.Status(Session.Branch(context.Get(branch)));
                AgentView.Write(context.Output, report);
                context.Output.Json(report.ToJson());
                return 0;
            });
    }

    private static Verb List() => new Verb("list", "List tasks, oldest first.", "db-vc agent list")
        .Answers<TasksDocument>().OnRepository((context, workspace) =>
    {
        var tasks = workspace.Agents.List();
        if (tasks.Count == 0) context.Output.Line("No tasks.");
        var list = new TextTable("", "", "", "", "#", "");
        foreach (var task in tasks)
        {
            list.Add(Piece.Id(task.Task), Piece.Name(task.Branch), BranchesView.State(Json.Name(task.State), task.Override),
                Piece.Dim(Shown.Time(task.Created)), task.Rows is { } rows ? Shown.Count(rows.Loaded, "row") : "", Piece.Dim(task.Batch ?? ""));
        }

        context.Output.List(list);
        var lines = AgentReport.SumLines(tasks);
        if (lines.Generated > 0) context.Output.Line(Piece.Dim("In all: " + AgentView.Lines(lines)));
        context.Output.Json(tasks.ToJson());
        return 0;
    });

    private static Verb Log()
    {
        var branch = new Argument<string>("BRANCH") { Description = "The branch." };
        var follow = new Option<bool>("--follow") { Description = "Go on while its agent works." };
        var raw = new Option<bool>("--raw") { Description = "Print the transcript as it is kept: JSON lines." };
        return new Verb("log", "Tell what the agent of a branch's latest task was asked, said and did.",
            "db-vc agent log agent-users", "db-vc agent log agent-users --follow") { branch, follow, raw }
            .Answers<TranscriptDocument>().OnRepository((context, workspace) =>
        {
            var lines = workspace.Agents.Log(BranchName.Parse(context.Get(branch)), context.Get(follow), context.Interrupted);
            var view = new TranscriptView(context.Output);
            if (context.Output.IsJson) context.Output.Json(TranscriptDocument.Of(lines));
            else if (context.Get(raw)) foreach (var line in lines) context.Output.Line(line);
            else foreach (var line in lines) view.Write(JsonNode.Parse(line)!);
            return 0;
        });
    }
}
