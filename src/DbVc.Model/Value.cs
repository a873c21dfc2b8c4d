using System.Text;

namespace DbVc.Model;

/// <summary>The storage class of one value.</summary>
public enum ValueKind : byte
{
    Null = 0,
    Integer = 1,
    Real = 2,
    Text = 3,
    Blob = 4,
}

/// <summary>
/// One cell, exactly as the database stores it. Text is kept as the database's own bytes (UTF-8 by contract,
/// invalid sequences and NUL included), so nothing is lost on the way through.
/// </summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly long _bits;
    private readonly ReadOnlyMemory<byte> _bytes;

    private Value(ValueKind kind, long bits, ReadOnlyMemory<byte> bytes) => (Kind, _bits, _bytes) = (kind, bits, bytes);

    public static Value Null => default;

    public ValueKind Kind { get; }

    public bool IsNull => Kind == ValueKind.Null;

    public static Value Integer(long value) => new(ValueKind.Integer, value, default);

    public static Value Real(double value) => new(ValueKind.Real, BitConverter.DoubleToInt64Bits(value), default);

    public static Value Text(string value) => new(ValueKind.Text, 0, Encoding.UTF8.GetBytes(value));

    /// <summary>Text from the database's own bytes; the memory is kept, not copied.</summary>
    public static Value Text(ReadOnlyMemory<byte> utf8) => new(ValueKind.Text, 0, utf8);

    /// <summary>Bytes; the memory is kept, not copied.</summary>
    public static Value Blob(ReadOnlyMemory<byte> bytes) => new(ValueKind.Blob, 0, bytes);

    /// <summary>The integer; only for <see cref="ValueKind.Integer"/>.</summary>
    public long AsInteger => _bits;

    /// <summary>The IEEE 754 double, bit for bit; only for <see cref="ValueKind.Real"/>.</summary>
    public double AsReal => BitConverter.Int64BitsToDouble(_bits);

    /// <summary>The bytes of text or blob; empty for other kinds.</summary>
    public ReadOnlyMemory<byte> AsBytes => _bytes;

    /// <summary>Text for people; invalid UTF-8 shows as U+FFFD here and only here.</summary>
    public string AsText => Encoding.UTF8.GetString(_bytes.Span);

    public bool Equals(Value other) =>
        Kind == other.Kind && _bits == other._bits && _bytes.Span.SequenceEqual(other._bytes.Span);

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Kind);
        hash.Add(_bits);
        hash.AddBytes(_bytes.Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(Value before, Value after) => before.Equals(after);

    public static bool operator !=(Value before, Value after) => !before.Equals(after);

    public override string ToString() => Kind switch
    {
        ValueKind.Null => "NULL",
        ValueKind.Integer => AsInteger.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ValueKind.Real => AsReal.ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        ValueKind.Text => AsText,
        _ => "x'" + Convert.ToHexStringLower(_bytes.Span) + "'",
    };
}
