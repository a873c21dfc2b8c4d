using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace DbVc.PipelineRuntime;

/// <summary>
/// The keys seen so far. Whole numbers that lie near each other are a bit each; all else are 128-bit fingerprints in one flat table: 16 bytes a slot, a
/// chance of error below 10⁻²⁰ at a billion keys. Keys that hold a NULL are never in it, unless <paramref name="nullsAreEqual"/>.
/// </summary>
public sealed class UniqueSet(bool nullsAreEqual = false)
{
    // Up to 16 MB the table grows in larger steps, which moves keys less often.
    private const int LargeTable = 1 << 20;

    private readonly IntegerSet _numbers = new();
    private UInt128[] _slots = new UInt128[1024];
    private int _used;

    /// <summary>Keys in the set.</summary>
    public int Count => _used + _numbers.Count;

    /// <summary>Whether an equal key was added before.</summary>
    public bool Contains(in UniqueKey key)
    {
        if (key.HasNull && !nullsAreEqual) return false;
        if (key.TryGetNumber(out var number) && _numbers.Contains(number) is { } known) return known;
        var fingerprint = key.Finish();
        return _slots[FindSlot(_slots, fingerprint)] != UInt128.Zero;
    }

    /// <summary>Lets the processor fetch what a look-up of the key will read; in a large set that takes longer than most rules.</summary>
    public unsafe void Prefetch(in UniqueKey key)
    {
        if (_used == 0) return;
        // Only a hint: the address may be stale by the time it is used, and reads nothing.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(ref _slots[(int)(ulong)key.Finish() & (_slots.Length - 1)]));
    }

    /// <summary>Adds a key; false when an equal one was there.</summary>
    public bool Add(in UniqueKey key)
    {
        if (key.HasNull && !nullsAreEqual) return true;
        if (key.TryGetNumber(out var number) && _numbers.Add(number) is { } isNew) return isNew;
        if (_used * 10L >= _slots.Length * 7L) Grow();
        var fingerprint = key.Finish();
        ref var slot = ref _slots[FindSlot(_slots, fingerprint)];
        if (slot != UInt128.Zero) return false;
        slot = fingerprint;
        _used++;
        return true;
    }

    private static int FindSlot(UInt128[] slots, UInt128 fingerprint)
    {
        var mask = slots.Length - 1;
        var index = (int)(ulong)fingerprint & mask;
        while (slots[index] != UInt128.Zero && slots[index] != fingerprint) index = (index + 1) & mask;
        return index;
    }

    private void Grow()
    {
        var grown = new UInt128[_slots.Length * (_slots.Length < LargeTable ? 4 : 2)];
        foreach (var fingerprint in _slots)
        {
            if (fingerprint != UInt128.Zero) grown[FindSlot(grown, fingerprint)] = fingerprint;
        }

        _slots = grown;
    }
}
