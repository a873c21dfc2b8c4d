using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Sets uncommitted changes of the live database aside and brings them back.</summary>
internal static class StashCommand
{
    public static Verb Create()
    {
        var message = Message();
        var stash = new Verb("stash", "Set uncommitted changes of the live database aside; without a word it is stash push.",
            "db-vc stash", "db-vc stash -m \"Prices, half done\"")
        {
            message,
            Push(),
            List(),
            Show(),
            Apply("pop", "Bring a stash back and remove it.", drop: true),
            Apply("apply", "Bring a stash back and keep it.", drop: false),
            Drop(),
        };
        return stash.Answers<StashDocument>().Answers<NoStashDocument>().OnRepository((context, workspace) => Push(context, workspace, context.Get(message)));
    }

    private static Option<string?> Message() => new("--message", "-m") { Description = "What the changes are.", HelpName = "TEXT" };

    private static Argument<long?> Number() =>
        new("N") { Description = "The stash; otherwise the newest.", Arity = ArgumentArity.ZeroOrOne };

    private static Verb Push()
    {
        var message = Message();
        return new Verb("push", "Put the live database back to main's head and keep what it held.", "db-vc stash push -m \"Prices, half done\"") { message }
            .Answers<StashDocument>().Answers<NoStashDocument>().OnRepository((context, workspace) => Push(context, workspace, context.Get(message)));
    }

    private static int Push(CommandContext context, Workspace workspace, string? message)
    {
        var stash = workspace.Stashes.Push(message, context.Interrupted);
        if (stash is null) context.Output.Line("Nothing to stash.");
        else
        {
            context.Output.Line(Piece.Good("✓ "), $"Stash {stash.Number} holds the changes; the live database is at main's head.");
            ChangesView.Write(context.Output, stash.Tables);
        }

        context.Output.Json(stash is null ? new NoStashDocument(null) : stash.ToJson());
        return 0;
    }

    private static Verb List() => new Verb("list", "List what is stashed, newest first.", "db-vc stash list")
        .Answers<StashesDocument>().OnRepository((context, workspace) =>
    {
        var all = workspace.Stashes.List();
        if (all.Count == 0) context.Output.Line("Nothing is stashed.");
        var list = new TextTable("#", "", "", "");
        foreach (var stash in all)
        {
            list.Add(Piece.Name(Shown.Count(stash.Number)), Piece.Id(stash.Commit.Id.Short), Piece.Dim(Shown.Time(stash.Commit.Commit.Time)),
                Shown.Title(stash.Commit.Commit.Message));
        }

        context.Output.List(list);
        context.Output.Json(all.ToJson());
        return 0;
    });

    private static Verb Show()
    {
        var number = Number();
        var filter = new DiffFilter();
        return new Verb("show", "Show what a stash holds.", "db-vc stash show", "db-vc stash show 2 --stat")
        {
            number,
            filter.Stat,
            filter.Schema,
            filter.Limit,
            filter.All,
        }.Answers<StashContentDocument>().OnRepository((context, workspace) =>
        {
            var stash = workspace.Stashes.Find(context.Get(number));
            using var report = workspace.History.Show(stash.Commit.Id.ToString(), filter.MaxRows(context));
            context.Output.Line(Piece.Dim($"stash {stash.Number}  "), Shown.Title(stash.Commit.Commit.Message));
            filter.Write(context, filter.Apply(context, report), diff => diff.With(stash));
            return 0;
        });
    }

    private static Verb Apply(string name, string description, bool drop)
    {
        var number = Number();
        return new Verb(name, description, $"db-vc stash {name}", $"db-vc stash {name} 2") { number }
            .Answers<MergeDocument>().Answers<NoReplayDocument>().OnRepository((context, workspace) =>
            MergeView.Finish(context, workspace.Stashes.Apply(context.Get(number), drop, context.Interrupted), BranchName.Main.Text, "stash " + name));
    }

    private static Verb Drop()
    {
        var number = Number();
        return new Verb("drop", "Remove a stash; db-vc undo brings it back.", "db-vc stash drop 2") { number }
            .Answers<DroppedDocument>().OnRepository((context, workspace) =>
        {
            var stash = workspace.Stashes.Drop(context.Get(number));
            context.Output.Line(Piece.Good("✓ "), $"Removed stash {stash.Number}");
            context.Output.Json(new DroppedDocument(stash.Number));
            return 0;
        });
    }
}
