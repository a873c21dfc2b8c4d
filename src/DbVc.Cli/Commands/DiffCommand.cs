using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Compares two revisions, or a revision with the live database.</summary>
internal static class DiffCommand
{
    public static Verb Create()
    {
        var before = new Argument<string?>("A") { Description = "The revision before; otherwise main's head.", Arity = ArgumentArity.ZeroOrOne };
        var after = new Argument<string?>("B") { Description = "The revision after; otherwise the live database.", Arity = ArgumentArity.ZeroOrOne };
        var table = new Option<string?>("--table", "-t") { Description = "Only this table.", HelpName = "TABLE" };
        var filter = new DiffFilter();
        return new Verb("diff", "Show what differs between two revisions, or between one and the live database.",
            "db-vc diff", "db-vc diff HEAD~1 HEAD --table customers", "db-vc diff main agent-users --files")
        {
            before,
            after,
            table,
            filter.Stat,
            filter.Schema,
            filter.Files,
            filter.Limit,
        }.OnRepository((context, workspace) =>
        {
            var request = new DiffRequest(context.Get(before), context.Get(after), context.Get(table), filter.MaxRows(context));
            var report = filter.Apply(context, workspace.History.Diff(request, context.Interrupted));
            filter.Write(context, report);
            context.Output.Json(report.ToJson());
            return 0;
        });
    }
}
