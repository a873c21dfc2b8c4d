using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>A leaf as its parent describes it, and how to read it.</summary>
internal readonly record struct LeafPlace(ReadOnlyMemory<byte> LastKey, Hash Hash, long Rows);

/// <summary>Neighbouring leaves of one tree. Leaves are read when their entries are asked for, one at a time.</summary>
internal sealed class LeafRun(DiffCursor cursor)
{
    private readonly List<Func<Node>> _loads = [];

    public DiffCursor Cursor { get; } = cursor;

    public List<LeafPlace> Leaves { get; } = [];

    /// <summary>Adds the leaf that the cursor stands on and moves on to the next one.</summary>
    public void TakeLeaf()
    {
        Leaves.Add(new LeafPlace(Cursor.LastKey, Cursor.Hash, Cursor.Rows));
        _loads.Add(Cursor.DeferLeaf());
        Cursor.Skip();
        while (!Cursor.AtEnd && Cursor.Level > 0) Cursor.Open();
    }

    public bool SameAs(LeafRun other)
    {
        if (Leaves.Count != other.Leaves.Count) return false;
        for (var i = 0; i < Leaves.Count; i++)
        {
            if (Leaves[i].Hash != other.Leaves[i].Hash) return false;
        }

        return true;
    }

    public Node Load(int index) => _loads[index]();
}

/// <summary>Walks the entries of a run of leaves.</summary>
internal sealed class EntryCursor
{
    private readonly LeafRun _run;
    private Node? _leaf;
    private int _next;
    private int _index;

    public EntryCursor(LeafRun run)
    {
        _run = run;
        LoadNext();
    }

    private bool AtEnd => _leaf is null;

    private ReadOnlySpan<byte> KeySpan => _leaf!.KeySpan(_index);

    /// <summary>The smallest key that any of them stands on, entries that are the same in all of them left out; null at the end of all.</summary>
    public static ReadOnlyMemory<byte>? FindFirst(EntryCursor[] sides)
    {
        SkipEqual(sides);
        EntryCursor? first = null;
        foreach (var side in sides)
        {
            if (!side.AtEnd && (first is null || side.KeySpan.SequenceCompareTo(first.KeySpan) < 0)) first = side;
        }

        return first?._leaf!.Key(first._index);
    }

    /// <summary>The value of a key, going past it; null if this side does not have it. No smaller key may be left.</summary>
    public ReadOnlyMemory<byte>? Take(ReadOnlyMemory<byte> key)
    {
        if (AtEnd || !KeySpan.SequenceEqual(key.Span)) return null;
        var value = _leaf!.Value(_index);
        Advance(1);
        return value;
    }

    private static void SkipEqual(EntryCursor[] sides)
    {
        while (!sides.Any(s => s.AtEnd))
        {
            var count = int.MaxValue;
            foreach (var side in sides.AsSpan(1)) count = Math.Min(count, sides[0]._leaf!.CountEqual(sides[0]._index, side._leaf!, side._index));
            if (count == 0) return;
            foreach (var side in sides) side.Advance(count);
        }
    }

    private void Advance(int count)
    {
        _index += count;
        if (_index == _leaf!.Count) LoadNext();
    }

    private void LoadNext()
    {
        _leaf = _next < _run.Leaves.Count ? _run.Load(_next++) : null;
        _index = 0;
    }
}
