using System.CommandLine;
using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Makes the live database write down which rows change, or stops that.</summary>
internal static class TrackingCommand
{
    public static Verb Create() => new("tracking", "Let the live database write down which rows change, so that a commit costs what changed.")
    {
        new Verb("show", "Show which tables write down their changes.", "db-vc tracking show")
            .OnRepository((context, workspace) => Write(context, workspace.Tracking.Show())),
        Change("on", "Turn it on for tables, or for all. Writers go on meanwhile.", (workspace, tables) => workspace.Tracking.Start(tables)),
        Change("off", "Turn it off for tables, or for all.", (workspace, tables) => workspace.Tracking.Stop(tables)),
    };

    private static Verb Change(string name, string description, Func<Workspace, string[], TrackingState> change)
    {
        var tables = new Argument<string[]>("TABLE") { Description = "The tables; none means all.", Arity = ArgumentArity.ZeroOrMore };
        return new Verb(name, description, $"db-vc tracking {name}", $"db-vc tracking {name} orders") { tables }
            .OnRepository((context, workspace) => Write(context, change(workspace, context.Get(tables) ?? [])));
    }

    private static int Write(CommandContext context, TrackingState state)
    {
        var list = new TextTable("", "", "");
        foreach (var table in state.Tables)
        {
            list.Add(table.IsTracked ? Piece.Good("✓") : Piece.Dim("·"), table.Name, Piece.Dim(table.Gap ?? (table.IsTracked ? "" : "not tracked")));
        }

        context.Output.List(list);
        context.Output.Line(state.IsOn
            ? $"{Shown.Count(state.Pending, "change")} that no commit holds yet."
            : "Changes are not written down; commits read the database.");
        context.Output.Json(new JsonObject
        {
            ["on"] = state.IsOn,
            ["pending"] = state.Pending,
            ["tables"] = Json.Array(state.Tables, table => new JsonObject { ["name"] = table.Name, ["tracked"] = table.IsTracked, ["gap"] = table.Gap }),
        });
        return 0;
    }
}
