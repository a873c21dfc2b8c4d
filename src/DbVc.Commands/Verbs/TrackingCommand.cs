using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Lets the live database write down what changes, so that a commit costs what changed.</summary>
internal static class TrackingCommand
{
    public static Verb Create() => new("tracking", "Let the live database write down which rows change, so that a commit costs what changed.")
    {
        Switch("on", "Track one table, or all.", "db-vc tracking on orders", (desk, table) => desk.Start(table)),
        Switch("off", "Stop tracking one table, or all; nothing of it stays in the database.", "db-vc tracking off", (desk, table) => desk.Stop(table)),
        Show(),
    };

    private static Verb Switch(string name, string description, string example, Func<TrackingDesk, string?, TrackingStatus> run)
    {
        var table = new Argument<string?>("TABLE") { Description = "One table; without it all that are versioned.", Arity = ArgumentArity.ZeroOrOne };
        return new Verb(name, description, $"db-vc tracking {name}", example) { table }.Answers<TrackingDocument>().OnRepository((context, workspace) =>
        {
            var report = run(workspace.Tracking, context.Get(table));
            Write(context.Output, report);
            context.Output.Json(report.ToJson());
            return 0;
        });
    }

    private static Verb Show()
    {
        var cost = new Option<bool>("--cost") { Description = "Measure how much slower it makes writers, in a private database." };
        return new Verb("show", "Show which tables are tracked.", "db-vc tracking show", "db-vc tracking show --cost")
        {
            cost,
        }.Answers<TrackingDocument>().OnRepository((context, workspace) =>
        {
            var report = workspace.Tracking.Read();
            TrackingCost? measured = null;
            Write(context.Output, report);
            if (context.Get(cost))
            {
                measured = workspace.Tracking.Measure(context.Interrupted);
                context.Output.Line($"Inserting {Shown.Count(measured.Rows, "row")} takes {measured.Slowdown:0.00} times as long with tracking as without.");
            }

            context.Output.Json(report.ToJson(measured));
            return 0;
        });
    }

    private static void Write(Output output, TrackingStatus report)
    {
        if (!report.IsOn)
        {
            output.Line("No table is tracked.");
            return;
        }

        var tables = new TextTable("", "", "");
        foreach (var table in report.Tables) tables.Add(table.IsTracked ? Piece.Good("✓") : "–", table.Name, Piece.Dim(table.Gap ?? ""));
        output.List(tables);
        output.Line(Piece.Dim($"{Shown.Count(report.Pending, "change")} in the log that no commit has taken yet."));
    }
}
