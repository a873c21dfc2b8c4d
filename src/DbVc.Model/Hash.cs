using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DbVc.Model;

/// <summary>
/// The name of a chunk: SHA-256 of its bytes, truncated to 20 bytes.
/// Part of the on-disk format; changing it renames every chunk.
/// </summary>
public readonly struct Hash : IEquatable<Hash>, IComparable<Hash>
{
    /// <summary>Bytes in a hash.</summary>
    public const int Size = 20;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly uint _third;

    private Hash(ulong first, ulong second, uint third) => (_first, _second, _third) = (first, second, third);

    /// <summary>The hash of no content; never the name of a stored chunk.</summary>
    public static Hash None => default;

    /// <summary>True for <see cref="None"/>.</summary>
    public bool IsNone => _first == 0 && _second == 0 && _third == 0;

    /// <summary>Computes the name of <paramref name="content"/>.</summary>
    public static Hash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> full = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, full);
        return Read(full);
    }

    /// <summary>Reads a hash from the first <see cref="Size"/> bytes.</summary>
    public static Hash Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt64BigEndian(bytes),
        BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]));

    /// <summary>Writes the hash to the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _third);
    }

    /// <summary>The hash as a new array of <see cref="Size"/> bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Parses 40 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out Hash hash)
    {
        hash = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is null || text.Length != Size * 2
            || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        hash = Read(bytes);
        return true;
    }

    /// <summary>Parses 40 hexadecimal digits or throws <see cref="FormatException"/>.</summary>
    public static Hash Parse(string text) =>
        TryParse(text, out var hash) ? hash : throw new FormatException($"'{text}' is not a hash of {Size * 2} hexadecimal digits.");

    public bool Equals(Hash other) => _first == other._first && _second == other._second && _third == other._third;

    public override bool Equals(object? obj) => obj is Hash other && Equals(other);

    public override int GetHashCode() => _first.GetHashCode();

    public int CompareTo(Hash other)
    {
        var order = _first.CompareTo(other._first);
        if (order != 0) return order;
        order = _second.CompareTo(other._second);
        return order != 0 ? order : _third.CompareTo(other._third);
    }

    public static bool operator ==(Hash before, Hash after) => before.Equals(after);

    public static bool operator !=(Hash before, Hash after) => !before.Equals(after);

    /// <summary>40 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
