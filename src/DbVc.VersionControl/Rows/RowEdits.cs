using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Turns known changes of rows into edits of their tree.</summary>
internal sealed class RowEdits(IChunkWriter writer, TableEncoder encoder, RowTreeResult before)
{
    private readonly List<Part> _parts = [];
    private long _rows;
    private long _entries;

    public RowTreeResult Apply(IEnumerable<RowChange> changes)
    {
        foreach (var change in changes) Take(change);
        _parts.Sort(static (one, other) => one.Key.Span.SequenceCompareTo(other.Key.Span));
        var root = ProllyTree.Edit(writer, before.Root, Combine());
        // A row that was to be changed and is not there, or one that was to be added and is, shows in the number of entries.
        if (ProllyTree.Count(writer, root) - ProllyTree.Count(writer, before.Root) != _entries) throw Unknown("a row is not there, or is there already");
        return new RowTreeResult(root, before.Count + _rows);
    }

    private void Take(RowChange change)
    {
        if (change.Before is { } old)
        {
            var key = encoder.FindKey(old);
            _parts.Add(key is null ? Counted(old, -change.Count) : new Part(key, null, 0));
        }

        if (change.After is { } next)
        {
            _parts.Add(encoder.FindKey(next) is null ? Counted(next, change.Count) : Uncounted(encoder.Encode(writer, next)));
        }

        _rows += (change.After is null ? 0 : change.Count) - (change.Before is null ? 0 : change.Count);
    }

    private static Part Uncounted(TreeEntry entry) => new(entry.Key, entry.Value, 0);

    private Part Counted(Value[] row, long count)
    {
        var entry = encoder.Encode(writer, row);
        return new Part(entry.Key, entry.Value, count);
    }

    private IEnumerable<TreeEdit> Combine()
    {
        for (var (start, end) = (0, 0); start < _parts.Count; start = end)
        {
            var key = _parts[start].Key;
            for (end = start + 1; end < _parts.Count && _parts[end].Key.Span.SequenceEqual(key.Span);) end++;
            yield return _parts[start].Count == 0 ? Replace(start, end) : Recount(start, end);
        }
    }

    /// <summary>A row that leaves a key and one that comes to it are a replacement; more than that cannot be.</summary>
    private TreeEdit Replace(int start, int end)
    {
        ReadOnlyMemory<byte>? value = null;
        var (leaving, coming) = (0, 0);
        for (var i = start; i < end; i++)
        {
            if (_parts[i].Value is { } put) (value, coming) = (put, coming + 1);
            else leaving++;
        }

        if (leaving > 1 || coming > 1) throw Unknown("two changes speak of one row");
        _entries += coming - leaving;
        return new TreeEdit(_parts[start].Key, value);
    }

    private TreeEdit Recount(int start, int end)
    {
        var (key, sample) = (_parts[start].Key, _parts[start].Value!.Value);
        var now = ProllyTree.TryGet(writer, before.Root, key.Span, out var stored) ? TableEncoder.CountOf(stored) : 0;
        var next = now;
        for (var i = start; i < end; i++) next = checked(next + _parts[i].Count);
        if (next < 0) throw Unknown("more rows are to be deleted than there are");
        _entries += Math.Sign(next) - Math.Sign(now);
        return next == 0 ? TreeEdit.Delete(key) : TreeEdit.Put(key, TableEncoder.WithCount(sample, next));
    }

    private DbVcException Unknown(string reason) => new(FailureKind.Failed, "row.unknown",
        $"The list of changes does not fit table {encoder.Table.Name}: {reason}.", hint: "Commit again; the whole table is read then.");

    /// <summary>A row that comes to a key, or leaves it (no value); where rows are counted, by how many.</summary>
    private readonly record struct Part(ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte>? Value, long Count);
}
