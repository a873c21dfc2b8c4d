using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// The file <c>operation-head</c> beside <c>commit-history.db</c>: number and hash of the newest entry of the operation log. A chain shows every
/// change but one, that its end was cut off; the file shows that too. It is written after the entry is durable and never goes back, so a crash
/// leaves it behind the log at most, never ahead.
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

    /// <summary>The entry that was the newest when it was written; null where there is no such file, or none that can be read.</summary>
    public OperationHead? Read()
    {
        if (!File.Exists(_path)) return null;
        var text = File.ReadAllText(_path);
        return text.Length == Length && long.TryParse(text[..NumberDigits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && Hash.TryParse(text[(NumberDigits + 1)..^1], out var hash) ? new OperationHead(number, hash) : null;
    }

    /// <summary>
    /// Goes forward to the log's newest entry, if the log still holds the entry that is named now. If it does not, the file stays as it is, and
    /// keeps saying so.
    /// </summary>
    public void Advance(OperationHead head, StoreConnection connection)
    {
        try
        {
            using var held = FileLock.Take(_locks, FileName, Patience);
            if (Read() is not { } seen) Write(head);
            else if (seen.Number < head.Number && StoreDatabase.FindOperation(connection, seen.Number) == seen.Hash) Write(head);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbVcException)
        {
            // The entry is durable, and the command is done. Behind the log the file still is true; the next entry brings it forward.
        }
    }

    /// <summary>Before the whole log is written anew: what it says of the old one would look like a cut.</summary>
    public void Drop()
    {
        using var held = FileLock.Take(_locks, FileName, Patience);
        File.Delete(_path);
    }

    private void Write(OperationHead head)
    {
        using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Write(Encoding.ASCII.GetBytes($"{head.Number.ToString(CultureInfo.InvariantCulture).PadLeft(NumberDigits, '0')} {head.Hash}\n"));
        file.SetLength(Length);
    }
}

/// <summary>An entry of the operation log, by number and hash.</summary>
internal readonly record struct OperationHead(long Number, Hash Hash);
