using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DbVc.Pipelines;

/// <summary>
/// Counts different values in bounded memory: exactly while there are few, then from those whose hash is among the smallest 2⁻ⁿ of all hashes
/// (adaptive sampling; the standard error is about 2 %). Past the bound most values cost a hash and a comparison.
/// </summary>
internal sealed class DistinctCount
{
    /// <summary>Up to so many values the count is exact.</summary>
    public const int Bound = 4096;

    private const int FirstSlots = 64;

    private ulong[] _slots = new ulong[FirstSlots];
    private ulong _limit = ulong.MaxValue;
    private int _held;
    private int _halvings;

    public bool IsExact => _halvings == 0;

    public long Count => (long)_held << _halvings;

    public void Add(long value) => AddHash(Mix((ulong)value));

    public void Add(double value) => AddHash(Mix(BitConverter.DoubleToUInt64Bits(value == 0 ? 0 : value)));

    // Here and below: a load is over before these would be optimized by themselves.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> value)
    {
        var hash = Mix((ulong)value.Length);
        while (value.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(value));
            value = value[8..];
        }

        // Two reads that overlap take what is left, as the length is in the hash already.
        var last = value.Length >= 4
            ? (ulong)MemoryMarshal.Read<uint>(value) << 32 | MemoryMarshal.Read<uint>(value[^4..])
            : value.Length == 0 ? 0 : (ulong)value[0] << 16 | (ulong)value[value.Length >> 1] << 8 | value[^1];
        AddHash(Mix(hash ^ last));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddHash(ulong hash)
    {
        if (hash > _limit) return;
        // An empty slot is 0.
        hash |= 1;
        if (!Put(_slots, hash)) return;
        if (++_held > Bound)
        {
            _halvings++;
            _limit >>= 1;
            Rebuild(_slots.Length);
        }
        else if (_held * 2 > _slots.Length)
        {
            Rebuild(_slots.Length * 4);
        }
    }

    private void Rebuild(int length)
    {
        var kept = new ulong[length];
        _held = 0;
        foreach (var hash in _slots)
        {
            if (hash == 0 || hash > _limit) continue;
            Put(kept, hash);
            _held++;
        }

        _slots = kept;
    }

    /// <summary>False when it was there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Put(ulong[] slots, ulong hash)
    {
        var mask = slots.Length - 1;
        var index = (int)(hash >> 1) & mask;
        while (slots[index] != 0)
        {
            if (slots[index] == hash) return false;
            index = (index + 1) & mask;
        }

        slots[index] = hash;
        return true;
    }

    /// <summary>The finalizer of MurmurHash3, a bijection: different whole numbers never share a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD;
        value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53;
        return BitOperations.RotateLeft(value ^ value >> 33, 17);
    }
}
