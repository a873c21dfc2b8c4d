using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Lets ready branches into main one after another.</summary>
internal static class QueueCommand
{
    public static Verb Create() => new("queue", "Let ready branches into main, one after another.") { Add(), List(), Run(), Remove() };

    private static Verb Add()
    {
        var names = new Argument<string[]>("BRANCH") { Description = "The branches, in the order in which they are to come.", Arity = ArgumentArity.OneOrMore };
        return new Verb("add", "Put branches at the end of the queue.", "db-vc merge queue add agent-users agent-orders") { names }
            .Answers<QueueDocument>()
            .OnRepository((context, workspace) => Finish(context, workspace.Queue.Add([.. context.Get(names)!.Select(BranchName.Parse)])));
    }

    private static Verb List()
    {
        var all = new Option<bool>("--all") { Description = "Those that left the queue, too." };
        return new Verb("list", "Show the queue in its order.", "db-vc merge queue list") { all }.Answers<QueueDocument>().OnRepository((context, workspace) =>
        {
            var entries = workspace.Queue.List(context.Get(all));
            if (entries.Count == 0) context.Output.Line("The merge queue is empty.");
            return Finish(context, entries);
        });
    }

    private static Verb Run() => new Verb("run", "Take each branch once: bring it up to main, ask its gates, merge it.", "db-vc merge queue run")
        .Answers<QueueDocument>().OnRepository(async (context, workspace) =>
        {
            var run = await context.Output.WithProgressAsync(view => Task.FromResult(workspace.Queue.Run(new AgentProgress(view, context.Interrupted),
                entry => view.Line(QueueView.Line(entry)), context.Interrupted))).ConfigureAwait(false);
            if (run.Entries.Count == 0) context.Output.Line("The merge queue is empty.");
            context.Output.Json(run.Entries.ToJson());
            return ExitCode(run);
        });

    private static Verb Remove()
    {
        var name = BranchCommand.Name();
        return new Verb("remove", "Take a branch out of the queue; the branch stays.", "db-vc merge queue remove agent-users") { name }
            .Answers<DequeuedDocument>().OnRepository((context, workspace) =>
            {
                workspace.Queue.Remove(BranchName.Parse(context.Get(name)));
                context.Output.Line(Piece.Good("✓ "), Piece.Name(context.Get(name)!), " left the merge queue.");
                context.Output.Json(new DequeuedDocument(true));
                return 0;
            });
    }

    private static int Finish(CommandContext context, IReadOnlyList<QueueEntry> entries)
    {
        QueueView.Write(context.Output, entries);
        context.Output.Json(entries.ToJson());
        return 0;
    }

    /// <summary>The worst that happened to a branch.</summary>
    private static int ExitCode(QueueRun run) =>
        run.Entries.Any(e => e.State == QueueState.Refused) ? (int)FailureKind.Refused
        : run.Entries.Any(e => e.State == QueueState.Conflicts) ? (int)FailureKind.Conflict
        : 0;
}
