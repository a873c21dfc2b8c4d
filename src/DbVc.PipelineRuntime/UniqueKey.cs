using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DbVc.PipelineRuntime;

/// <summary>
/// A 128-bit fingerprint of one or more values: SipHash-2-4 under a key drawn per process, so no source can be written
/// that makes different values collide. Never stored. A key of one whole number is kept as that number until a fingerprint is asked for.
/// </summary>
public struct UniqueKey
{
    private static readonly ulong s_key0 = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private static readonly ulong s_key1 = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    private ulong _v0;
    private ulong _v1;
    private ulong _v2;
    private ulong _v3;
    private long _number;
    private Held _held;

    private enum Held : byte
    {
        Nothing,
        OneNumber,
        Fingerprint,
    }

    /// <summary>A fingerprint of nothing yet.</summary>
    public static UniqueKey Start() => new()
    {
        _v0 = s_key0 ^ 0x736f6d6570736575,
        _v1 = s_key1 ^ 0x646f72616e646f6d ^ 0xee,
        _v2 = s_key0 ^ 0x6c7967656e657261,
        _v3 = s_key1 ^ 0x7465646279746573,
    };

    /// <summary>True once a NULL was added; such keys never equal another (SQL's rule).</summary>
    public bool HasNull { get; private set; }

    public void Add(long? value)
    {
        if (value is not { } number) AddNull();
        else if (_held == Held.Nothing) (_held, _number) = (Held.OneNumber, number);
        else Mix((ulong)number);
    }

    public void Add(double? value)
    {
        // Both zeros are the same number.
        if (value is { } number) Mix(BitConverter.DoubleToUInt64Bits(number == 0 ? 0 : number));
        else AddNull();
    }

    public void Add(bool? value) => Add(value is { } truth ? truth ? 1L : 0L : (long?)null);

    public void Add(DateOnly? value) => Add(value?.DayNumber);

    public void Add(DateTime? value) => Add(value?.Ticks);

    public void Add(decimal? value)
    {
        if (value is not { } number)
        {
            AddNull();
            return;
        }

        Span<byte> text = stackalloc byte[64];
        AddBytes(text[..Cells.FormatDecimal(number, text)]);
    }

    public void Add(Text value)
    {
        if (value.IsNull) AddNull();
        else AddBytes(value.Bytes);
    }

    /// <summary>Adds text or blob bytes, their length included.</summary>
    public void AddBytes(ReadOnlySpan<byte> bytes)
    {
        MixNumber();
        var length = bytes.Length;
        while (bytes.Length >= 8)
        {
            MixNow(MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[8..];
        }

        // The length in the last word keeps ("a", "b") apart from ("ab", "").
        var last = (ulong)length << 56;
        for (var i = 0; i < bytes.Length; i++) last |= (ulong)bytes[i] << (8 * i);
        MixNow(last);
        if (length > 255) MixNow((ulong)length);
    }

    /// <summary>Adds a NULL.</summary>
    public void AddNull()
    {
        HasNull = true;
        Mix(0xA5A5_5A5A_C3C3_3C3C);
    }

    /// <summary>The finished fingerprint; never zero.</summary>
    internal readonly UInt128 Finish()
    {
        var copy = this;
        copy.MixNumber();
        copy._v2 ^= 0xee;
        for (var i = 0; i < 4; i++) copy.Round();
        var low = copy._v0 ^ copy._v1 ^ copy._v2 ^ copy._v3;
        copy._v1 ^= 0xdd;
        for (var i = 0; i < 4; i++) copy.Round();
        var high = copy._v0 ^ copy._v1 ^ copy._v2 ^ copy._v3;
        return low == 0 && high == 0 ? UInt128.One : new UInt128(high, low);
    }

    /// <summary>Whether the key is one whole number and nothing else.</summary>
    internal readonly bool TryGetNumber(out long number)
    {
        number = _number;
        return _held == Held.OneNumber;
    }

    private void Mix(ulong word)
    {
        MixNumber();
        MixNow(word);
    }

    /// <summary>What comes after a number makes a fingerprint of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MixNumber()
    {
        if (_held == Held.OneNumber) MixNow((ulong)_number);
        _held = Held.Fingerprint;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MixNow(ulong word)
    {
        _v3 ^= word;
        Round();
        Round();
        _v0 ^= word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Round()
    {
        _v0 += _v1;
        _v2 += _v3;
        _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
        _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
        _v0 = BitOperations.RotateLeft(_v0, 32);
        _v2 += _v1;
        _v0 += _v3;
        _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
        _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
        _v2 = BitOperations.RotateLeft(_v2, 32);
    }
}
