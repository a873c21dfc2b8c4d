using System.CommandLine;
using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Runs the gates of a branch again.</summary>
internal static class GateCommand
{
    public static Verb Create() => new("gate", "Check a branch's pipeline again.") { Run() };

    private static Verb Run()
    {
        var name = BranchCommand.Name();
        var only = new Option<string[]>("--only")
        {
            Description = "Ask these gates alone; what they say is no evidence for a merge.",
            HelpName = "GATE",
            AllowMultipleArgumentsPerToken = true,
        };
        return new Verb("run", "Run every gate on what is in the branch now.", "db-vc gate run agent-users", "db-vc gate run agent-users --only lint")
        {
            name, only,
        }.OnRepository((context, workspace) =>
        {
            var branch = BranchName.Parse(context.Get(name));
            return context.Get(only) is { Length: > 0 } gates
                ? RunSomeAsync(context, progress => workspace.Agents.RunSomeGates(branch, gates, progress, context.Interrupted))
                : AgentView.RunAsync(context, progress => workspace.Agents.RunGates(branch, progress, context.Interrupted));
        });
    }

    private static async Task<int> RunSomeAsync(CommandContext context, Func<IAgentProgress, GateRunReport> work)
    {
        var report = await context.Output.WithProgressAsync(view => Task.FromResult(work(new AgentProgress(view)))).ConfigureAwait(false);
        context.Output.Json(new JsonObject
        {
            ["branch"] = report.Branch,
            ["passed"] = report.Passed,
            ["gates"] = Json.Array(report.Gates, gate => gate.ToJson()),
        });
        context.Output.Line();
        MergeView.WriteGates(context.Output, report.Gates);
        context.Output.Line(Piece.Dim($"Only these were asked; a merge wants all: db-vc gate run {report.Branch}"));
        return report.Passed ? 0 : (int)FailureKind.Refused;
    }
}
