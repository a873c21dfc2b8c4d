using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// A connection to a database that exists only in history. It begins empty; when a statement names a table or view that is not there yet,
/// it is looked up, made known, and the statement is prepared again.
/// </summary>
internal sealed class HistoryConnection(SqliteHandle handle, SqliteQueryGuard guard, IHistory history)
{
    private const string NoSuchTable = "no such table: ";
    private const string Schema = "main.";

    private readonly HistoricModule _module = new(handle.Pointer);
    private readonly HashSet<string> _added = new(StringComparer.Ordinal);
    private bool _hasCatalogue;

    /// <summary>Throws what went wrong while reading history, if anything did.</summary>
    public void ThrowFailure() => _module.Failure?.Throw();

    /// <summary>Prepares a statement of untrusted SQL over the tables and views of the history.</summary>
    public SqliteStatement Prepare(string sql)
    {
        var statement = PrepareWithTables(sql);
        if (!guard.Tables.Contains("sqlite_master") || _hasCatalogue) return statement;
        statement.Dispose();
        FillCatalogue();
        return PrepareWithTables(sql);
    }

    private SqliteStatement PrepareWithTables(string sql)
    {
        while (true)
        {
            try
            {
                return handle.Prepare(sql);
            }
            catch (DbVcException)
            {
                ThrowFailure();
                var message = handle.ErrorMessage;
                if (!message.StartsWith(NoSuchTable, StringComparison.Ordinal) || !TryAdd(message[NoSuchTable.Length..])) throw;
            }
        }
    }

    /// <summary>False if there is nothing of that name, or nothing more of it.</summary>
    private bool TryAdd(string name)
    {
        if (history.FindTable(name) is { } table)
        {
            if (!_added.Add(table.Schema.Name)) return false;
            _module.Add(table);
            return true;
        }

        if (history.FindView(name) is not { } view) return name.StartsWith(Schema, StringComparison.OrdinalIgnoreCase) && TryAdd(name[Schema.Length..]);
        if (!_added.Add(view.Name)) return false;
        AddView(view);
        return true;
    }

    private void AddView(SchemaObject view)
    {
        guard.AllowDefinitions = true;
        try
        {
            handle.Execute(view.Sql);
            // A text that makes something else would be asked for again for ever.
            using var made = handle.Prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND name = ?1 COLLATE NOCASE");
            made.BindText(0, view.Name);
            if (made.Step() && made.IntegerAt(0) == 1) return;
        }
        finally
        {
            guard.AllowDefinitions = false;
        }

        throw new DbVcException(FailureKind.Failed, "store.damaged", $"The statement of view '{view.Name}' does not make it.", hint: "Run db-vc verify.");
    }

    /// <summary>Puts the statements of all tables and objects where a query on the catalogue finds them. They are rows and nothing more:
    /// SQLite does not read them again while the connection is open.</summary>
    private void FillCatalogue()
    {
        _hasCatalogue = true;
        guard.Suspend();
        handle.Configure(SqliteQuery.OptionDefensive, false);
        handle.Execute("PRAGMA writable_schema = ON");
        var schema = history.ReadSchema();
        using (var insert = handle.Prepare(
            "INSERT INTO sqlite_schema SELECT ?1, ?2, ?3, 0, ?4 WHERE NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = ?1 AND name = ?2)"))
        {
            foreach (var table in schema.Tables) Insert(insert, "table", table.Name, table.Name, table.Sql);
            foreach (var item in schema.Objects) Insert(insert, item.Kind.ToString().ToLowerInvariant(), item.Name, item.Table ?? item.Name, item.Sql);
        }

        handle.Execute("PRAGMA writable_schema = OFF");
        handle.Configure(SqliteQuery.OptionDefensive, true);
        guard.Resume();
    }

    private static void Insert(SqliteStatement insert, string type, string name, string table, string sql)
    {
        insert.BindText(0, type);
        insert.BindText(1, name);
        insert.BindText(2, table);
        insert.BindText(3, sql);
        insert.Execute();
    }
}
