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

    private void CheckOperations(StoreConnection _) => _problems.AddRange(new OperationCheck(database).Run(_ => { }).Problems);

    private void Report(string kind, string place, string message) => _problems.Add(new StoreProblem(kind, place, message));
}
