using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>How far a source was fetched.</summary>
/// <param name="Cursor">The path of the field.</param>
/// <param name="Value">Its highest value, as JSON.</param>
/// <param name="Seen">The records that had it, by hash, and how many of each: others with the same value may come later.</param>
public sealed record FetchedCursor(string Cursor, string Value, IReadOnlyDictionary<string, int> Seen)
{
    private const int MostTies = 100_000;

    /// <summary>
    /// Writes the records that are new: those behind the cursor, and those at it that were not there. Returns how far it is now fetched; null where there
    /// never was a record. Throws <c>fetch.cursor</c>.
    /// </summary>
    /// <param name="from">JSON Lines.</param>
    /// <param name="to">The file to write.</param>
    /// <param name="increment">The field.</param>
    /// <param name="since">Up to where it was fetched before; null for nothing.</param>
    /// <param name="written">How many are new.</param>
    public static FetchedCursor? Take(string from, string to, FetchIncrement increment, FetchedCursor? since, out long written)
    {
        var known = since is { } before ? new Dictionary<string, int>(before.Seen, StringComparer.Ordinal) : [];
        var (highest, ties, number) = (since?.Value, new Dictionary<string, int>(StringComparer.Ordinal), 0L);
        var isTooMany = false;
        written = 0;
        var floor = since?.Value ?? increment.Initial;
        using var output = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024);
        foreach (var line in File.ReadLines(from, Encoding.Latin1))
        {
            number++;
            // Latin-1 keeps bytes that are no UTF-8 as they are.
            var bytes = Encoding.Latin1.GetBytes(line);
            var value = Read(bytes, increment.Cursor, number);
            var order = floor is null ? 1 : CursorOrder.Compare(value, floor, number);
            if (highest is null || CursorOrder.Compare(value, highest, number) > 0)
                (highest, ties, isTooMany) = (value, new Dictionary<string, int>(StringComparer.Ordinal), false);
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12));
            if (!isTooMany && CursorOrder.Compare(value, highest, number) == 0) ties[hash] = ties.GetValueOrDefault(hash) + 1;
            // Whether it is the highest of all the last record tells.
            isTooMany |= ties.Count > MostTies;
            if (order < 0 || (order == 0 && IsKnown(known, hash))) continue;
            output.Write(bytes);
            output.WriteByte((byte)'\n');
            written++;
        }

        if (isTooMany) throw CursorOrder.Fail($"More than {MostTies:N0} records have the same '{increment.Cursor}', the highest", number);
        if (highest is null) return null;
        return new FetchedCursor(increment.Cursor, highest, highest == since?.Value ? Join(since.Seen, ties) : ties);
    }

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, FetchJson.Default.FetchedCursor);

    /// <summary>Throws <see cref="JsonException"/> for what is none.</summary>
    public static FetchedCursor Parse(ReadOnlySpan<byte> bytes) => JsonSerializer.Deserialize(bytes, FetchJson.Default.FetchedCursor)!;

    private static bool IsKnown(Dictionary<string, int> known, string hash)
    {
        if (known.GetValueOrDefault(hash) is not (> 0 and var count)) return false;
        known[hash] = count - 1;
        return true;
    }

    private static Dictionary<string, int> Join(IReadOnlyDictionary<string, int> before, Dictionary<string, int> now)
    {
        foreach (var (hash, count) in before) now[hash] = Math.Max(count, now.GetValueOrDefault(hash));
        return now;
    }

    private static string Read(byte[] record, string path, long number)
    {
        try
        {
            return ApiAnswer.Scalar(record, path) ?? throw CursorOrder.Fail($"It has no '{path}'", number);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw CursorOrder.Fail($"Its '{path}' cannot be read", number);
        }
    }
}
