namespace DbVc.Pipelines;

/// <summary>
/// The numbers of a column: all of them up to a million; of more, a million drawn evenly (reservoir sampling).
/// The same rows give the same sample.
/// </summary>
internal sealed class NumberSample
{
    public const int MaxKept = 1_000_000;

    private const int Seed = 20_240_131;

    private readonly List<decimal> _kept = [];
    private readonly Random _random = new(Seed);

    /// <summary>Numbers that were seen, kept or not.</summary>
    public long Count { get; private set; }

    public bool IsAll => Count <= MaxKept;

    public void Add(decimal value)
    {
        Count++;
        if (_kept.Count < MaxKept)
        {
            _kept.Add(value);
            return;
        }

        var place = _random.NextInt64(Count);
        if (place < MaxKept) _kept[(int)place] = value;
    }

    /// <summary>The numbers that were kept, the least first; nothing may be added after it.</summary>
    public IReadOnlyList<decimal> Sort()
    {
        _kept.Sort();
        return _kept;
    }
}
