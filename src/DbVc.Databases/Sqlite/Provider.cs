using DbVc.Model;

namespace DbVc.Databases;

/// <summary>SQLite databases; a location is the path of the file.</summary>
/// <param name="scratchFolder">A private folder on a disk with room for a copy of the database; consistent temporary copies are made there.</param>
public sealed class SqliteProvider(string scratchFolder) : IDatabaseProvider
{
    public string Engine => DatabaseEngines.Sqlite;

    public bool ClonesLive => true;

    public ISqlDialect Scripts => SqliteScriptDialect.Instance;

    public ITableMaker Tables => SqliteTableMaker.Instance;

    public ISchemaDialect Dialect => SqliteDialect.Instance;

    /// <summary>How long reading waits for a writer that is just committing.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Below it lie the private databases of branches; null where nobody lists them.</summary>
    public string? PrivateFolder { get; init; }

    public IDatabase Open(string location)
    {
        var path = Path.GetFullPath(location);
        try
        {
            using var probe = SqliteHandle.Open(path, SqliteAccess.Read, TimeSpan.Zero);
            probe.ReadInteger("SELECT count(*) FROM sqlite_schema");
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            // A lock proves that it is a database; whoever needs the lock will wait for it.
        }

        return new SqliteDatabase(path, scratchFolder, ReadTimeout);
    }

    public bool Exists(string location) => File.Exists(location);

    public string Locate(PrivateDatabase place) => Path.Combine(place.Folder, place.File);

    /// <summary>Files that are named as the private databases of branches are: twelve hexadecimal digits.</summary>
    public IReadOnlyList<string> ListPrivate(string repository)
    {
        if (PrivateFolder is null || !Directory.Exists(PrivateFolder)) return [];
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        return [.. Directory.EnumerateFiles(PrivateFolder, "*.db*", options).Select(WithoutDraftMark).Where(IsPrivate).Distinct()
            .Order(StringComparer.Ordinal)];
    }

    public void RemoveDrafts(string location)
    {
        var path = Path.GetFullPath(location);
        if (!Directory.Exists(Path.GetDirectoryName(path))) return;
        foreach (var draft in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + SqliteClone.DraftMark + "*")) File.Delete(draft);
    }

    public void Create(string location)
    {
        var path = Path.GetFullPath(location);
        RequireAbsent(path);
        SqliteClone.RemoveSideFiles(path);
        SqliteClone.CreateFile(path, mode: null).Dispose();
        try
        {
            WriteHeader(path);
        }
        catch
        {
            SqliteClone.RemoveFiles(path);
            throw;
        }
    }

    /// <summary>Pages are told by what they hold, whatever file they lie in.</summary>
    public bool MarksHoldForCopies => true;

    /// <summary>Its mark would cost a pass over the file, which sharing its blocks does without.
    /// Nothing is tracked in it: its pages tell what changed.</summary>
    public string? Clone(string source, string destination, bool tracks = false)
    {
        var path = Path.GetFullPath(destination);
        RequireAbsent(path);
        SqliteClone.Run(Path.GetFullPath(source), path, ReadTimeout);
        return null;
    }

    public IQueryResult QueryHistory(IHistory history, string sql, QueryLimits limits) => SqliteQuery.Run(history, sql, limits);

    public void Drop(string location)
    {
        var path = Path.GetFullPath(location);
        if (Directory.Exists(path)) throw SqliteError.NotSqlite(path, "it is a directory");
        SqliteClone.RemoveFiles(path);
        RemoveDrafts(path);
        SqliteReadSnapshot.MapsOf(path, scratchFolder).Drop();
    }

    /// <summary>Without a header the file is empty, and nothing says that it is a database.</summary>
    private static void WriteHeader(string path)
    {
        using var handle = SqliteHandle.Open(path, SqliteAccess.Write, TimeSpan.Zero);
        handle.Execute("BEGIN IMMEDIATE");
        handle.Execute("PRAGMA user_version = 1");
        handle.Execute("PRAGMA user_version = 0");
        handle.Execute("COMMIT");
    }

    private static string WithoutDraftMark(string path) =>
        path.LastIndexOf(SqliteClone.DraftMark, StringComparison.Ordinal) is > 0 and var at ? path[..at] : path;

    private static bool IsPrivate(string path) => path.EndsWith(".db", StringComparison.Ordinal) &&
        Path.GetFileNameWithoutExtension(path) is { Length: 12 } name && name.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    private static void RequireAbsent(string path)
    {
        if (File.Exists(path) || Directory.Exists(path)) throw SqliteError.Exists(path);
    }
}
