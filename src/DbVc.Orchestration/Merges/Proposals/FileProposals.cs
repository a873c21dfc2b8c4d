using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Rules about a text file that both sides changed.</summary>
internal static class FileProposals
{
    /// <summary>Both wrote the same lines, with other white space.</summary>
    public static Proposed? SameButForSpace(Conflict conflict, ConflictRows rows) =>
        Lines(conflict) is (var source, var target) && source.SequenceEqual(target)
            ? Proposed.Take(source: false, "They differ in white space only, so the branch that takes the change keeps its own.")
            : null;

    /// <summary>One side holds every line of the other, in order, and more.</summary>
    public static Proposed? HoldsOther(Conflict conflict, ConflictRows rows)
    {
        if (Lines(conflict) is not (var source, var target)) return null;
        var (sourceHolds, targetHolds) = (Holds(source, target), Holds(target, source));
        if (sourceHolds == targetHolds) return null;
        var (holder, other) = sourceHolds ? ("source", "target") : ("target", "source");
        return Proposed.Take(sourceHolds, $"The {holder} has every line of the {other}, and more.");
    }

    private static (List<string> Source, List<string> Target)? Lines(Conflict conflict) => conflict is { Source: [var source], Target: [var target] }
        && source.Value.Kind == ValueKind.Text && target.Value.Kind == ValueKind.Text ? (Lines(source.Value), Lines(target.Value)) : null;

    private static List<string> Lines(Value text) =>
        [.. text.AsText.Split('\n').Select(l => string.Join(' ', l.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))).Where(l => l.Length > 0)];

    private static bool Holds(List<string> more, List<string> less)
    {
        var at = 0;
        foreach (var line in more)
        {
            if (at < less.Count && less[at] == line) at++;
        }

        return at == less.Count;
    }
}
