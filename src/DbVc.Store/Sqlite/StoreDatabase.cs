using System.Collections.Concurrent;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>The file <c>commit-history.db</c>: its tables, its format version, and connections to it.</summary>
internal sealed class StoreDatabase : IDisposable
{
    public const string FileName = "commit-history.db";

    /// <summary>Version of the tables, the packs and the encodings of trees and rows; part of the on-disk format.</summary>
    public const int FormatVersion = 3;

    private const string Schema = """
        CREATE TABLE format (version INTEGER NOT NULL, generation INTEGER NOT NULL);
        CREATE TABLE commits (id BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE refs (name TEXT PRIMARY KEY, hash BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE operations (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, body BLOB NOT NULL);
        CREATE TABLE documents (
            collection TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (collection, id)) WITHOUT ROWID;
        CREATE TABLE packs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
        CREATE TABLE chunks (hash BLOB PRIMARY KEY, pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, base BLOB) WITHOUT ROWID;
        CREATE TABLE condemned (
            hash BLOB PRIMARY KEY, pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, base BLOB,
            generation INTEGER NOT NULL) WITHOUT ROWID;
        """;

    private readonly string _path;
    private readonly ConcurrentStack<StoreConnection> _idleWriters = new();

    private StoreDatabase(string path, StoreProbe probe)
    {
        (_path, Probe) = (path, probe);
        Anchor = new OperationAnchor(Path.GetDirectoryName(path)!);
    }

    public StoreProbe Probe { get; }

    /// <summary>The newest entry of the operation log, as it is known outside of it.</summary>
    public OperationAnchor Anchor { get; }

    public static StoreDatabase Create(string folder, StoreProbe probe)
    {
        var path = Path.Combine(folder, FileName);
        using (var connection = StoreConnection.Open(path, create: true))
        {
            connection.Execute("BEGIN IMMEDIATE");
            // A Create that was killed leaves a file without tables; that one may be finished.
            if (ReadVersion(connection) is not null)
            {
                throw new DbVcException(FailureKind.Refused, "store.exists", "There is a repository here already.", path);
            }

            connection.Execute(Schema);
            connection.Execute($"INSERT INTO format (version, generation) VALUES ({FormatVersion}, 0)");
            connection.Execute("COMMIT");
        }

        return new StoreDatabase(path, probe);
    }

    public static StoreDatabase Open(string folder, StoreProbe probe)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new DbVcException(FailureKind.Failed, "store.missing", "There is no repository here.", path,
                "Run db-vc init --database <file> first, or change to the folder of a repository.");
        }

        using var connection = StoreConnection.Open(path, create: false);
        var version = ReadVersion(connection)
            ?? throw new DbVcException(FailureKind.Failed, "store.incomplete", "Creating this repository was interrupted.", path, "Run db-vc init again.");
        if (version != FormatVersion)
        {
            throw new DbVcException(FailureKind.Failed, "store.format",
                $"The repository has format {version}; this program reads format {FormatVersion}.", path,
                version > FormatVersion ? "Use a newer db-vc." : "Use the db-vc that made it.");
        }

        return new StoreDatabase(path, probe);
    }

    public StoreConnection OpenConnection() => StoreConnection.Open(_path, create: false);

    /// <summary>A connection inside BEGIN IMMEDIATE; give it back with <see cref="EndWrite"/>.</summary>
    public StoreConnection BeginWrite()
    {
        if (!_idleWriters.TryPop(out var connection)) connection = OpenConnection();
        try
        {
            connection.Execute("BEGIN IMMEDIATE");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Rolls back what was not committed and keeps the connection for the next writer.</summary>
    public void EndWrite(StoreConnection connection)
    {
        connection.Rollback();
        _idleWriters.Push(connection);
    }

    /// <summary>Durable when it returns.</summary>
    public void Commit(StoreConnection connection)
    {
        Probe.Reach(StoreStep.Commit);
        connection.Execute("COMMIT");
        Probe.Reach(StoreStep.Committed);
    }

    /// <summary>Runs <paramref name="change"/> in one transaction.</summary>
    public void Write(Action<StoreConnection> change)
    {
        var connection = BeginWrite();
        try
        {
            change(connection);
            Commit(connection);
        }
        finally
        {
            EndWrite(connection);
        }
    }

    /// <summary>The hash that an entry of the operation log is stored under; null if there is no such entry.</summary>
    public static Hash? FindOperation(StoreConnection connection, long number)
    {
        using var query = connection.Use("SELECT hash FROM operations WHERE number = ?1").Bind(1, number);
        return query.Step() && query.Blob(0).Length == Hash.Size ? query.ReadHash(0) : null;
    }

    /// <summary>The newest entry of the operation log; number 0 where there is none.</summary>
    public static OperationHead ReadOperationHead(StoreConnection connection)
    {
        using var query = connection.Use("SELECT number, hash FROM operations ORDER BY number DESC LIMIT 1");
        return query.Step() ? new OperationHead(query.Integer(0), query.ReadHash(1)) : new OperationHead(0, Hash.None);
    }

    public void Dispose()
    {
        while (_idleWriters.TryPop(out var connection)) connection.Dispose();
    }

    private static long? ReadVersion(StoreConnection connection)
    {
        using var table = connection.Use("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'format'");
        if (!table.Step()) return null;
        using var query = connection.Use("SELECT version FROM format");
        return query.Step() ? query.Integer(0) : null;
    }
}
