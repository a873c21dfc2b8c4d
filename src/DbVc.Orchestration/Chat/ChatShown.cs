using System.Globalization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Commits, counts and times as chat says them.</summary>
internal static class ChatShown
{
    public const int MostOfValue = 60;
    public const int MostOfLine = 160;

    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    public static string Title(string text) => text.TrimStart().Split('\n')[0].TrimEnd();

    public static string Cut(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";

    /// <summary>For example <c>customers: 3 rows added, 1 modified</c>.</summary>
    public static string Change(TableChange change)
    {
        List<string> parts = [];
        if (change.Status != "changed") parts.Add($"table {change.Status}");
        foreach (var (count, what) in new[] { (change.Added, "added"), (change.Modified, "modified"), (change.Deleted, "deleted") })
            if (count > 0) parts.Add(parts.Any(p => p.Contains("row", StringComparison.Ordinal)) ? $"{Quantity.Of(count)} {what}"
                : $"{Quantity.Of(count, "row")} {what}");
        return $"{change.Name}: {(parts.Count == 0 ? "its definition changed" : string.Join(", ", parts))}";
    }

    public static ChatText Changes(this ChatText text, IReadOnlyList<TableChange> changes) => text.Each(changes, c => ChatText.Line("  " + Change(c)));

    /// <summary>A row: id, time, author, message.</summary>
    public static ChatLine Commit(ChatCall call, NamedCommit commit) => new(ChatTone.Plain,
        [commit.Id.Short, Time(commit.Commit.Time), commit.Commit.Author.Name, call.Foreign(commit.Commit.Message)]);

    /// <summary>What a merge did, would do, or met.</summary>
    public static ChatText Merge(this ChatText text, ChatCall call, MergeReport report)
    {
        text.Changes(report.Tables);
        text.Each(report.Destructive, d => new ChatLine(ChatTone.Bad, [$"! It {d.Message}."]));
        if (report.ConflictCount > 0) text.Bad($"{Quantity.Of(report.ConflictCount, "conflict")} to resolve:");
        text.Each(report.Conflicts, c => Conflict(call, c));
        text.Gates(call, report.Gates);
        text.Each(report.Violations, v => new ChatLine(ChatTone.Bad, [v.Table, call.Foreign(v.Key), v.Constraint, call.Foreign(v.Message)]));
        if (report.Approvals is { Missing: > 0 } approvals) text.Bad($"{Quantity.Of(approvals.Missing, "approval")} missing.");
        return text;
    }

    public static ChatLine Conflict(ChatCall call, Conflict conflict) => new(ChatTone.Plain,
        [conflict.Id, conflict.Table, Key(call, conflict.Key), conflict.Column ?? "", Side(call, conflict.Source), Side(call, conflict.Target)]);

    public static string Key(ChatCall call, IEnumerable<NamedValue> key) => string.Join(", ", key.Select(k => $"{k.Name}={call.Cell(k.Name, k.Value)}"));

    /// <summary>One line for each gate, and what it objects to.</summary>
    public static ChatText Gates(this ChatText text, ChatCall call, IReadOnlyList<GateSummary> gates)
    {
        foreach (var gate in gates)
        {
            var tone = gate.Passed ? ChatTone.Good : gate.NotRun ? ChatTone.Quiet : ChatTone.Bad;
            text.Each([gate], g => new ChatLine(tone, [g.Passed ? "passed" : g.NotRun ? "not run" : "failed", g.Name, call.Foreign(g.Summary)]));
        }

        foreach (var gate in gates.Where(g => !g.Passed)) text.Findings(call, gate);
        return text;
    }

    /// <summary>What a gate objects to, and where.</summary>
    public static ChatText Findings(this ChatText text, ChatCall call, GateSummary gate) =>
        text.Each(gate.Findings, f => ChatText.Line($"  {gate.Name}: {Place(f)}{call.Foreign(f.Message)}"), 8);

    public static ChatText Failures(this ChatText text, ChatCall call, IReadOnlyList<RowFailure> failures)
    {
        if (failures.Count == 0) return text;
        return text.Say("First rejected records:").Each(failures,
            f => ChatText.Line(f.Line > 0 ? $"  line {f.Line}" : $"  record {f.Record}", f.Field, call.Cell(f.Field, Value.Text(f.Value)),
                call.Foreign(f.Message)), 5);
    }

    private static string Place(GateFinding finding) => finding.File is { } file ? $"{file}{(finding.Line is { } line ? $":{line}" : "")}: " : "";

    private static string Side(ChatCall call, IReadOnlyList<NamedValue>? side) =>
        side is null ? "(none)" : Cut(string.Join(", ", side.Select(v => call.Cell(v.Name, v.Value))), MostOfValue);
}
