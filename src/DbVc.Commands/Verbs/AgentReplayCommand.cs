using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Repeats a task from its log and compares what it commits.</summary>
internal static class AgentReplayCommand
{
    private const int MostText = 100;

    public static Verb Create()
    {
        var task = new Argument<string>("TASK") { Description = "A task, or a branch: then its latest." };
        return new Verb("replay", "Do what a task did once more, from its log and without a model, and compare the commits.",
            "db-vc agent replay agent-users", "db-vc agent replay agent-users --json") { task }
            .Answers<ReplayedTaskDocument>().OnRepository(async (context, workspace) =>
        {
            var report = await context.Output.WithProgressAsync(view => Task.FromResult(
                workspace.Agents.Replay(context.Get(task)!, new AgentProgress(view, context.Interrupted), context.Interrupted))).ConfigureAwait(false);
            context.Output.Json(report.ToJson());
            context.Output.Line();
            foreach (var run in report.Runs) Write(context.Output, run);
            return Finish(context.Output, report);
        });
    }

    private static void Write(Output output, RepeatedRun run)
    {
        output.Line("From ", Piece.Id(run.Start.Short));
        foreach (var call in run.Commits)
        {
            output.Line(call.IsSame ? Piece.Good("✓ ") : Piece.Bad("✗ "), Shorten(call.Then.Commit), " ", call.Tool, "  ",
                Piece.Dim(call.IsSame ? Shown.Cut(call.Then.Summary, MostText) : $"this time {Shorten(call.Now?.Commit)}"));
        }

        if (run.Calls.FirstOrDefault(c => !c.IsSame) is not { } first) return;
        output.Line("First difference: call ", $"{first.Position}", ", ", first.Tool);
        output.Line(Piece.Dim("  then "), $"{first.Then.State}: {first.Then.Summary}");
        output.Line(Piece.Dim("  now  "), first.Now is { } got ? $"{got.State}: {got.Summary}" : "the run did not come that far");
    }

    private static int Finish(Output output, RepeatedTask report)
    {
        var commits = report.Runs.Sum(r => r.Commits.Count());
        output.Line(report.IsSame ? Piece.Good("The same: ") : Piece.Bad("Not the same: "), "task ", Piece.Id(report.Task), ", ",
            Shown.Count(commits, "commit"), report.IsSame ? "" : Piece.Dim("; its source, a setting or this version of db-vc is another one"));
        return report.IsSame ? 0 : (int)FailureKind.Failed;
    }

    private static string Shorten(string? commit) => commit is null ? "no commit" : CommitId.Parse(commit).Short;
}
