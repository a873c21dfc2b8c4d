using System.CommandLine;

namespace DbVc.Commands;

/// <summary>Shows one commit and what it changed.</summary>
internal static class ShowCommand
{
    public static Verb Create()
    {
        var revision = new Argument<string?>("REV") { Description = "The commit; otherwise main's head.", Arity = ArgumentArity.ZeroOrOne };
        var filter = new DiffFilter();
        return new Verb("show", "Show one commit and what it changed.", "db-vc show", "db-vc show HEAD~2 --stat", "db-vc show 4f2a91c03d")
        {
            revision,
            filter.Stat,
            filter.Schema,
            filter.Files,
            filter.Limit,
            filter.All,
        }.Answers<ShowDocument>().OnRepository((context, workspace) =>
        {
            var name = context.Get(revision) ?? "HEAD";
            var entry = workspace.History.Find(name);
            using var report = workspace.History.Show(name, filter.MaxRows(context));
            LogView.WriteHead(context.Output, entry);
            filter.Write(context, filter.Apply(context, report), diff => diff.With(entry));
            return 0;
        });
    }
}
