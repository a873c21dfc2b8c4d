using System.Text;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// Puts rewritten commits in the place of the old ones, in one transaction. Operations are rewritten too and chained anew: an entry that named
/// commits which are gone would say nothing any more.
/// </summary>
internal sealed partial class HistoryRewriter(StoreDatabase database)
{
    /// <summary>Digits of a commit that a command's text names.</summary>
    private const int ShortLength = 10;

    private readonly Dictionary<string, string> _shortNames = new(StringComparer.Ordinal);

    public void Run(StoreRewrite rewrite)
    {
        database.Write(connection =>
        {
            var before = StoreDatabase.ReadOperationHead(connection);
            Write(connection, rewrite);
            database.Anchor.Foretell(before, StoreDatabase.ReadOperationHead(connection));
        });
        using var connection = database.OpenConnection();
        database.Anchor.Advance(connection);
    }

    private void Write(StoreConnection connection, StoreRewrite rewrite)
    {
        // What is overwritten must not be readable in the file's free space.
        connection.Execute("PRAGMA secure_delete = ON");
        ReplaceCommits(connection, rewrite);
        var moves = MoveRefs(connection, rewrite.Names);
        RewriteOperations(connection, rewrite with { Operation = rewrite.Operation with { Moves = [.. rewrite.Operation.Moves, .. moves] } });
        RewriteDocuments(connection, rewrite);
    }

    private static void ReplaceCommits(StoreConnection connection, StoreRewrite rewrite)
    {
        using var insert = connection.Use("INSERT OR IGNORE INTO commits (id, body) VALUES (?1, ?2)");
        foreach (var (id, body) in rewrite.Commits) insert.Bind(1, id).Bind(2, body).Run();
        using var delete = connection.Use("DELETE FROM commits WHERE id = ?1");
        foreach (var old in rewrite.Names.Keys) delete.Bind(1, old).Run();
    }

    private static List<RefMove> MoveRefs(StoreConnection connection, IReadOnlyDictionary<Hash, Hash> names)
    {
        var moves = new List<RefMove>();
        using (var query = connection.Use("SELECT name, hash FROM refs ORDER BY name"))
        {
            while (query.Step())
            {
                if (names.TryGetValue(query.ReadHash(1), out var next)) moves.Add(new RefMove(query.Text(0), query.ReadHash(1), next));
            }
        }

        using var move = connection.Use("UPDATE refs SET hash = ?2 WHERE name = ?1");
        foreach (var moved in moves) move.Bind(1, moved.Name).Bind(2, moved.After!.Value).Run();
        // The log's entries are rewritten as well: for them the ref has been at its new place all along.
        return [.. moves.Select(m => m with { Before = m.After })];
    }

    private void RewriteOperations(StoreConnection connection, StoreRewrite rewrite)
    {
        var records = new List<OperationRecord>();
        using (var query = connection.Use("SELECT number, hash, body FROM operations ORDER BY number"))
        {
            while (query.Step()) records.Add(OperationCodec.Decode(query.Integer(0), query.ReadHash(1), query.Blob(2)));
        }

        var previous = Hash.None;
        using var put = connection.Use("INSERT OR REPLACE INTO operations (number, hash, body) VALUES (?1, ?2, ?3)");
        var last = new OperationRecord(records.Count == 0 ? 1 : records[^1].Number + 1, Hash.None, Hash.None, rewrite.Operation);
        foreach (var record in records.Append(last))
        {
            var body = OperationCodec.Encode(record.Number, previous, Rename(record.Operation, rewrite.Names));
            previous = Hash.Of(body);
            put.Bind(1, record.Number).Bind(2, previous).Bind(3, body).Run();
        }
    }

    private OperationDraft Rename(OperationDraft operation, IReadOnlyDictionary<Hash, Hash> names) => operation with
    {
        Command = RenameText(operation.Command, names),
        Moves = [.. operation.Moves.Select(m => new RefMove(m.Name, Rename(m.Before, names), Rename(m.After, names)))],
    };

    private static Hash? Rename(Hash? hash, IReadOnlyDictionary<Hash, Hash> names) =>
        hash is { } old && names.TryGetValue(old, out var next) ? next : hash;

    private void RewriteDocuments(StoreConnection connection, StoreRewrite rewrite)
    {
        using var delete = connection.Use("DELETE FROM documents WHERE collection = ?1 AND id = ?2");
        using var put = connection.Use("INSERT OR REPLACE INTO documents (collection, id, body, seal) VALUES (?1, ?2, ?3, ?4)");
        foreach (var (collection, id, body) in ReadDocuments(connection))
        {
            var (nextId, next) = (RenameText(id, rewrite.Names), RenameBytes(body, rewrite.Names));
            if (nextId == id && next.AsSpan().SequenceEqual(body)) continue;
            delete.Bind(1, collection).Bind(2, id).Run();
            put.Bind(1, collection).Bind(2, nextId).Bind(3, next).Bind(4, DocumentSeal.Of(collection, nextId, next)).Run();
        }

        foreach (var (collection, id, body) in rewrite.Written)
        {
            put.Bind(1, collection).Bind(2, id).Bind(3, body).Bind(4, DocumentSeal.Of(collection, id, body)).Run();
        }
    }

    private static List<(string Collection, string Id, byte[] Body)> ReadDocuments(StoreConnection connection)
    {
        using var query = connection.Use("SELECT collection, id, body FROM documents");
        var found = new List<(string, string, byte[])>();
        while (query.Step()) found.Add((query.Text(0), query.Text(1), query.Blob(2).ToArray()));
        return found;
    }

    private string RenameText(string text, IReadOnlyDictionary<Hash, Hash> names)
    {
        if (_shortNames.Count == 0)
        {
            foreach (var (old, next) in names) _shortNames[old.ToString()[..ShortLength]] = next.ToString()[..ShortLength];
        }

        return HexRun().Replace(text, run => run.Length == ShortLength ? _shortNames.GetValueOrDefault(run.Value, run.Value)
            : Hash.TryParse(run.Value, out var hash) && names.TryGetValue(hash, out var name) ? name.ToString() : run.Value);
    }

    [GeneratedRegex("[0-9a-f]{10,40}")]
    private static partial Regex HexRun();

    /// <summary>Replaces every name of a commit or snapshot in a document, wherever it stands.</summary>
    private static byte[] RenameBytes(byte[] body, IReadOnlyDictionary<Hash, Hash> names)
    {
        var renamed = (byte[])body.Clone();
        foreach (var (position, hash) in HashText.Find(body))
        {
            if (names.TryGetValue(hash, out var next)) Encoding.ASCII.GetBytes(next.ToString()).CopyTo(renamed, position);
        }

        return renamed;
    }
}
