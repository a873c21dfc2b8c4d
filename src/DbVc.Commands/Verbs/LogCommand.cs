using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Lists commits, newest first.</summary>
internal static class LogCommand
{
    private const int DefaultLimit = 50;

    public static Verb Create()
    {
        var revision = new Argument<string?>("REV") { Description = "Where to begin; otherwise main.", Arity = ArgumentArity.ZeroOrOne };
        var graph = new Option<bool>("--graph") { Description = "Draw how branches part and come together." };
        var all = new Option<bool>("--all") { Description = "Begin at every branch." };
        var table = new Option<string?>("--table", "-t") { Description = "Only commits that changed this table.", HelpName = "TABLE" };
        var limit = new Option<int>("--limit", "-n") { Description = "List at most this many.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };
        return new Verb("log", "List commits, newest first.", "db-vc log", "db-vc log --graph -n 20", "db-vc log agent-users --table users")
        {
            revision,
            graph,
            all,
            table,
            limit,
        }.Answers<CommitsDocument>().OnRepository((context, workspace) =>
        {
            var count = Limits.Positive(context.Get(limit), "--limit");
            var entries = workspace.History.Log(new LogRequest(context.Get(revision) ?? "HEAD", count, context.Get(table), context.Get(all)));
            if (entries.Count == 0) context.Output.Line("No commits.");
            LogView.Write(context.Output, entries, context.Get(graph) && context.Get(table) is null);
            context.Output.Json(entries.ToJson());
            return 0;
        });
    }
}
