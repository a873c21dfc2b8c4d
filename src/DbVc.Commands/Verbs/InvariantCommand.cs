using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Keeps and checks the repository's invariants.</summary>
internal static class InvariantCommand
{
    private const int MaxShown = 5;

    public static Verb Create() => new("invariant", "Queries that must return no row, whoever merges.") { Add(), List(), Remove(), Check() };

    private static Argument<string> Name() => new("NAME") { Description = "The invariant's name." };

    private static Verb Add()
    {
        var (name, sql) = (Name(), new Argument<string>("SQL") { Description = "One reading statement; every row it returns is a violation." });
        return new Verb("add", "Refuse every merge and rollback after which a query returns a row.",
            "db-vc invariant add no-debt \"SELECT id, balance FROM customers WHERE balance < 0\"") { name, sql }
            .Answers<AddedDocument>().OnRepository((context, workspace) =>
        {
            workspace.Invariants.Add(new Invariant(context.Get(name)!, context.Get(sql)!));
            context.Output.Line(Piece.Good("✓ "), "Added ", Piece.Name(context.Get(name)!), Piece.Dim(". Does it hold now? db-vc invariant check"));
            context.Output.Json(new AddedDocument(context.Get(name)!));
            return 0;
        });
    }

    private static Verb List() => new Verb("list", "List the invariants.", "db-vc invariant list")
        .Answers<InvariantsDocument>().OnRepository((context, workspace) =>
    {
        var all = workspace.Invariants.List();
        if (all.Count == 0) context.Output.Line("There are no invariants.");
        var table = new TextTable("invariant", "must return no row");
        foreach (var invariant in all) table.Add(Piece.Name(invariant.Name), Shown.Short(invariant.Sql));
        context.Output.Table(table);
        context.Output.Json(all.ToJson());
        return 0;
    });

    private static Verb Remove()
    {
        var name = Name();
        return new Verb("remove", "Remove an invariant.", "db-vc invariant remove no-debt") { name }
            .Answers<RemovedDocument>().OnRepository((context, workspace) =>
        {
            workspace.Invariants.Remove(context.Get(name)!);
            context.Output.Line(Piece.Good("✓ "), "Removed ", Piece.Name(context.Get(name)!));
            context.Output.Json(new RemovedDocument(context.Get(name)!));
            return 0;
        });
    }

    private static Verb Check()
    {
        var revision = new Argument<string?>("REV") { Description = "A revision; otherwise the live database.", Arity = ArgumentArity.ZeroOrOne };
        return new Verb("check", "Say whether the invariants hold.", "db-vc invariant check", "db-vc invariant check HEAD~3") { revision }
            .Answers<InvariantsCheckDocument>().OnRepository((context, workspace) =>
        {
            var results = workspace.Invariants.Check(context.Get(revision));
            if (results.Count == 0) context.Output.Line("There are no invariants.");
            foreach (var result in results) Write(context.Output, result);
            context.Output.Json(results.ToJson(context.Get(revision)));
            return results.All(result => result.Holds) ? 0 : (int)FailureKind.Refused;
        });
    }

    private static void Write(Output output, InvariantResult result)
    {
        output.Line(result.Holds ? Piece.Good("✓ ") : Piece.Bad("✗ "), Piece.Name(result.Invariant.Name), result.Error is null ? "" : $"  {result.Error}");
        foreach (var row in result.Rows.Take(MaxShown)) output.Line("    ", Shown.Row(row));
        if (result.Truncated || result.Rows.Count > MaxShown) output.Line(Piece.Dim("    … more"));
    }
}
