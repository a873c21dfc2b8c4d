using DbVc.Databases;

namespace DbVc.Tests;

/// <summary>What an engine must bring to take part in <see cref="DatabaseConformance"/>.</summary>
public abstract class DatabaseFixture : IDisposable
{
    public abstract IDatabaseProvider Provider { get; }

    /// <summary>A location where no database is yet; removed with the fixture.</summary>
    public abstract string NewLocation();

    /// <summary>Runs a script of several statements by a way other than the provider.</summary>
    public abstract void Execute(string location, string sql);

    /// <summary>Begins a transaction that wrote <paramref name="sql"/> and holds the write lock until it is committed, or disposed and rolled back.</summary>
    public abstract HeldWrite HoldWrite(string location, string sql);

    /// <summary>Names of all that db-vc made in a database.</summary>
    public abstract IReadOnlyList<string> ListOwn(string location);

    /// <summary>Waits until every transaction that is there now is over: where a server is shared, those of other tests count, too.</summary>
    public virtual void Settle(string location)
    {
        // Nobody else is there.
    }

    /// <summary>Gives a column of a tracked table's key another name. Where the engine's triggers would then keep everybody from writing, tracking is taken
    /// off around it, as whoever does it there has to.</summary>
    public virtual void RenameTrackedColumn(string location, string table, string from, string to) =>
        Execute(location, $"ALTER TABLE {table} RENAME COLUMN {from} TO {to}");

    /// <summary>The type of a column that holds bytes.</summary>
    public abstract string BlobType { get; }

    public abstract string Quote(string name);

    /// <summary>Digits that a decimal keeps: SQLite has no decimals, only numbers of 64 bits.</summary>
    public virtual int DecimalDigits => 28;

    /// <summary>What a user types for a table of this name.</summary>
    public virtual string TableName(string name) => name;

    /// <summary>A name that is as odd as the engine takes one (MariaDB: characters of the basic plane).</summary>
    public virtual string OddName(string name) => name;

    /// <summary>What an index is called among the objects of a database.</summary>
    public virtual string IndexName(string table, string index) => index;

    /// <summary>SQL that creates a trigger which adds a row to <c>audit(note)</c> on every insert, update and delete of <paramref name="table"/>.</summary>
    public abstract string AuditTrigger(string table);

    /// <summary>SQL statements that must be refused by <see cref="IDatabase.Query"/>, and do nothing.</summary>
    public abstract IReadOnlyList<string> ForbiddenQueries { get; }

    /// <summary>A query that never ends.</summary>
    public abstract string EndlessQuery { get; }

    public IDatabase NewDatabase(string sql, out string location)
    {
        location = NewLocation();
        Provider.Create(location);
        if (sql.Length > 0) Execute(location, sql);
        return Provider.Open(location);
    }

    public abstract void Dispose();
}
