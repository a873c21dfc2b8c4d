using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>
/// What was fetched so far: records as JSON Lines in one file, and beside it a line for each page that is whole, with what the next one begins at. A
/// page counts once its line is written; so a killed fetch goes on without losing or doubling a record.
/// </summary>
public sealed class FetchJournal : IDisposable
{
    private const string JournalName = "journal.jsonl";
    private const string RecordsName = "records.jsonl";

    private readonly string _folder;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _longest;
    private readonly string _identity;
    private readonly List<FetchedPage> _pages = [];
    private readonly FileStream _records;
    private readonly FileStream _journal;

    private FetchJournal(string folder, string identity, TimeProvider clock, TimeSpan longest)
    {
        (_folder, _identity, _clock, _longest) = (folder, identity, clock, longest);
        (_records, _journal) = (OpenFile(RecordsName), OpenFile(JournalName));
    }

    /// <summary>Pages that are whole, in order.</summary>
    public IReadOnlyList<FetchedPage> Pages => _pages;

    public FetchedPage? Last => _pages.Count == 0 ? null : _pages[^1];

    public long Records => Last?.Records ?? 0;

    public long Bytes => Last?.Bytes ?? 0;

    /// <summary>How many pages were there when it was opened.</summary>
    public int Resumed { get; private set; }

    /// <summary>Opens a folder, and takes over what an unfinished fetch of the same has left there.</summary>
    /// <param name="folder">Made if it is missing, for its owner alone.</param>
    /// <param name="identity">Names what is fetched; another one's beginning is discarded.</param>
    /// <param name="clock">Tells how old a beginning is.</param>
    /// <param name="longest">Older beginnings are not gone on with: too much may have changed since. A day when it is null.</param>
    public static FetchJournal Open(string folder, Hash identity, TimeProvider clock, TimeSpan? longest = null)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var journal = new FetchJournal(folder, identity.ToString(), clock, longest ?? TimeSpan.FromDays(1));
        try
        {
            journal.TakeOver(identity.ToString());
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Adds a page.</summary>
    /// <param name="records">One JSON value each.</param>
    /// <param name="hash">Tells pages apart by their content.</param>
    /// <param name="next">What the next page begins at; null when this is the last.</param>
    /// <param name="total">How many records there are in all, as far as somebody said.</param>
    public void Add(IEnumerable<ReadOnlyMemory<byte>> records, string hash, string? next, long? total)
    {
        long count = 0;
        foreach (var record in records)
        {
            WriteLine(record.Span);
            count++;
        }

        // After a power cut the journal must not promise more than there is.
        _records.Flush(flushToDisk: true);
        var page = new FetchedPage(Records + count, _records.Position, hash, next, total, _clock.GetUtcNow());
        WriteJournal(JsonSerializer.SerializeToUtf8Bytes(page, FetchJson.Default.FetchedPage));
        _pages.Add(page);
    }

    /// <summary>Begins anew.</summary>
    public void Reset() => Begin(_identity);

    /// <summary>Moves the records away to where they are read, and leaves nothing behind.</summary>
    public void MoveTo(string path)
    {
        Dispose();
        File.Move(Path.Combine(_folder, RecordsName), path);
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The same for those that are new. Returns how far the source is now fetched, and how many are new.</summary>
    public (FetchedCursor? Cursor, long Records) MoveNewTo(string path, FetchIncrement increment, FetchedCursor? since)
    {
        Dispose();
        var cursor = FetchedCursor.Take(Path.Combine(_folder, RecordsName), path, increment, since, out var written);
        Directory.Delete(_folder, recursive: true);
        return (cursor, written);
    }

    public void Dispose()
    {
        _records.Dispose();
        _journal.Dispose();
    }

    private void TakeOver(string identity)
    {
        using (var lines = new StreamReader(_journal, leaveOpen: true))
        {
            var head = lines.ReadLine();
            if (head == identity) ReadPages(lines);
        }

        if (_pages.Count == 0 || Last!.Next is null || _clock.GetUtcNow() - Last.At > _longest || _records.Length < Last.Bytes)
        {
            Begin(identity);
            return;
        }

        Resumed = _pages.Count;
        _records.SetLength(Last.Bytes);
        _records.Position = Last.Bytes;
        // A line that was cut off would spoil the next one.
        _journal.SetLength(0);
        WriteJournal(System.Text.Encoding.UTF8.GetBytes(identity));
        foreach (var page in _pages) WriteJournal(JsonSerializer.SerializeToUtf8Bytes(page, FetchJson.Default.FetchedPage));
    }

    private void ReadPages(StreamReader lines)
    {
        try
        {
            while (lines.ReadLine() is { } line && JsonSerializer.Deserialize(line, FetchJson.Default.FetchedPage) is { } page) _pages.Add(page);
        }
        catch (JsonException)
        {
            // The last line was cut off; its page is fetched again.
        }
    }

    private void Begin(string identity)
    {
        _pages.Clear();
        Resumed = 0;
        _records.SetLength(0);
        _journal.SetLength(0);
        WriteJournal(System.Text.Encoding.UTF8.GetBytes(identity));
    }

    private void WriteJournal(ReadOnlySpan<byte> line)
    {
        _journal.Write(line);
        _journal.WriteByte((byte)'\n');
        _journal.Flush();
    }

    /// <summary>Line breaks of JSON are white space: in a text they cannot stand.</summary>
    private void WriteLine(ReadOnlySpan<byte> record)
    {
        for (int end; (end = record.IndexOfAny((byte)'\n', (byte)'\r')) >= 0; record = record[(end + 1)..])
        {
            _records.Write(record[..end]);
            _records.WriteByte((byte)' ');
        }

        _records.Write(record);
        _records.WriteByte((byte)'\n');
    }

    private FileStream OpenFile(string name)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 64 * 1024 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(_folder, name), options);
    }
}

/// <summary>A page that was fetched.</summary>
/// <param name="Records">Records up to its end.</param>
/// <param name="Bytes">Bytes of the file up to its end.</param>
/// <param name="Hash">Of its records.</param>
/// <param name="Next">What the next one begins at; null when there is none.</param>
/// <param name="Total">How many records there are in all, as far as somebody said.</param>
/// <param name="At">When it was fetched.</param>
public sealed record FetchedPage(long Records, long Bytes, string Hash, string? Next, long? Total, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FetchedPage))]
[JsonSerializable(typeof(FetchedCursor))]
[JsonSerializable(typeof(string))]
internal sealed partial class FetchJson : JsonSerializerContext;
