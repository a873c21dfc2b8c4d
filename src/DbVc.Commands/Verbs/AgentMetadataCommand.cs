using System.CommandLine;

namespace DbVc.Commands;

/// <summary>Gives a waiting task its metadata and watches it to the end.</summary>
internal static class AgentMetadataCommand
{
    public static Verb Create()
    {
        var branch = new Argument<string?>("BRANCH") { Description = "Its branch; otherwise the latest task that waits.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string>("--file", "-f") { Description = "The file that describes source, schema and rules.", HelpName = "FILE", Required = true };
        var reload = GateCommand.Reload();
        return new Verb("metadata", "Give a task that waits its metadata, and run it.", "db-vc agent metadata --file customers.json") { branch, file, reload }
            .Reads(file).Answers<TaskDocument>().OnRepository((context, workspace) =>
            {
                var path = Path.GetFullPath(context.Get(file)!);
                return AgentView.RunAsync(context, progress =>
                    workspace.Agents.SupplyMetadata(path, Session.Branch(context.Get(branch)), progress, context.Interrupted, context.Get(reload)));
            });
    }
}
