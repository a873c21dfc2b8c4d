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
            if (OperationProblem.FindBreak(_number, _hash, number, record?.Previous) is { } problem) Report(number, problem);
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
        if (!_isSeen && OperationProblem.DescribeEnd(database.Anchor, _seen, _number) is { } problem) _problems.Add(problem);
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
        return new OperationsCheck(_number, _hash, hashes, _problems) { HoldsAnchor = _isSeen ? true : _seen.Count > 0 ? false : null };
    }

    /// <summary>What <see cref="Run"/> says of the end, without reading what is before it; null where nothing is wrong with it.</summary>
    public StoreProblem? CheckEnd()
    {
        var seen = database.Anchor.Read();
        using var connection = database.OpenConnection();
        return seen.Any(entry => StoreDatabase.FindOperation(connection, entry.Number) == entry.Hash) ? null
            : OperationProblem.DescribeEnd(database.Anchor, seen, StoreDatabase.ReadOperationHead(connection).Number);
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
            Report(number, OperationProblem.Edited);
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

    private void Report(long number, string message) => _problems.Add(OperationProblem.Of(OperationProblem.Damaged, number, message));
}

/// <summary>An entry of the operation log with the bytes that its hash is of.</summary>
public sealed record OperationBody(OperationRecord Record, byte[] Body);

/// <summary>What a check of the operation log found.</summary>
/// <param name="Last">The number of the newest entry; 0 for none.</param>
/// <param name="Head">Its hash.</param>
/// <param name="Hashes">Of every entry that can be read.</param>
/// <param name="Problems">What is not as it was written.</param>
public sealed record OperationsCheck(long Last, Hash Head, IReadOnlySet<Hash> Hashes, IReadOnlyList<StoreProblem> Problems)
{
    /// <summary>Whether the log holds what the file beside the store names; null where that file is missing or cannot be read.</summary>
    public bool? HoldsAnchor { get; init; }
}
