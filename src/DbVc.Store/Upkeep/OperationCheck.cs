using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// Walks the operation log from its first entry to its last and says of each whether it is what was written, and follows the one that was written
/// before it. Goes on after each problem.
/// </summary>
internal sealed class OperationCheck(StoreDatabase database)
{
    private readonly List<StoreProblem> _problems = [];
    private readonly Dictionary<string, Hash> _refs = new(StringComparer.Ordinal);
    private IReadOnlyList<OperationHead> _seen = [];
    private bool _isSeen;
    private long _number;
    private Hash _hash = Hash.None;

    /// <summary>Every entry that can be read, in order.</summary>
    public IEnumerable<OperationBody> Walk(StoreConnection connection)
    {
        // Before the log: what other commands write meanwhile only makes the log longer.
        _seen = database.Anchor.Read();
        using var query = connection.Use("SELECT number, hash, body FROM operations ORDER BY number");
        while (query.Step())
        {
            var (number, body) = (query.Integer(0), query.Blob(2).ToArray());
            var content = Hash.Of(body);
            var record = Read(number, query.Blob(1), content, body);
            if (number != _number + 1) Report(number, $"{Entries(_number + 1, number - 1)} before it is missing.");
            else if (record is not null && record.Previous != _hash) Report(number, OutOfPlace(number));
            (_number, _hash) = (number, content);
            _isSeen |= _seen.Contains(new OperationHead(number, content));
            if (record is null) continue;
            Follow(record.Operation.Moves);
            yield return new OperationBody(record, body);
        }
    }

    /// <summary>Whether the end of the log is where it was last seen.</summary>
    private void Conclude()
    {
        if (_isSeen) return;
        if (_seen is [.., var seen])
        {
            Report(OperationProblem.CutOff, seen.Number, seen.Number > _number
                ? $"The end of the log was cut off: {Entries(_number + 1, seen.Number)} was written once."
                : "It is not the entry that was written: the end of the log was cut off or exchanged, and others were written since.");
        }
        else if (_number > 0)
        {
            Report(OperationProblem.CutOff, _number,
                $"The file {OperationAnchor.FileName} is missing or damaged: whether entries behind this one were cut off cannot be told.");
        }
    }

    /// <summary>The whole log at one moment.</summary>
    public OperationsCheck Run(Action<OperationRecord> visit)
    {
        using var connection = database.OpenConnection();
        connection.Execute("BEGIN");
        var hashes = new HashSet<Hash>();
        foreach (var entry in Walk(connection))
        {
            hashes.Add(entry.Record.Hash);
            visit(entry.Record);
        }

        Conclude();
        CheckRefs(connection);
        connection.Rollback();
        return new OperationsCheck(_number, _hash, hashes, _problems);
    }

    /// <summary>Entries from the first that is wanted on; throws at the first problem, wherever in the log it is.</summary>
    public IEnumerable<OperationBody> Read(Func<OperationRecord, bool> isFirst)
    {
        using var connection = database.OpenConnection();
        var started = false;
        foreach (var entry in Walk(connection))
        {
            ThrowFirst();
            started = started || isFirst(entry.Record);
            if (started) yield return entry;
        }

        Conclude();
        ThrowFirst();
    }

    private void Follow(IReadOnlyList<RefMove> moves)
    {
        foreach (var move in moves)
        {
            if (move.After is { } after) _refs[move.Name] = after;
            else _refs.Remove(move.Name);
        }
    }

    /// <summary>The log names every move of every ref, so its last word about each of them must be where the ref is.</summary>
    private void CheckRefs(StoreConnection connection)
    {
        using var query = connection.Use("SELECT name, hash FROM refs");
        while (query.Step())
        {
            var name = query.Text(0);
            var hash = query.Blob(1);
            if (!_refs.Remove(name, out var logged)) ReportRef(name, "The operation log knows no such ref.");
            else if (hash.Length != Hash.Size || Hash.Read(hash) != logged) ReportRef(name, $"The ref is not where the operation log left it, at {logged}.");
        }

        foreach (var name in _refs.Keys) ReportRef(name, "The ref is missing; the operation log knows it.");
    }

    private void ReportRef(string name, string message) =>
        _problems.Add(new StoreProblem(OperationProblem.Ref, $"{StoreDatabase.FileName}, {name}", message));

    private void ThrowFirst()
    {
        if (_problems.Count > 0) throw new DbVcException(FailureKind.Failed, _problems[0].Kind, _problems[0].Message, _problems[0].Place, "db-vc audit verify");
    }

    private OperationRecord? Read(long number, ReadOnlySpan<byte> stored, Hash content, byte[] body)
    {
        if (stored.Length != Hash.Size || Hash.Read(stored) != content)
        {
            Report(number, "It was edited: its content does not match its hash.");
            return null;
        }

        try
        {
            return OperationCodec.Decode(number, content, body);
        }
        catch (DbVcException failure)
        {
            Report(number, failure.Message);
            return null;
        }
    }

    private static string OutOfPlace(long number) => number == 1
        ? "The log did not begin with it: what was before it is missing."
        : $"It does not follow entry {number - 1}: an entry was edited, removed, inserted or put in another place.";

    private static string Entries(long first, long last) => first == last ? $"Entry {first}" : $"Every entry from {first} to {last}";

    private void Report(long number, string message) => Report(OperationProblem.Damaged, number, message);

    private void Report(string kind, long number, string message) =>
        _problems.Add(new StoreProblem(kind, $"{StoreDatabase.FileName}, operation {number}", message));
}

/// <summary>The kinds of problems that an operation log can have.</summary>
public static class OperationProblem
{
    /// <summary>An entry was edited, removed, inserted or put in another place.</summary>
    public const string Damaged = "store.operation-damaged";

    /// <summary>The end is not where it was last seen.</summary>
    public const string CutOff = "store.operation-cut-off";

    /// <summary>A ref is not where the log left it.</summary>
    public const string Ref = "store.ref-damaged";
}

/// <summary>An entry of the operation log with the bytes that its hash is of.</summary>
public sealed record OperationBody(OperationRecord Record, byte[] Body);

/// <summary>What a check of the operation log found.</summary>
/// <param name="Last">The number of the newest entry; 0 for none.</param>
/// <param name="Head">Its hash.</param>
/// <param name="Hashes">Of every entry that can be read.</param>
/// <param name="Problems">What is not as it was written.</param>
public sealed record OperationsCheck(long Last, Hash Head, IReadOnlySet<Hash> Hashes, IReadOnlyList<StoreProblem> Problems);
