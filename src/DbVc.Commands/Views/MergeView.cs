using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>How a merge ended, for people, and the exit code it ends with.</summary>
internal static class MergeView
{
    private const int MaxListed = 20;

    public static int Finish(CommandContext context, MergeReport report, string target, string verb = "merge")
    {
        context.Output.Json(verb == "merge" ? report.ToJson() : report.ToReplayJson());
        return Write(context.Output, report, target, verb);
    }

    public static int Write(Output output, MergeReport report, string target, string verb)
    {
        switch (report.State)
        {
            case MergeState.Merged when report.DryRun:
                output.Line($"This {verb} would change in ", Piece.Name(target), ":");
                ChangesView.Write(output, report.Tables);
                WriteRekeyed(output, report);
                if (report.Approvals is { } approvals) ReviewView.WriteApprovals(output, approvals);
                WriteDestructive(output, report);
                output.Line(Piece.Dim("Nothing was changed."));
                return 0;
            case MergeState.Merged:
                output.Line(Piece.Good("✓ "), report.Message, " ", Piece.Id(report.Commit?.Short ?? ""));
                if (report.Override is { } reason) output.Line(Piece.Bad($"OVERRIDE {reason}"));
                foreach (var passed in report.PassedOver) output.Line("  passed over: ", Piece.Bad(passed));
                ChangesView.Write(output, report.Tables);
                WriteRekeyed(output, report);
                WriteDestructive(output, report);
                return 0;
            case MergeState.UpToDate:
                output.Line(report.Message);
                return 0;
            case MergeState.Conflicts:
                WriteConflicts(output, report, target);
                return (int)FailureKind.Conflict;
            default:
                WriteRefusal(output, report);
                return (int)FailureKind.Refused;
        }
    }

    /// <summary>What the merge takes away for good, as far as the database goes.</summary>
    public static void WriteDestructive(Output output, MergeReport report)
    {
        foreach (var change in report.Destructive.Take(MaxListed)) output.Line(Piece.Bad("  ! It "), Piece.Bad(change.Message + "."));
        if (report.Destructive.Count > MaxListed) output.Line(Piece.Dim($"  … {Shown.Count(report.Destructive.Count - MaxListed)} more"));
    }

    /// <summary>Rows that are known by another key from here on.</summary>
    private static void WriteRekeyed(Output output, MergeReport report)
    {
        if (report.Rekeyed.Count == 0) return;
        output.Line("New keys for rows of the source, whose keys the target had given away too:");
        var table = new TextTable("table", "was", "is");
        foreach (var change in report.Rekeyed.Take(MaxListed)) table.Add(change.Table, Shown.Key(change.Before), Shown.Key(change.NewKey));
        output.Table(table);
        if (report.Rekeyed.Count > MaxListed) output.Line(Piece.Dim($"  … {Shown.Count(report.Rekeyed.Count - MaxListed)} more"));
    }

    private static void WriteConflicts(Output output, MergeReport report, string target)
    {
        output.Line(Piece.Bad("✗ "), Shown.Count(report.ConflictCount, "conflict"),
            report.DryRun ? " would have to be resolved:" : $" to resolve; {target} is as it was:");
        ConflictsView.Write(output, report.Conflicts.Take(MaxListed).Select(conflict => (conflict, (Resolution?)null)));
        if (report.ConflictCount > MaxListed) output.Line(Piece.Dim($"  … {Shown.Count(report.ConflictCount - MaxListed)} more"));
        if (report.DryRun) output.Line(Piece.Dim("Nothing was changed."));
        else output.Line(Piece.Dim("Next: db-vc conflicts resolve ID --take source|target|base, then db-vc merge continue; or db-vc merge abort"));
    }

    private static void WriteRefusal(Output output, MergeReport report)
    {
        output.Line(Piece.Bad("✗ Refused. "), report.Message);
        GateView.Write(output, report.Gates);
        WriteDestructive(output, report);
        var table = new TextTable("table", "key", "constraint", "what is wrong");
        foreach (var broken in report.Violations.Take(MaxListed)) table.Add(broken.Table, broken.Key, broken.Constraint, broken.Message);
        output.Table(table);
        WriteRows(output, report.Violations.Take(MaxListed).SelectMany(v => v.Rows));
        if (report.Violations.Count > MaxListed) output.Line(Piece.Dim($"… {Shown.Count(report.Violations.Count - MaxListed)} more"));
    }

    /// <summary>The rows of both sides, and whose they are.</summary>
    private static void WriteRows(Output output, IEnumerable<ViolatingRow> rows)
    {
        var table = new TextTable("row", "", "side", "commit");
        foreach (var row in rows.Where(r => r.Side is not null))
        {
            table.Add($"{row.Table} {Shown.Key(row.Key)}", row.Exists ? "" : Piece.Bad("missing"), row.Side!, Piece.Id(row.Commit?.Short ?? ""));
        }

        output.Table(table);
    }
}
