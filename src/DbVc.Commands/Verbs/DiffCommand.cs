using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Compares two revisions, or a revision with the live database.</summary>
internal static class DiffCommand
{
    public static Verb Create()
    {
        var before = new Argument<string?>("A") { Description = "The revision before; otherwise main's head.", Arity = ArgumentArity.ZeroOrOne };
        var after = new Argument<string?>("B") { Description = "The revision after; otherwise the live database.", Arity = ArgumentArity.ZeroOrOne };
        var table = new Option<string?>("--table", "-t") { Description = "Only this table.", HelpName = "TABLE" };
        var sql = new Option<bool>("--sql") { Description = "Print the SQL statements that turn the first into the second." };
        var filter = new DiffFilter();
        return new Verb("diff", "Show what differs between two revisions, or between one and the live database.",
            "db-vc diff", "db-vc diff HEAD~1 HEAD --table customers", "db-vc diff main agent-users --files",
            "db-vc diff HEAD HEAD~1 --sql")
        {
            before,
            after,
            table,
            filter.Stat,
            filter.Schema,
            filter.Files,
            filter.Limit,
            filter.All,
            sql,
        }.Answers<DiffDocument>().Answers<ScriptDocument>().OnRepository((context, workspace) =>
        {
            var request = new DiffRequest(context.Get(before), context.Get(after), context.Get(table), filter.MaxRows(context));
            if (context.Get(sql)) return WriteSql(context, workspace, request);
            using var report = workspace.History.Diff(request, context.Interrupted);
            filter.Write(context, filter.Apply(context, report));
            return 0;
        });
    }

    private static int WriteSql(CommandContext context, Workspace workspace, DiffRequest request)
    {
        using var script = workspace.History.Script(request, context.Interrupted);
        context.Output.Json(script.ToJson(), isCompact: true);
        if (context.Output.IsJson) return 0;
        foreach (var statement in script.Statements) context.Output.Text(script.Terminate(statement));
        return 0;
    }
}
