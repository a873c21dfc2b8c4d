using DbVc.Model;

namespace DbVc.Store;

/// <summary>The short write transaction over one connection of its own.</summary>
internal sealed class StoreTransaction(StoreDatabase database) : IStoreTransaction
{
    private readonly StoreConnection _connection = database.BeginWrite();
    private OperationHead? _appended;
    private bool _ended;

    public void PutCommit(Hash id, ReadOnlySpan<byte> body)
    {
        using var insert = Use("INSERT OR IGNORE INTO commits (id, body) VALUES (?1, ?2)").Bind(1, id).Bind(2, body);
        insert.Run();
    }

    public bool MoveRef(string name, Hash? expected, Hash? next)
    {
        using var statement = (expected, next) switch
        {
            (null, null) => Use("SELECT 1 FROM refs WHERE name = ?1").Bind(1, name),
            (null, { } created) => Use("INSERT OR IGNORE INTO refs (name, hash) VALUES (?1, ?2)").Bind(1, name).Bind(2, created),
            ({ } old, null) => Use("DELETE FROM refs WHERE name = ?1 AND hash = ?2").Bind(1, name).Bind(2, old),
            ({ } old, { } moved) => Use("UPDATE refs SET hash = ?3 WHERE name = ?1 AND hash = ?2").Bind(1, name).Bind(2, old).Bind(3, moved),
        };
        var found = statement.Step();
        return expected is null && next is null ? !found : _connection.Changes == 1;
    }

    public Hash AppendOperation(OperationDraft operation)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var (number, previous) = StoreDatabase.ReadOperationHead(_connection);
        var body = OperationCodec.Encode(number + 1, previous, operation);
        var hash = Hash.Of(body);
        using var insert = Use("INSERT INTO operations (number, hash, body) VALUES (?1, ?2, ?3)").Bind(1, number + 1).Bind(2, hash).Bind(3, body);
        insert.Run();
        _appended = new OperationHead(number + 1, hash);
        return hash;
    }

    public void PutDocument(string collection, string id, ReadOnlySpan<byte> body)
    {
        using var put = Use("INSERT OR REPLACE INTO documents (collection, id, body, seal) VALUES (?1, ?2, ?3, ?4)")
            .Bind(1, collection).Bind(2, id).Bind(3, body).Bind(4, DocumentSeal.Of(collection, id, body));
        put.Run();
    }

    public void DeleteDocument(string collection, string id)
    {
        using var delete = Use("DELETE FROM documents WHERE collection = ?1 AND id = ?2").Bind(1, collection).Bind(2, id);
        delete.Run();
    }

    public void DeleteCollection(string collection)
    {
        using var delete = Use("DELETE FROM documents WHERE collection = ?1").Bind(1, collection);
        delete.Run();
    }

    public void Commit()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        database.Commit(_connection);
        if (_appended is not null) database.Anchor.Advance(_connection);
        End();
    }

    public void Dispose()
    {
        if (!_ended) End();
    }

    private void End()
    {
        _ended = true;
        database.EndWrite(_connection);
    }

    private Statement Use(string sql)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        return _connection.Use(sql);
    }
}
