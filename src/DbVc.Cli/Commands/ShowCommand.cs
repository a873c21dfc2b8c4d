using System.CommandLine;
using System.Text.Json.Nodes;

namespace DbVc.Cli;

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
        }.OnRepository((context, workspace) =>
        {
            var name = context.Get(revision) ?? "HEAD";
            var entry = workspace.History.Find(name);
            var report = filter.Apply(context, workspace.History.Show(name, filter.MaxRows(context)));
            LogView.WriteHead(context.Output, entry);
            filter.Write(context, report);
            var document = new JsonObject { ["commit"] = entry.ToJson() };
            foreach (var (key, value) in report.ToJson()) document[key] = value?.DeepClone();
            context.Output.Json(document);
            return 0;
        });
    }
}
