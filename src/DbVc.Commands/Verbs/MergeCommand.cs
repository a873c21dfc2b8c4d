using System.CommandLine;

namespace DbVc.Commands;

/// <summary>Goes on with merges in progress, or drops them.</summary>
internal static class MergeCommand
{
    public static Verb Create() => new("merge", "Go on with a merge that met conflicts, or drop it; let branches queue for main.")
    {
        Status(), Continue(), Abort(), QueueCommand.Create(),
    };

    private static Argument<string?> Merge() =>
        new("MERGE") { Description = "The merge in progress; not needed when there is only one.", Arity = ArgumentArity.ZeroOrOne };

    private static Verb Status() => new Verb("status", "List merges in progress.", "db-vc merge status")
        .Answers<MergesDocument>().OnRepository((context, workspace) =>
    {
        var merges = workspace.Merges.Status();
        if (merges.Count == 0) context.Output.Line("No merge is in progress.");
        BranchesView.Write(context.Output, merges);
        context.Output.Json(merges.ToJson());
        return 0;
    });

    private static Verb Continue()
    {
        var merge = Merge();
        var allow = new Option<bool>("--allow-destructive") { Description = "Let it take away what only history brings back." };
        return new Verb("continue", "Finish a merge whose conflicts are decided.", "db-vc merge continue") { merge, allow }
            .Answers<MergeDocument>().OnRepository((context, workspace) =>
            MergeView.Finish(context, workspace.Merges.Continue(context.Get(merge), context.Interrupted, context.Get(allow)), "main"));
    }

    private static Verb Abort()
    {
        var merge = Merge();
        return new Verb("abort", "Drop a merge in progress; the branches stay as they are.", "db-vc merge abort") { merge }
            .Answers<AbortedDocument>().OnRepository((context, workspace) =>
        {
            workspace.Merges.Abort(context.Get(merge));
            context.Output.Line(Piece.Good("✓ "), "The merge was dropped; nothing was changed.");
            context.Output.Json(new AbortedDocument(true));
            return 0;
        });
    }
}
