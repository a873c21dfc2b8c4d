namespace DbVc.VersionControl;

/// <summary>A growing buffer that is filled, read and filled again without allocating.</summary>
internal sealed class ByteBuffer(int capacity = 256)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear(int length = 0) => Length = length;

    public void Append(byte value)
    {
        if (Length == _bytes.Length) Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    public void AppendVarInt(ulong value)
    {
        if (value < 0x80)
        {
            Append((byte)value);
            return;
        }

        if (_bytes.Length - Length < VarInt.MaxSize) Grow(VarInt.MaxSize);
        Length += VarInt.Write(_bytes.AsSpan(Length), value);
    }

    /// <summary>Makes room for <paramref name="count"/> bytes, which the caller fills.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
        var room = _bytes.AsSpan(Length, count);
        Length += count;
        return room;
    }

    private void Grow(int needed) => Array.Resize(ref _bytes, Math.Max(checked(Length + needed), (int)Math.Min(2L * _bytes.Length, Array.MaxLength)));
}
