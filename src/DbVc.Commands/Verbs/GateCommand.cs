using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Runs the gates of a branch.</summary>
internal static class GateCommand
{
    public static Verb Create() => new("gate", "Check a branch: its pipeline, or what people changed in it by hand.") { Run() };

    /// <summary>Asked for, since what people put into the branch is lost by it.</summary>
    public static Option<bool> Reload() => new("--reload")
    {
        Description = "Drop rows that people put into the branch: its code is run on main's.",
    };

    private static Verb Run()
    {
        var name = BranchCommand.Name();
        var only = new Option<string[]>("--only")
        {
            Description = "Ask these gates alone; what they say is no evidence for a merge.",
            HelpName = "GATE",
            AllowMultipleArgumentsPerToken = true,
        };
        var reload = Reload();
        return new Verb("run", "Run every gate on what is in the branch now.", "db-vc gate run agent-users", "db-vc gate run agent-users --only lint")
        {
            name, only, reload,
        }.Answers<TaskDocument>().Answers<GateRunDocument>().OnRepository((context, workspace) =>
        {
            var branch = BranchName.Parse(context.Get(name));
            var gates = context.Get(only) ?? [];
            if (workspace.Agents.IsPlain(branch)) return RunSomeAsync(context, progress => workspace.Agents.RunPlainGates(branch, gates, progress,
                context.Interrupted));
            return gates.Length > 0
                ? RunSomeAsync(context, progress => workspace.Agents.RunSomeGates(branch, gates, progress, context.Interrupted, context.Get(reload)))
                : AgentView.RunAsync(context, progress => workspace.Agents.RunGates(branch, progress, context.Interrupted, context.Get(reload)));
        });
    }

    private static async Task<int> RunSomeAsync(CommandContext context, Func<IAgentProgress, GateRunReport> work)
    {
        var report = await context.Output.WithProgressAsync(view => Task.FromResult(work(new AgentProgress(view, context.Interrupted)))).ConfigureAwait(false);
        context.Output.Json(report.ToJson());
        context.Output.Line(Piece.Dim(report.IsEvidence
            ? $"There is no code in this branch. Not asked: {string.Join(", ", report.LeftOut)}."
            : $"Only these were asked; a merge wants all: db-vc gate run {report.Branch}"));
        if (report.Committed is { } head) context.Output.Line(Piece.Dim("What was loaded for them is another content, committed as "), Piece.Id(head.Short));
        return report.Passed ? 0 : (int)FailureKind.Refused;
    }
}
