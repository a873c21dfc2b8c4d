using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Moves over the rows of one table in a snapshot, by key or by number, and reads only the nodes on the way. A row is decoded when a value is
/// asked for, and of large values only the <paramref name="wanted"/> ones are read. Not thread-safe.
/// </summary>
public sealed class TableCursor(IChunkSource chunks, TableSnapshot table, bool[] wanted) : IRowSource
{
    private readonly TableEncoder _encoder = new(table.Schema);
    private readonly TreeCursor _tree = new(chunks, table.Rows);
    private readonly Value[] _values = new Value[wanted.Length];
    private RowNumbers? _numbers;
    private State _state = State.Before;
    private byte[] _limit = [];
    private bool _backward;
    private bool _decoded;
    private long _count = 1;
    private long _repeat;

    private enum State
    {
        /// <summary>The next read gives the entry the tree stands on.</summary>
        Before,

        /// <summary>A row is current.</summary>
        On,

        End,
    }

    /// <summary>How many rows come before the current one.</summary>
    public long Number => Numbers.FirstOf(_tree.Rank) + _repeat;

    private bool HasRepeats => _tree.Entries != table.Count;

    private RowNumbers Numbers => _numbers ??= HasRepeats ? RowNumbers.Read(chunks, _encoder, table.Rows) : RowNumbers.OneEach;

    /// <summary>The first <see cref="Read"/> then gives the first row of the range, or the last if <paramref name="backward"/>.</summary>
    public void Seek(KeyRange range, bool backward = false)
    {
        _backward = backward;
        var from = EncodeBound(range, range.From);
        var to = EncodeBound(range, range.To);
        if (!backward)
        {
            _limit = to;
            _state = _tree.Seek(from) ? State.Before : State.End;
            return;
        }

        _limit = from;
        _state = _tree.Entries > 0 && SeekLast(to) ? State.Before : State.End;
    }

    /// <summary>The first <see cref="Read"/> then gives the row that <paramref name="number"/> others come before.</summary>
    public void Seek(long number)
    {
        (_backward, _limit) = (false, []);
        var rank = number == 0 ? 0 : Numbers.RankOf(number);
        _state = number >= 0 && number < table.Count && _tree.SeekRank(rank) ? State.Before : State.End;
        if (_state == State.End || number == 0) return;
        // Land on the right one of identical rows.
        Enter();
        _repeat = number - Numbers.FirstOf(rank) - 1;
        _state = _repeat < 0 ? State.Before : State.On;
    }

    public bool Read()
    {
        if (_state == State.On && _repeat + 1 < _count)
        {
            _repeat++;
            return true;
        }

        if (_state == State.On && !(_backward ? _tree.MovePrevious() : _tree.MoveNext())) _state = State.End;
        if (_state == State.End || !IsWithinLimit())
        {
            _state = State.End;
            return false;
        }

        Enter();
        return true;
    }

    public Value ValueAt(int column)
    {
        if (!_decoded)
        {
            _encoder.Decode(chunks, new TreeEntry(_tree.Key, _tree.Value), _values, wanted);
            _decoded = true;
        }

        return _values[column];
    }

    public ValueKind KindAt(int column) => ValueAt(column).Kind;

    public long IntegerAt(int column) => ValueAt(column).AsInteger;

    public double RealAt(int column) => ValueAt(column).AsReal;

    public ReadOnlySpan<byte> BytesAt(int column) => ValueAt(column).AsBytes.Span;

    private static byte[] EncodeBound(KeyRange range, Value? bound)
    {
        if (bound is not { } value) return KeyCodec.Encode([.. range.Prefix]);
        return KeyCodec.Encode([.. range.Prefix, value]);
    }

    private void Enter()
    {
        _state = State.On;
        _decoded = false;
        _repeat = 0;
        _count = HasRepeats && _encoder.IsCounted(_tree.Key) ? TableEncoder.CountOf(_tree.Value) : 1;
    }

    /// <summary>To the last entry at or below <paramref name="to"/> or beginning with it; parts of keys never begin with one another.</summary>
    private bool SeekLast(byte[] to)
    {
        if (to.Length == 0) return _tree.SeekRank(_tree.Entries - 1);
        // 0xFF is above the tag of every part.
        return _tree.Seek([.. to, 0xFF]) ? _tree.MovePrevious() : _tree.SeekRank(_tree.Entries - 1);
    }

    private bool IsWithinLimit()
    {
        if (_limit.Length == 0) return true;
        var order = _tree.Key.Span.SequenceCompareTo(_limit);
        return order == 0 || (order < 0) != _backward || (!_backward && _tree.Key.Span.StartsWith(_limit));
    }
}
