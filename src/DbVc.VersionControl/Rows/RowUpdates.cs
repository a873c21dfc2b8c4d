using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>How to find rows that are gone without being among the touched ones.</summary>
/// <param name="Total">How many rows there are now. Nobody looks further if that is what the touched rows make it.</param>
/// <param name="Keys">The keys of all rows that now are in a span, ascending; rows outside of the spans are not gone. Read once.</param>
public sealed record RowsLeft(long Total, IEnumerable<(KeySpan Span, IRowSource Keys)> Keys);

/// <summary>
/// Brings a tree of rows up to date by rows that may have changed: each is compared with what the tree holds, and only what differs is an edit.
/// False and null mean that the list and the tree do not fit, and the table has to be read.
/// </summary>
internal sealed class RowUpdates(IChunkWriter writer, TableEncoder encoder, RowTreeResult before)
{
    private const int FewRows = 20_000;
    private static readonly long s_mostBytes = MemoryShare.Of(256L << 20);

    /// <summary>Beyond it, reading the table from end to end costs less than looking up each row.</summary>
    private readonly long _mostRows = FewRows + (before.Count / 4);

    private readonly List<Update> _updates = [];
    private readonly TreeCursor _cursor = new(writer, before.Root);
    private long _bytes;

    public RowTreeResult? Apply(IEnumerable<TouchedRow> touched, RowsLeft? left)
    {
        foreach (var row in touched)
        {
            if (!Take(row) || IsTooMuch) return null;
        }

        Combine();
        if (left is not null && Count != left.Total)
        {
            if (Count < left.Total) return null;
            foreach (var (span, keys) in left.Keys)
            {
                if (!Remove(span, keys) || IsTooMuch) return null;
            }

            Combine();
            if (Count != left.Total) return null;
        }

        if (_updates.Count == 0) return before;
        return new RowTreeResult(ProllyTree.Edit(writer, before.Root, _updates.Select(u => u.Edit)), Count);
    }

    private bool IsTooMuch => _bytes > s_mostBytes || _updates.Count > _mostRows;

    private long Count
    {
        get
        {
            var count = before.Count;
            foreach (var update in _updates) count += (update.Edit.Value is null ? 0 : 1) - (update.IsThere ? 1 : 0);
            return count;
        }
    }

    private bool Take(TouchedRow touched)
    {
        if (Array.Exists(touched.Key, v => v.IsNull)) return false;
        var key = encoder.EncodeKey(touched.Key);
        if (touched.Row is null)
        {
            if (IsThere(key)) Add(TreeEdit.Delete(key), isThere: true);
            return true;
        }

        var entry = encoder.Encode(writer, touched.Row);
        if (encoder.IsCounted(entry.Key)) return false;
        // Two keys may be equal for the database's collation and differ for the tree.
        if (!entry.Key.Span.SequenceEqual(key) && !Take(touched with { Row = null })) return false;
        var isThere = IsThere(entry.Key.Span);
        if (!isThere || !_cursor.Value.Span.SequenceEqual(entry.Value.Span)) Add(TreeEdit.Put(entry.Key, entry.Value), isThere);
        return true;
    }

    private bool IsThere(ReadOnlySpan<byte> key) => _cursor.Seek(key) && _cursor.Key.Span.SequenceEqual(key);

    private bool Remove(KeySpan span, IRowSource keys)
    {
        var (after, limit) = (span.After is { } a ? encoder.EncodeKey(a) : null, span.Before is { } b ? encoder.EncodeKey(b) : null);
        ReadOnlyMemory<byte> last = after, next = ReadKey(keys);
        foreach (var entry in ProllyTree.Scan(writer, before.Root, after))
        {
            if (after is not null && entry.Key.Span.SequenceEqual(after)) continue;
            if (limit is not null && entry.Key.Span.SequenceCompareTo(limit) >= 0) break;
            if (encoder.IsCounted(entry.Key)) return false;
            // What the tree does not have yet: touched rows.
            while (!next.IsEmpty && next.Span.SequenceCompareTo(entry.Key.Span) < 0)
            {
                if (!Advance(ref last, ref next, keys)) return false;
            }

            if (next.IsEmpty || !next.Span.SequenceEqual(entry.Key.Span)) Add(TreeEdit.Delete(entry.Key), isThere: true);
            else if (!Advance(ref last, ref next, keys)) return false;
        }

        while (!next.IsEmpty)
        {
            if (!Advance(ref last, ref next, keys)) return false;
        }

        return true;
    }

    /// <summary>False if the database's order is not the tree's.</summary>
    private bool Advance(ref ReadOnlyMemory<byte> last, ref ReadOnlyMemory<byte> next, IRowSource keys)
    {
        if (!last.IsEmpty && last.Span.SequenceCompareTo(next.Span) >= 0) return false;
        (last, next) = (next, ReadKey(keys));
        return true;
    }

    private byte[]? ReadKey(IRowSource keys)
    {
        if (!keys.Read()) return null;
        var values = new Value[encoder.Table.PrimaryKey.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = keys.KindAt(i) switch
            {
                ValueKind.Integer => Value.Integer(keys.IntegerAt(i)),
                ValueKind.Real => Value.Real(keys.RealAt(i)),
                ValueKind.Text => Value.Text(keys.BytesAt(i).ToArray()),
                ValueKind.Blob => Value.Blob(keys.BytesAt(i).ToArray()),
                _ => Value.Null,
            };
        }

        return encoder.EncodeKey(values);
    }

    private void Add(TreeEdit edit, bool isThere)
    {
        _updates.Add(new Update(edit, isThere));
        _bytes += edit.Key.Length + (edit.Value?.Length ?? 0) + 64;
    }

    /// <summary>Sorts, and leaves one for each key.</summary>
    private void Combine()
    {
        if (_updates.Count == 0) return;
        // A comparison and no key: queries over our own structs are compiled anew at every start.
        _updates.Sort(static (one, other) => one.Edit.Key.Span.SequenceCompareTo(other.Edit.Key.Span));
        var kept = 0;
        for (var i = 1; i < _updates.Count; i++)
        {
            if (!_updates[i].Edit.Key.Span.SequenceEqual(_updates[kept].Edit.Key.Span)) kept++;
            // Of two for one key the one with a row says what is there: the other is of a key that is equal for the database only.
            else if (_updates[i].Edit.Value is null) continue;
            _updates[kept] = _updates[i];
        }

        _updates.RemoveRange(kept + 1, _updates.Count - kept - 1);
    }

    private readonly record struct Update(TreeEdit Edit, bool IsThere);
}
