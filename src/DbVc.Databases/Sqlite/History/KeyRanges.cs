using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A comparison of a column with a value.</summary>
internal enum Comparison
{
    Equal = 2,
    Greater = 4,
    LessOrEqual = 8,
    Less = 16,
    GreaterOrEqual = 32,
}

/// <summary>
/// Turns comparisons on key columns into ranges of keys that hold every row SQLite would find, and perhaps some more: SQLite judges each row again.
/// Ranges ascend and do not overlap. Keys order integers before reals, so a number stands for one piece of each.
/// </summary>
internal static class KeyRanges
{
    private const double TwoTo63 = 9223372036854775808.0;
    private static readonly Value NoText = Value.Text(ReadOnlyMemory<byte>.Empty);
    private static readonly Value NoBlob = Value.Blob(ReadOnlyMemory<byte>.Empty);

    // Up to the empty blob: one row more than all texts.
    private static readonly Piece AllTexts = new(NoText, NoBlob);

    /// <summary>Ranges for equality on the first columns of a key and bounds on the one after them.</summary>
    public static List<KeyRange> Create(
        IReadOnlyList<(ColumnAffinity Affinity, Value[] Values)> equal, (ColumnAffinity Affinity, Value? Lower, Value? Upper)? bounds)
    {
        var ranges = new List<KeyRange>();
        Extend(ranges, [], [.. equal.Select(e => Merge(e.Values.SelectMany(v => EqualTo(e.Affinity, v))))], bounds);
        return ranges;
    }

    private static void Extend(List<KeyRange> ranges, Value[] prefix, IReadOnlyList<List<Piece>> equal,
        (ColumnAffinity Affinity, Value? Lower, Value? Upper)? bounds)
    {
        if (prefix.Length == equal.Count)
        {
            if (bounds is not { } b) ranges.Add(new KeyRange(prefix));
            else ranges.AddRange(Between(b.Affinity, b.Lower, b.Upper).Select(p => new KeyRange(prefix, p.From, p.To)));
            return;
        }

        foreach (var piece in equal[prefix.Length])
        {
            if (piece.IsPoint) Extend(ranges, [.. prefix, piece.From!.Value], equal, bounds);
            else ranges.Add(new KeyRange(prefix, piece.From, piece.To));
        }
    }

    /// <summary>Pieces in ascending order without what lies in another one. Pieces for equality are points, the two zeros, or all texts.</summary>
    private static List<Piece> Merge(IEnumerable<Piece> pieces)
    {
        var all = pieces.ToList();
        all.Sort((x, y) => CompareKeys(x.From!.Value, y.From!.Value) is not 0 and var order ? order : CompareKeys(y.To!.Value, x.To!.Value));
        var merged = new List<Piece>(all.Count);
        foreach (var piece in all)
        {
            if (merged.Count == 0 || CompareKeys(piece.From!.Value, merged[^1].To!.Value) > 0) merged.Add(piece);
        }

        return merged;
    }

    /// <summary>The order of keys.</summary>
    private static int CompareKeys(Value x, Value y)
    {
        if (x.Kind != y.Kind) return x.Kind.CompareTo(y.Kind);
        return x.Kind switch
        {
            ValueKind.Integer => x.AsInteger.CompareTo(y.AsInteger),
            ValueKind.Real when x.AsReal == 0 && y.AsReal == 0 => double.IsNegative(y.AsReal).CompareTo(double.IsNegative(x.AsReal)),
            ValueKind.Real => x.AsReal.CompareTo(y.AsReal),
            _ => x.AsBytes.Span.SequenceCompareTo(y.AsBytes.Span),
        };
    }

    private static IEnumerable<Piece> EqualTo(ColumnAffinity affinity, Value value)
    {
        if (value.Kind is ValueKind.Text or ValueKind.Blob)
        {
            if (affinity != ColumnAffinity.RowId) yield return new Piece(value, value);
            yield break;
        }

        if (value.IsNull) yield break;
        foreach (var piece in EqualToNumber(value))
        {
            if (affinity != ColumnAffinity.RowId || piece.From!.Value.Kind == ValueKind.Integer) yield return piece;
        }

        // Where the other side is a column of numbers, SQLite takes texts that look like numbers for numbers.
        if (affinity is ColumnAffinity.Text or ColumnAffinity.Blob) yield return AllTexts;
    }

    private static IEnumerable<Piece> EqualToNumber(Value value)
    {
        if (value.Kind == ValueKind.Integer)
        {
            yield return new Piece(value, value);
            var real = (double)value.AsInteger;
            if (real == 0) yield return new Piece(Value.Real(-0.0), Value.Real(0.0));
            else if (real < TwoTo63 && (long)real == value.AsInteger) yield return new Piece(Value.Real(real), Value.Real(real));
            yield break;
        }

        var number = value.AsReal;
        if (number is >= -TwoTo63 and < TwoTo63 && (long)number == number) yield return new Piece(Value.Integer((long)number), Value.Integer((long)number));
        if (number == 0) yield return new Piece(Value.Real(-0.0), Value.Real(0.0));
        else yield return new Piece(value, value);
    }

    private static IEnumerable<Piece> Between(ColumnAffinity affinity, Value? lower, Value? upper)
    {
        // Nothing is greater or less than NULL.
        if (lower is { IsNull: true } || upper is { IsNull: true }) yield break;
        var (low, high) = (lower ?? Value.Integer(long.MinValue), upper ?? Value.Null);
        var isOpen = upper is null;
        var lowKind = IsNumber(low) ? ValueKind.Integer : low.Kind;
        var highKind = isOpen ? ValueKind.Blob : IsNumber(high) ? ValueKind.Integer : high.Kind;
        if (lowKind == ValueKind.Integer)
        {
            var isBounded = !isOpen && highKind == ValueKind.Integer;
            var first = lower is null ? Value.Integer(long.MinValue) : FirstInteger(low);
            var integers = new Piece(first, isBounded ? LastInteger(high) : Value.Integer(long.MaxValue));
            if (integers is { From: not null, To: not null }) yield return integers;
            if (affinity == ColumnAffinity.RowId) yield break;
            yield return new Piece(Value.Real(lower is null ? double.NegativeInfinity : RealNear(low, -1)),
                Value.Real(isBounded ? RealNear(high, 1) : double.PositiveInfinity));
        }

        if (affinity == ColumnAffinity.RowId || highKind == ValueKind.Integer) yield break;
        var from = lowKind == ValueKind.Integer ? NoText : low;
        if (isOpen) yield return new Piece(from, null);
        else yield return new Piece(from, high);
    }

    private static bool IsNumber(Value value) => value.Kind is ValueKind.Integer or ValueKind.Real;

    private static Value? FirstInteger(Value low)
    {
        if (low.Kind == ValueKind.Integer) return low;
        if (low.AsReal >= TwoTo63) return null;
        return Value.Integer(low.AsReal <= -TwoTo63 ? long.MinValue : (long)Math.Ceiling(low.AsReal));
    }

    private static Value? LastInteger(Value high)
    {
        if (high.Kind == ValueKind.Integer) return high;
        if (high.AsReal < -TwoTo63) return null;
        return Value.Integer(high.AsReal >= TwoTo63 ? long.MaxValue : (long)Math.Floor(high.AsReal));
    }

    /// <summary>A real that lies on the far side of the value or is it; zero of either sign counts as the same.</summary>
    private static double RealNear(Value value, int direction)
    {
        var real = value.Kind == ValueKind.Integer ? value.AsInteger : value.AsReal;
        return direction < 0 ? Math.BitDecrement(real) : Math.BitIncrement(real);
    }

    private readonly record struct Piece(Value? From, Value? To)
    {
        public bool IsPoint => From is not null && To is not null && From.Value == To.Value;
    }
}
