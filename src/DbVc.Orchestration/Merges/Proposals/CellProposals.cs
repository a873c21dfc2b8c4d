using System.Globalization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Rules about one cell that both sides changed.</summary>
internal static class CellProposals
{
    private static readonly string[] s_counters = ["count", "counter", "quantity", "qty", "stock", "hits", "views", "visits", "uses", "points"];
    private static readonly string[] s_changes = ["updated", "modified", "changed", "seen", "synced", "touched", "edited"];

    /// <summary>Both say the same, in another form.</summary>
    public static Proposed? SameButForForm(Conflict conflict, ConflictRows rows)
    {
        if (Texts(conflict) is not (var source, var target) || !ValueForm.AreAlike(source, target)) return null;
        if (ValueForm.Prefer(source, target) is not { IsFirst: var isSource } preferred) return null;
        return Proposed.Take(isSource, $"Both say the same; {preferred.Why(isSource)}.");
    }

    /// <summary>One side only wrote what was there in another form; the other changed what it says.</summary>
    public static Proposed? OnlyOneChangedMore(Conflict conflict, ConflictRows rows)
    {
        if (conflict.Base is not [var start] || Texts(conflict) is not (var source, var target)) return null;
        var (sourceIsForm, targetIsForm) = (ValueForm.AreAlike(start.Value, source), ValueForm.AreAlike(start.Value, target));
        if (sourceIsForm == targetIsForm) return null;
        var (former, changer) = sourceIsForm ? ("source", "target") : ("target", "source");
        return Proposed.Take(targetIsForm, $"The {former} only wrote what was there in another form; the {changer} changed what it says.");
    }

    /// <summary>Both added the row, and one of them has nothing there.</summary>
    public static Proposed? Filled(Conflict conflict, ConflictRows rows)
    {
        if (conflict.Base is not null || Texts(conflict) is not (var source, var target) || source.IsNull == target.IsNull) return null;
        return Proposed.Take(target.IsNull, $"Both added the row, and the {(target.IsNull ? "target" : "source")} has nothing there.");
    }

    /// <summary>Both counted on from the same number.</summary>
    public static Proposed? CountedOn(Conflict conflict, ConflictRows rows)
    {
        if (conflict is not { Path: null, Base: [{ Value.Kind: ValueKind.Integer } start], Source: [{ Value.Kind: ValueKind.Integer } source] }
            || conflict.Target is not [{ Value.Kind: ValueKind.Integer } target] || !HasWord(conflict.Column, s_counters)) return null;
        var (one, other) = ((Int128)source.Value.AsInteger - start.Value.AsInteger, (Int128)target.Value.AsInteger - start.Value.AsInteger);
        var sum = start.Value.AsInteger + one + other;
        return sum < long.MinValue || sum > long.MaxValue ? null : new Proposed(new Resolution(ResolutionKind.Value, Value.Integer((long)sum)),
            string.Create(CultureInfo.InvariantCulture, $"Both counted on from {start.Value.AsInteger}, by {Signed(one)} and {Signed(other)}."));
    }

    /// <summary>A time of the last change is the later one.</summary>
    public static Proposed? LaterTime(Conflict conflict, ConflictRows rows) =>
        HasWord(conflict.Column, s_changes) && Texts(conflict) is (var source, var target) && Later(source, target) is { } isSource
            ? Proposed.Take(isSource, $"{conflict.Column} says when something happened last, and the {(isSource ? "source's" : "target's")} is later.")
            : null;

    /// <summary>The row itself says when it was changed last.</summary>
    public static Proposed? LaterRow(Conflict conflict, ConflictRows rows)
    {
        if (rows.Find(conflict, true) is not { } source || rows.Find(conflict, false) is not { } target) return null;
        foreach (var cell in source.Where(c => HasWord(c.Name, s_changes)))
        {
            if (target.FirstOrDefault(c => c.Name == cell.Name) is not { } other || Later(cell.Value, other.Value) is not { } isSource) continue;
            return Proposed.Take(isSource, $"The row's {cell.Name} is later in the {(isSource ? "source" : "target")}.");
        }

        return null;
    }

    private static (Value Source, Value Target)? Texts(Conflict conflict) =>
        conflict is { Path: null, Source: [var source], Target: [var target] } ? (source.Value, target.Value) : null;

    private static bool? Later(Value source, Value target)
    {
        if (source.Kind == ValueKind.Integer && target.Kind == ValueKind.Integer && source != target) return source.AsInteger > target.AsInteger;
        return TimeOf(source) is { } one && TimeOf(target) is { } other && one != other ? one > other : null;
    }

    private static DateTimeOffset? TimeOf(Value value) => value.Kind == ValueKind.Text && value.AsText is { Length: >= 10 } text && char.IsAsciiDigit(text[0])
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static bool HasWord(string? column, string[] words) =>
        column is not null && column.Split('_', '-', ' ').Any(part => words.Contains(part, StringComparer.OrdinalIgnoreCase));

    private static string Signed(Int128 change) => change.ToString("+0;-0;+0", CultureInfo.InvariantCulture);
}
