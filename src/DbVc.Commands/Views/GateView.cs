using DbVc.Model;

namespace DbVc.Commands;

/// <summary>A gate for people: what it says, and what it objects to or, where it passed, remarks.</summary>
internal static class GateView
{
    private const int MaxListed = 20;
    private const int MaxLength = 160;

    public static void Write(Output output, IEnumerable<GateSummary> gates)
    {
        foreach (var line in gates.SelectMany(gate => Lines(gate))) output.Line(line);
    }

    /// <summary>The first line is the gate's own; each finding follows with its place, and below it what else its message says.</summary>
    /// <param name="gate">Whose.</param>
    /// <param name="isTimed">Says how long it took, too.</param>
    public static IEnumerable<Piece[]> Lines(GateSummary gate, bool isTimed = false)
    {
        var mark = gate.Passed ? Piece.Good("  ✓ ") : gate.NotRun ? Piece.Dim("  – ") : Piece.Bad("  ✗ ");
        yield return [mark, gate.Name, "  ", Piece.Dim(isTimed ? $"{gate.Summary} · {Pace.Seconds(TimeSpan.FromSeconds(gate.Seconds))}" : gate.Summary)];
        foreach (var line in gate.Findings.Take(MaxListed).SelectMany(Lines)) yield return line;
        if (gate.Findings.Count > MaxListed) yield return [Piece.Dim($"      … {Shown.Count(gate.Findings.Count - MaxListed)} more")];
    }

    private static IEnumerable<Piece[]> Lines(GateFinding finding)
    {
        var lines = finding.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var rule = finding.Rule is null ? "" : $"[{finding.Rule}]";
        var isShort = lines.Length < 2 && finding.Message.Length + rule.Length <= MaxLength;
        var first = lines.Length == 0 ? "" : Shown.Cut(lines[0], 2 * MaxLength);
        yield return ["      ", Piece.Dim(Place(finding)), first, Piece.Dim(isShort ? $"  {rule}".TrimEnd() : "")];
        foreach (var line in lines.Skip(1)) yield return ["          ", Shown.Cut(line, MaxLength)];
        if (!isShort && rule.Length > 0) yield return ["          ", Piece.Dim(Shown.Cut(rule, MaxLength))];
    }

    private static string Place(GateFinding finding)
    {
        var place = finding.File is null ? "" : finding.Line is null ? finding.File : $"{finding.File}:{finding.Line}";
        if (finding.Row is { } row) place = $"{place} record {row}".TrimStart();
        return place.Length == 0 ? "" : place + ": ";
    }
}
