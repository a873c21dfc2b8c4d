using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Streams what differs between two trees, opening only subtrees that differ.</summary>
internal static class TreeDiff
{
    public static IEnumerable<TreeDifference> Run(IChunkSource source, TreeRoot beforeRoot, TreeRoot afterRoot)
    {
        if (beforeRoot == afterRoot) yield break;
        using var ahead = new LeavesAhead(source);
        var before = new DiffCursor(ahead, beforeRoot);
        var after = new DiffCursor(ahead, afterRoot);
        while (!before.AtEnd || !after.AtEnd)
        {
            ahead.Look(before, after);
            if (OpenOrSkip(before, after) || SkipEqualEntries(before, after)) continue;
            var order = before.AtEnd ? 1 : after.AtEnd ? -1 : before.Key.Span.SequenceCompareTo(after.Key.Span);
            if (order < 0) yield return new TreeDifference(before.Key, before.Value, null);
            else if (order > 0) yield return new TreeDifference(after.Key, null, after.Value);
            else if (!before.Value.Span.SequenceEqual(after.Value.Span)) yield return new TreeDifference(before.Key, before.Value, after.Value);
            if (order <= 0) before.Skip();
            if (order >= 0) after.Skip();
        }
    }

    private static bool SkipEqualEntries(DiffCursor before, DiffCursor after)
    {
        if (before.AtEnd || after.AtEnd) return false;
        var count = before.CountEqual(after);
        if (count == 0) return false;
        before.Advance(count);
        after.Advance(count);
        return true;
    }

    /// <summary>Brings both sides to entries: skips what is equal, opens the higher one, or both. False if both are there or at the end.</summary>
    private static bool OpenOrSkip(DiffCursor before, DiffCursor after)
    {
        var beforeLevel = before.AtEnd ? DiffCursor.EntryLevel : before.Level;
        var afterLevel = after.AtEnd ? DiffCursor.EntryLevel : after.Level;
        if (beforeLevel == DiffCursor.EntryLevel && afterLevel == DiffCursor.EntryLevel) return false;
        if (beforeLevel == afterLevel && before.Hash == after.Hash)
        {
            before.Skip();
            after.Skip();
            return true;
        }

        if (beforeLevel >= afterLevel) before.Open();
        if (afterLevel >= beforeLevel) after.Open();
        return true;
    }
}
