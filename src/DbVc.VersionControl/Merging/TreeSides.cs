using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>One entry of a tree on the three sides; null where it does not exist.</summary>
internal readonly record struct TreeSides(
    ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Base, ReadOnlyMemory<byte>? Source, ReadOnlyMemory<byte>? Target)
{
    public bool IsSourceOnly => Same(Target, Base);

    public bool IsTargetOnly => Same(Source, Base);

    public bool IsConvergent => Same(Source, Target);

    /// <summary>What the source changed, with the target's side of it.</summary>
    public static IEnumerable<TreeSides> Changed(IChunkSource chunks, TreeRoot start, TreeRoot source, TreeRoot target)
    {
        foreach (var change in ProllyTree.Diff(chunks, start, source))
        {
            ReadOnlyMemory<byte>? theTarget = ProllyTree.TryGet(chunks, target, change.Key.Span, out var value) ? value : (ReadOnlyMemory<byte>?)null;
            yield return new TreeSides(change.Key, change.Before, change.After, theTarget);
        }
    }

    private static bool Same(ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after) =>
        before is null ? after is null : after is { } a && before.Value.Span.SequenceEqual(a.Span);
}
