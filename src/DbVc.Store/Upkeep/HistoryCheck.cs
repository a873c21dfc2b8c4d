using DbVc.Model;

namespace DbVc.Store;

/// <summary>Checks what <c>commit-history.db</c> holds: the file's structure, documents, commits, and the operation log against the refs.</summary>
internal sealed class HistoryCheck(StoreDatabase database)
{
    private const string File = StoreDatabase.FileName;

    private readonly List<StoreProblem> _problems = [];

    public IReadOnlyList<StoreProblem> Run(CancellationToken cancel)
    {
        using var connection = database.OpenConnection();
        foreach (var check in (Action<StoreConnection>[])[CheckFile, CheckDocuments, CheckCommits, CheckOperations])
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                check(connection);
            }
            catch (DbVcException failure)
            {
                Report(failure.Code, File, failure.Message);
            }
        }

        return _problems;
    }

    private void CheckFile(StoreConnection connection)
    {
        using var query = connection.Use("PRAGMA integrity_check(20)");
        while (query.Step())
        {
            if (query.Text(0) != "ok") Report("store.damaged", File, query.Text(0));
        }
    }

    private void CheckDocuments(StoreConnection connection)
    {
        using var query = connection.Use("SELECT collection, id, body, seal FROM documents");
        while (query.Step())
        {
            var seal = query.Blob(3);
            if (seal.Length == Hash.Size && Hash.Read(seal) == DocumentSeal.Of(query.Text(0), query.Text(1), query.Blob(2))) continue;
            Report("store.document-damaged", $"{File}, document {query.Text(0)}/{query.Text(1)}", "The document does not match its seal.");
        }
    }

    private void CheckCommits(StoreConnection connection)
    {
        using var query = connection.Use("SELECT id, body FROM commits");
        while (query.Step())
        {
            var id = query.Blob(0);
            if (id.Length == Hash.Size && Hash.Read(id) == Hash.Of(query.Blob(1))) continue;
            _problems.Add(new StoreProblem("store.commit-damaged", $"{File}, commit {Convert.ToHexStringLower(id)}",
                "The commit does not match its id.", Commit: id.Length == Hash.Size ? Hash.Read(id) : null));
        }
    }

    /// <summary>The log names every move of every ref, so its last word about each of them must be where the ref is.</summary>
    private void CheckOperations(StoreConnection connection)
    {
        var expected = new Dictionary<string, Hash>(StringComparer.Ordinal);
        using (var query = connection.Use("SELECT number, hash, body FROM operations ORDER BY number"))
        {
            var (previous, number) = (Hash.None, 0L);
            while (query.Step())
            {
                var record = OperationCodec.Decode(query.Integer(0), query.ReadHash(1), query.Blob(2));
                if (record.Previous != previous || record.Number != number + 1)
                {
                    Report("store.operation-damaged", $"{File}, operation {record.Number}", "The entry before it is missing or was changed.");
                }

                (previous, number) = (record.Hash, record.Number);
                foreach (var move in record.Operation.Moves)
                {
                    if (move.After is { } after) expected[move.Name] = after;
                    else expected.Remove(move.Name);
                }
            }
        }

        CheckRefs(connection, expected);
    }

    private void CheckRefs(StoreConnection connection, Dictionary<string, Hash> expected)
    {
        using var query = connection.Use("SELECT name, hash FROM refs");
        while (query.Step())
        {
            var name = query.Text(0);
            var hash = query.Blob(1);
            if (!expected.Remove(name, out var logged)) Report("store.ref-damaged", $"{File}, {name}", "The operation log knows no such ref.");
            else if (hash.Length != Hash.Size || Hash.Read(hash) != logged)
            {
                Report("store.ref-damaged", $"{File}, {name}", $"The ref is not where the operation log left it, at {logged}.");
            }
        }

        foreach (var name in expected.Keys) Report("store.ref-damaged", $"{File}, {name}", "The ref is missing; the operation log knows it.");
    }

    private void Report(string kind, string place, string message) => _problems.Add(new StoreProblem(kind, place, message));
}
