using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// The host's own book of record numbers: each from 1 to the count must come back exactly once. One bit a record.
/// </summary>
public sealed class RecordLedger
{
    private const int Listed = 20;
    private const int GiveUp = 1000;
    private const long MaxRecords = 1L << 36;
    private readonly ulong[] _seen;
    private readonly List<long> _duplicated = [];
    private readonly List<long> _unknown = [];
    private long _problems;

    public RecordLedger(long records)
    {
        if (records is < 0 or > MaxRecords)
            throw new ArgumentOutOfRangeException(nameof(records), records, "A record count must be from 0 to 2^36.");
        Records = records;
        _seen = new ulong[(records >> 6) + 1];
    }

    /// <summary>How many records the source has.</summary>
    public long Records { get; }

    /// <summary>Notes that a record came back. False if it did before or does not exist; throws when that happens too often to go on.</summary>
    public bool Mark(long record)
    {
        if ((ulong)(record - 1) >= (ulong)Records)
            return Note(_unknown, record);
        ref var word = ref _seen[record >> 6];
        var bit = 1UL << (int)(record & 63);
        if ((word & bit) != 0)
            return Note(_duplicated, record);
        word |= bit;
        return true;
    }

    /// <summary>Throws <c>worker.records</c> unless every record came back exactly once.</summary>
    public void Close()
    {
        var (lost, listed) = FindLost();
        if (lost == 0 && _problems == 0)
            return;
        var parts = new List<string>(3);
        if (lost > 0)
            parts.Add($"{lost} of {Records} records never came back ({List(listed, lost)})");
        if (_duplicated.Count > 0)
            parts.Add($"records came back more than once ({List(_duplicated, _duplicated.Count)})");
        if (_unknown.Count > 0)
            parts.Add($"records came back that the source does not have ({List(_unknown, _unknown.Count)})");
        throw new DbVcException(FailureKind.Refused, "worker.records", $"The pipeline did not account for its source: {string.Join("; ", parts)}.",
            hint: "Every record must end in exactly one of accept, reject or filter.");
    }

    private bool Note(List<long> numbers, long record)
    {
        if (numbers.Count <= Listed)
            numbers.Add(record);
        if (++_problems >= GiveUp)
            Close();
        return false;
    }

    private (long Count, List<long> First) FindLost()
    {
        long count = 0;
        var first = new List<long>();
        for (long record = 1; record <= Records; record++)
        {
            if ((record & 63) == 0 && _seen[record >> 6] == ulong.MaxValue)
            {
                record += 63;
                continue;
            }
            if ((_seen[record >> 6] & (1UL << (int)(record & 63))) != 0)
                continue;
            count++;
            if (first.Count < Listed)
                first.Add(record);
        }
        return (count, first);
    }

    private static string List(List<long> numbers, long total) =>
        string.Join(", ", numbers.Take(Listed)) + (total > Listed ? ", …" : "");
}
