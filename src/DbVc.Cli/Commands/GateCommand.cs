using DbVc.Model;

namespace DbVc.Cli;

/// <summary>Runs the gates of a branch again.</summary>
internal static class GateCommand
{
    public static Verb Create() => new("gate", "Check a branch's pipeline again.") { Run() };

    private static Verb Run()
    {
        var name = BranchCommand.Name();
        return new Verb("run", "Run every gate on what is in the branch now.", "db-vc gate run agent-users") { name }.OnRepository((context, workspace) =>
        {
            var branch = BranchName.Parse(context.Get(name));
            return AgentView.RunAsync(context, progress => workspace.Agents.RunGates(branch, progress, context.Interrupted));
        });
    }
}
