using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// The file <c>operation-head</c> beside <c>commit-history.db</c>: number and hash of the newest entry of the operation log. A chain shows every
/// change but one, that its end was cut off; the file shows that too. It is written after the entry is durable and never goes back, so a crash
/// leaves it behind the log at most, never ahead. While the whole log is written anew it names two entries, the old log's newest and the new one's:
/// whichever of the logs a crash leaves, one of them is there.
/// </summary>
internal sealed class OperationAnchor(string folder)
{
    public const string FileName = "operation-head";

    /// <summary>Digits of the number, a space, digits of the hash, a line feed: always as long, so that one write replaces it whole.</summary>
    private const int NumberDigits = 19;

    private const int Length = NumberDigits + 1 + (Hash.Size * 2) + 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string _path = Path.Combine(folder, FileName);
    private readonly string _locks = Path.Combine(folder, "locks");

    public bool Exists => File.Exists(_path);

    /// <summary>The entry that was the newest when it was written, or the two of which one was; nothing where there is no such file, or none that can be
    /// read.</summary>
    public IReadOnlyList<OperationHead> Read()
    {
        if (!Exists) return [];
        var text = File.ReadAllText(_path);
        if (text.Length is not (Length or 2 * Length)) return [];
        var heads = text.Chunk(Length).Select(line => Parse(new string(line))).ToList();
        return heads.TrueForAll(head => head is not null) ? [.. heads.Select(head => head!.Value)] : [];
    }

    /// <summary>
    /// Goes forward to the log's newest entry, if the log still holds an entry that is named now. If it does not, the file stays as it is, and
    /// keeps saying so.
    /// </summary>
    public void Advance(StoreConnection connection)
    {
        try
        {
            using var held = FileLock.Take(_locks, FileName, Patience);
            var (seen, newest) = (Read(), StoreDatabase.ReadOperationHead(connection));
            if (MayAdvance(seen, newest, connection)) Write(newest);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbVcException)
        {
            // The entry is durable, and the command is done. Behind the log the file still is true; the next entry brings it forward.
        }
    }

    /// <summary>Before the transaction that writes the whole log anew becomes durable: from now on the newest entry of either log will do. What fails here
    /// must end that transaction.</summary>
    public void Foretell(OperationHead before, OperationHead after)
    {
        using var held = FileLock.Take(_locks, FileName, Patience);
        Write(before, after);
    }

    private static bool MayAdvance(IReadOnlyList<OperationHead> seen, OperationHead newest, StoreConnection connection) => seen switch
    {
        [] => true,
        [var last] => last.Number < newest.Number && Holds(connection, last),
        // Another process is about to write the log anew, unless others wrote since: then it gave up.
        [var before, var after] => Holds(connection, after) || (newest.Number > before.Number && Holds(connection, before)),
        _ => false,
    };

    private static bool Holds(StoreConnection connection, OperationHead entry) => StoreDatabase.FindOperation(connection, entry.Number) == entry.Hash;

    private static OperationHead? Parse(string line) =>
        long.TryParse(line[..NumberDigits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && Hash.TryParse(line[(NumberDigits + 1)..^1], out var hash) ? new OperationHead(number, hash) : null;

    private void Write(params ReadOnlySpan<OperationHead> heads)
    {
        var lines = new StringBuilder(2 * Length);
        foreach (var head in heads)
        {
            lines.Append(CultureInfo.InvariantCulture, $"{head.Number.ToString(CultureInfo.InvariantCulture).PadLeft(NumberDigits, '0')} {head.Hash}\n");
        }

        using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.ASCII.GetBytes(lines.ToString()));
        file.SetLength(lines.Length);
    }
}

/// <summary>An entry of the operation log, by number and hash.</summary>
internal readonly record struct OperationHead(long Number, Hash Hash);
