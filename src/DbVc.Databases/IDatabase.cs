using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// A live database of one engine. Nothing here knows a commit or a branch: callers hand in plans, engines carry them out.
/// Every method may throw <see cref="DbVcException"/> with codes <c>database.missing</c>, <c>database.not-a-database</c>,
/// <c>database.read-only</c>, <c>database.locked</c> (kind Locked), <c>database.full</c>.
/// </summary>
public interface IDatabase : IDisposable
{
    /// <summary>For people and <c>branch show</c>: a path, or a connection string without password.</summary>
    string Display { get; }

    DatabaseCapabilities Capabilities { get; }

    /// <summary>Opens one consistent view of the whole database. Writers are not blocked beyond a short copy.</summary>
    IReadSnapshot BeginRead();

    /// <summary>The same for one who at once reads what changed since a mark, and disposes it: where that is little, it may be read under a lock.</summary>
    IReadSnapshot BeginCapture() => BeginRead();

    /// <summary>Opens the one writing transaction, taking the engine's write lock at once; throws kind Locked after <paramref name="lockTimeout"/>.</summary>
    IApplySession BeginApply(TimeSpan lockTimeout);

    /// <summary>Opens a transaction for loading many rows into one existing table with the engine's fastest path.
    /// <paramref name="options"/> null means <see cref="LoadOptions.Default"/>.</summary>
    IBulkLoad BeginLoad(TableSchema table, TimeSpan lockTimeout, LoadOptions? options = null);

    /// <summary>Runs one read-only statement of untrusted SQL: no writes, no attach, no extension, bounded rows and time.</summary>
    IQueryResult Query(string sql, QueryLimits limits);

    /// <summary>Writes the database anew, so that no byte of what was deleted or overwritten is left in its files. Waits for its lock as
    /// <see cref="BeginApply"/> does.</summary>
    void Scrub(TimeSpan lockTimeout);

    /// <summary>Bytes that it takes on the disk or the server.</summary>
    long ReadSize();

    /// <summary>The highest key that was ever handed out, for tables whose engine remembers it past the deletion of the row (SQLite:
    /// AUTOINCREMENT). Tables not in it hand out what follows their highest present key.</summary>
    IReadOnlyDictionary<string, long> ReadHighestKeys();

    /// <summary>Which tables write their changes to a log.</summary>
    TrackingReport ReadTracking();

    /// <summary>Makes tables write their changes to a log, so that capture costs what changed; <paramref name="tables"/> null means all. Changes of
    /// concurrent writers are either before it or in the log. On already: repaired where something is missing. Throws usage failure
    /// <c>table.missing</c>.</summary>
    void StartTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null);

    /// <summary>Takes the triggers away, and with the last of them the log.</summary>
    void StopTracking(TimeSpan lockTimeout, IReadOnlyCollection<string>? tables = null);
}

/// <summary>What an engine promises, and what not.</summary>
/// <param name="TransactionalDdl">Schema changes roll back with the transaction.</param>
/// <param name="CheapClone">Cloning costs next to nothing here (reflink).</param>
public sealed record DatabaseCapabilities(bool TransactionalDdl, bool CheapClone);

/// <summary>Opens databases of one engine and makes isolated copies of them.</summary>
public interface IDatabaseProvider
{
    /// <summary>The engine's name, for example <c>sqlite</c>.</summary>
    string Engine { get; }

    /// <summary>True if the live database may be copied whole into a private one (SQLite: on the same disk, by the fastest way). Otherwise the private copy
    /// of main is filled from the store, so that production is not read once more.</summary>
    bool ClonesLive { get; }

    /// <summary>The engine's SQL, for scripts that people run themselves.</summary>
    ISqlDialect Scripts { get; }

    /// <summary>How the engine holds the types of metadata.</summary>
    ITableMaker Tables { get; }

    /// <summary>The engine's language, for merging definitions.</summary>
    ISchemaDialect Dialect { get; }

    IDatabase Open(string location);

    /// <summary>The same for whoever does one thing after the other on it: where connecting costs something, one connection stays between them until it is
    /// disposed. Meanwhile the database can be neither copied nor renamed.</summary>
    IDatabase OpenConnected(string location) => Open(location);

    /// <summary>True if there is a database at the location. Throws where it cannot be asked.</summary>
    bool Exists(string location);

    /// <summary>Where a private database lies or will lie. Throws usage failure <c>branches.server-unset</c> where the engine needs a server for private
    /// databases and none was named.</summary>
    string Locate(PrivateDatabase place);

    /// <summary>Locations of all private databases of a repository on the work server, whole or not; for files those below
    /// <see cref="ProviderOptions.PrivateFolder"/>. Copies that the engine keeps ready of one of them go without saying, and with it.</summary>
    IReadOnlyList<string> ListPrivate(string repository);

    /// <summary>Removes what a killed <see cref="Clone"/> or <see cref="Create"/> left of a private database, if anything; a whole database stays. Nobody else
    /// may be making one there meanwhile.</summary>
    void RemoveDrafts(string location);

    /// <summary>Makes an empty database; fails if one is there. A private one keeps and sorts text as the live database does; throws
    /// <c>branches.locale</c> where its server cannot.</summary>
    void Create(string location);

    /// <summary>A consistent, isolated, durable copy of <paramref name="source"/> at <paramref name="destination"/> by the fastest safe way.
    /// Either the whole copy stands at the destination afterwards, or nothing.</summary>
    /// <param name="source">What is copied.</param>
    /// <param name="destination">Where the copy will stand.</param>
    /// <param name="tracks">The copy writes down what changes in it before anybody else can reach it, where the engine could not tell otherwise without
    /// looking at whole tables.</param>
    /// <returns>The mark (<see cref="IReadSnapshot.Mark"/>) of the copy before anybody else could reach it, where having it costs nothing; else null.</returns>
    string? Clone(string source, string destination, bool tracks = false);

    /// <summary>True if a mark of a database says as much about a copy of its storage: what changed in the copy is found by comparing the two.</summary>
    bool MarksHoldForCopies => false;

    /// <summary>Runs one read-only statement of untrusted SQL on a database as it was, without making that database: rows are read as the statement
    /// asks for them. <paramref name="history"/> must stay readable until the answer is disposed.</summary>
    IQueryResult QueryHistory(IHistory history, string sql, QueryLimits limits);

    /// <summary>Drops what was made on the work server to answer questions about a repository's past.</summary>
    /// <param name="repository">The repository's id.</param>
    /// <param name="unusedFor">What nobody asked for so long; null drops nothing, only counts.</param>
    /// <param name="evenUsed">Also what is being read: whoever reads it fails.</param>
    PastKept SweepHistory(string repository, TimeSpan? unusedFor, bool evenUsed = false) => PastKept.None;

    /// <summary>Removes a database made by <see cref="Create"/> or <see cref="Clone"/>, with its side files, drafts and copies that lie
    /// ready of it. Nothing there is no error.</summary>
    void Drop(string location);
}

/// <summary>A database that db-vc makes for itself: main's copy, a branch's instance. The engine turns it into a location.</summary>
/// <param name="Folder">Where it lies if it is a file.</param>
/// <param name="File">Its name in the folder if it is a file.</param>
/// <param name="Repository">The repository's id.</param>
/// <param name="Id">Names it in the repository if it lies on a server: <c>dbvc_REPOSITORY_ID</c>, the repository's first 8 digits.</param>
public sealed record PrivateDatabase(string Folder, string File, string Repository, string Id);

/// <summary>One consistent view of a database. It and its cursors belong to one thread at a time.</summary>
public interface IReadSnapshot : IDisposable
{
    /// <summary>What is in the database, cannot be versioned and is left out, each with the reason (SQLite: virtual tables).</summary>
    IReadOnlyList<UnversionedItem> Unversioned { get; }

    /// <summary>The <c>_dbvc_state</c> row as the snapshot sees it; null if there is none.</summary>
    LiveState? State { get; }

    /// <summary>All user tables and objects; db-vc's own (<c>_dbvc_*</c>, <c>_rejected_*</c>) and the engine's are left out.
    /// <see cref="Column.Id"/> is 0 here: identity is the version engine's to give.</summary>
    DatabaseSchema ReadSchema();

    /// <summary>Reads the stored columns of all rows, in primary key order where the engine can give it cheaply.</summary>
    IRowCursor ReadRows(TableSchema table);

    /// <summary>Lets other threads read the very view that this one sees; null where the engine cannot. Asked for while no cursor is open.</summary>
    SharedView? Share() => null;

    /// <summary>What this snapshot sees, for a later one to compare with; null where the engine cannot tell. At most 64 KiB, and nobody else's to
    /// read. Making it may cost a pass over the database, so it is asked for only where it is kept.</summary>
    string? Mark { get; }

    /// <summary>What changed since a snapshot of this database, or of a copy of it, that had this mark. Null where that cannot be told, and for a mark
    /// that is damaged or of another database: everything has to be read then.</summary>
    IChangeReader? ChangesSince(string mark);
}

/// <summary>Further readers of one view, whose snapshot stays open meanwhile.</summary>
/// <param name="Most">How many there may be.</param>
/// <param name="Open">Opens one, on any thread; null where no connection is to be had, or waiting for it could take for ever.</param>
public sealed record SharedView(int Most, Func<IReadSnapshot?> Open);

/// <summary>Something in a database that is left out of every commit.</summary>
/// <param name="Name">For example <c>table texts</c>.</param>
/// <param name="Reason">Why, as the rest of a sentence: <c>it is a virtual table</c>.</param>
public sealed record UnversionedItem(string Name, string Reason)
{
    /// <summary>A user's table whose name says that it is db-vc's.</summary>
    internal static UnversionedItem Reserved(string table) => new("table " + table, ReservedReason);

    internal const string ReservedReason = "names that begin with _rejected_ are for what branches have rejected";
}

/// <summary>Moves over rows without copying values. Spans are valid until the next <see cref="Read"/>.</summary>
public interface IRowCursor : IDisposable
{
    bool Read();

    ValueKind KindAt(int column);

    long IntegerAt(int column);

    double RealAt(int column);

    /// <summary>The bytes of text or blob.</summary>
    ReadOnlySpan<byte> BytesAt(int column);
}

/// <summary>Identity and version of a live database, kept in its <c>_dbvc_state</c> table.</summary>
/// <param name="RepositoryId">The repository that versions it.</param>
/// <param name="DatabaseId">This database; a copy is noticed because two files claim it.</param>
/// <param name="Commit">40 hexadecimal digits of the commit the database is at.</param>
/// <param name="OperationHead">The head of the operation log when it was written.</param>
public sealed record LiveState(string RepositoryId, string DatabaseId, string Commit, string OperationHead);

/// <summary>
/// The one writing transaction of apply. The user's own triggers do not fire and foreign keys do not cascade inside it:
/// their effects are in the delta. Disposed without <see cref="Commit"/> it leaves nothing behind.
/// </summary>
public interface IApplySession : IDisposable
{
    /// <summary>The locked <c>_dbvc_state</c>; null if there is none yet.</summary>
    LiveState? State { get; }

    /// <summary>Said before <see cref="Apply"/>: keeps the tables behind these invariants from being written by others until the session ends, so that what
    /// <see cref="CheckInvariants"/> finds still holds at the commit. Throws as that does for an invariant that cannot be run.</summary>
    void Hold(IReadOnlyList<Invariant> invariants);

    /// <summary>
    /// Carries out schema and row changes. Before a row is touched it is compared, byte for byte, with what the delta expects:
    /// a row that moved, is missing, or exists where none should is returned, and the session must then be abandoned.
    /// A table or object whose DDL is not the expected one is returned as a row with key <c>schema</c>.
    /// Order inside is free (deletes first, then inserts), so swapping unique values works. Row changes are held packed, few in memory, many in a file.
    /// Throws kind Refused, code <c>apply.altered</c>, when the database would store a value differently than the delta says.
    /// </summary>
    /// <param name="delta">The change.</param>
    /// <param name="isAsCaptured">Asked about each table that is dropped or loses a column, whether its rows still are those that the delta was made
    /// from: nothing else would tell that somebody wrote there since. Null takes them away unasked.</param>
    ApplyResult Apply(DatabaseDelta delta, Func<TableSchema, IRowCursor, bool>? isAsCaptured = null);

    /// <summary>Checks what <see cref="Apply"/> could not on the tables of <paramref name="delta"/> and those that refer to them (SQLite: foreign keys).
    /// Violations that stood there before and that the delta does not touch are not reported.</summary>
    IReadOnlyList<ConstraintViolation> CheckConstraints(DatabaseDelta delta);

    /// <summary>
    /// Runs invariants on the state that the session made, read-only; a few rows that they return are the violations. Throws kind Refused,
    /// <c>invariant.failed</c> for one that cannot be run there, <c>invariant.limit</c> for one that does not end within <paramref name="maxTime"/>.
    /// </summary>
    IReadOnlyList<ConstraintViolation> CheckInvariants(IReadOnlyList<Invariant> invariants, TimeSpan maxTime);

    /// <summary>Keeps everybody else from writing to the database until the session ends; readers go on. Where the engine cannot, it holds the rows that were
    /// tried last, as it finds them now. False where it can do neither: nothing is held then. Throws kind Locked as <see cref="IDatabase.BeginApply"/> does.
    /// </summary>
    /// <param name="tried">The change that rows kept moving under.</param>
    bool HoldWriters(DatabaseDelta tried) => false;

    /// <summary>Creates <c>_dbvc_state</c> if need be and writes it.</summary>
    void SetState(LiveState state);

    /// <summary>The changes that the snapshot of this mark saw are in a commit now: removes exactly those from the log of changes, if there is one.
    /// A mark that says nothing here does nothing.</summary>
    void Forget(string mark);

    /// <summary>Durable when it returns.</summary>
    void Commit();
}

/// <summary>What stood in the way of a delta; each list is cut off after 100 entries. If either has an entry the session must be abandoned.</summary>
/// <param name="Moved">Rows that no longer are what the delta expected; then nothing else was tried.</param>
/// <param name="Violations">Constraints that the new rows break.</param>
public sealed record ApplyResult(IReadOnlyList<MovedRow> Moved, IReadOnlyList<ConstraintViolation> Violations)
{
    public bool IsClean => Moved.Count == 0 && Violations.Count == 0;
}

/// <summary>How rows are loaded.</summary>
/// <param name="ForeignKeys">A row that refers to nothing is refused.</param>
/// <param name="Triggers">The user's own triggers fire.</param>
public sealed record LoadOptions(bool ForeignKeys, bool Triggers)
{
    /// <summary>As an application inserts.</summary>
    public static LoadOptions Default { get; } = new(true, true);

    /// <summary>As a backup is put back: rows only, in any order of tables, each known to be good.</summary>
    public static LoadOptions Raw { get; } = new(false, false) { IsStrict = true };

    /// <summary>A row that is refused ends the load: whichever call notices throws kind Refused, <c>constraint.violated</c> or <c>value.rejected</c>. Nothing
    /// has to be taken back then, so rows stream.</summary>
    public bool IsStrict { get; init; }

    /// <summary>What becomes of a row whose primary key the table, or the load itself, has already. All but <see cref="ExistingRow.Refuse"/> want a table
    /// with a key whose columns are loaded, and no strict load.</summary>
    public ExistingRow Existing { get; init; }

    /// <summary>All rows of the table are removed first, in the same transaction.</summary>
    public bool Empties { get; init; }
}

/// <summary>What a load does with a row whose primary key is there.</summary>
public enum ExistingRow
{
    /// <summary>It breaks the key's constraint and is refused.</summary>
    Refuse,

    /// <summary>It takes the place of what is there; columns that are not loaded stay. Where it is the same already, nothing is written.</summary>
    Replace,

    /// <summary>What is there stays, and the row is passed over.</summary>
    Keep,
}

/// <summary>A row that no longer is what the delta expected.</summary>
public sealed record MovedRow(string Table, string Key, Value[]? Expected, Value[]? Actual);

/// <summary>Loads rows into one table. Set each stored column, then <see cref="Insert"/>; after so many rows as the caller likes, <see cref="Flush"/>.
/// Bytes need to stay valid only until Insert returns.</summary>
public interface IBulkLoad : IDisposable
{
    /// <summary>Each flush asks a server and waits for its answer, so it had better have many rows.</summary>
    bool IsRemote { get; }

    void SetNull(int column);

    void SetInteger(int column, long value);

    void SetReal(int column, double value);

    void SetText(int column, ReadOnlySpan<byte> utf8);

    void SetBlob(int column, ReadOnlySpan<byte> bytes);

    /// <summary>Takes the row; the engine may write it at once or later. A column that was not set is null.</summary>
    void Insert();

    /// <summary>Writes what was taken since the last flush. Returns the rows that broke a constraint: they are not written, all others are, and loading
    /// may go on.</summary>
    IReadOnlyList<RefusedRow> Flush();

    /// <summary>Makes what was flushed durable. Rows that were taken after the last <see cref="Flush"/> are an error of the caller.</summary>
    void Commit();
}

/// <summary>A row that broke a constraint.</summary>
/// <param name="Row">The how-manyeth since the last flush, from 0.</param>
/// <param name="Sentence">What it broke, in the engine's words.</param>
public readonly record struct RefusedRow(int Row, string Sentence);

/// <summary>Bounds on foreign SQL.</summary>
public sealed record QueryLimits(long MaxRows, TimeSpan MaxTime)
{
    public static QueryLimits Default { get; } = new(1_000_000, TimeSpan.FromSeconds(60));
}

/// <summary>A streaming answer to a query.</summary>
public interface IQueryResult : IDisposable
{
    IReadOnlyList<QueryColumn> Columns { get; }

    /// <summary>Rows, each freshly allocated. Throws kind Refused, code <c>query.limit</c>, when a limit is met.</summary>
    IEnumerable<Value[]> Rows { get; }
}

/// <summary>Name and declared type (empty for an expression) of a result column.</summary>
public sealed record QueryColumn(string Name, string Type);
