using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Makes databases: empty ones, and copies of others. A table marks one that is not whole yet,
/// so a copy stands whole under its name or not at all.</summary>
internal static class MySqlClone
{
    private const string DraftTable = "_dbvc_draft";
    private const string DraftComment = "dbvc draft";

    /// <summary>What a killed process leaves bears the mark from its first moment on; servers without comments on databases have the table alone.</summary>
    private const string DraftOption = $" /*M!100500 COMMENT '{DraftComment}' */";

    private const int DatabaseExists = 1007;
    private const int UnknownCharacterSet = 1115;
    private const int UnknownCollation = 1273;

    public static bool Exists(MySqlHandle handle, string database) =>
        handle.ReadInteger($"SELECT count(*) FROM information_schema.schemata WHERE schema_name = {MySqlName.Text(database)}") > 0;

    /// <summary>True for a database in the making: its mark was there before anything else was.</summary>
    public static bool IsDraft(MySqlHandle handle, string database) => handle.ReadInteger(
        $"SELECT (SELECT count(*) FROM information_schema.tables WHERE table_schema = {MySqlName.Text(database)} AND table_name = '{DraftTable}') "
        + "/*M!100500 + (SELECT count(*) FROM information_schema.schemata "
        + $"WHERE schema_name = {MySqlName.Text(database)} AND schema_comment = '{DraftComment}') */") > 0;

    public static void Drop(MySqlHandle handle, string database) => handle.Execute($"DROP DATABASE IF EXISTS {MySqlName.Quote(database)}");

    public static void CreateEmpty(MySqlHandle handle, MySqlAddress address, string options = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
    {
        try
        {
            handle.Execute($"CREATE DATABASE {MySqlName.Quote(address.Database!)} {options}");
        }
        catch (DbVcException failure) when (MySqlError.NumberOf(failure) == DatabaseExists)
        {
            throw new DbVcException(FailureKind.Failed, "database.exists", $"There is already a database '{address.Database}'.", address.Display,
                "Choose another name or drop the database.", failure);
        }
    }

    /// <summary>An empty database that keeps and sorts text as another one does. Throws <c>branches.locale</c> where the server cannot.</summary>
    public static void CreateLike(MySqlHandle handle, MySqlAddress live, MySqlAddress address)
    {
        using var other = MySqlHandle.Open(live);
        var options = ReadOptions(other);
        try
        {
            CreateEmpty(handle, address, options);
        }
        catch (DbVcException failure) when (MySqlError.NumberOf(failure) is UnknownCharacterSet or UnknownCollation)
        {
            throw new DbVcException(FailureKind.Failed, "branches.locale",
                $"The server for private databases cannot sort text as the live database does ({options}).", address.Display,
                "Name another server: db-vc config set branches.server …", failure);
        }
    }

    /// <summary>What <c>CREATE DATABASE</c> says of the handle's own database.</summary>
    public static string ReadOptions(MySqlHandle handle)
    {
        using var row = handle.Query(
            "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = database()");
        return row.Read() ? $"CHARACTER SET {row.TextAt(0)} COLLATE {row.TextAt(1)}" : "";
    }

    /// <summary>Copies what a snapshot of the source sees: on its own server by the server, while nobody writes; else rows go through this process, over
    /// any distance. Returns the mark of what a copy holds that tracks its changes.</summary>
    public static MySqlMark? Run(MySqlAddress source, MySqlAddress destination, TimeSpan timeout, bool tracks = false)
    {
        using var server = MySqlHandle.Open(destination with { Database = null });
        MySqlWriteLock.Take(server, "clone " + destination.Database, timeout);
        // Whoever had begun it is dead, or would have the lock.
        if (IsDraft(server, destination.Database!)) Drop(server, destination.Database!);
        using var copy = MySqlServerCopy.TryBegin(source, destination);
        using var snapshot = MySqlReadSnapshot.Open(source, timeout);
        CreateEmpty(server, destination, snapshot.ReadOptions() + DraftOption);
        try
        {
            server.Execute($"CREATE TABLE {MySqlName.Quote(destination.Database!)}.{DraftTable} (id INT)");
            Fill(snapshot, copy, destination, timeout);
            var mark = tracks ? Track(destination) : null;
            server.Execute($"DROP TABLE {MySqlName.Quote(destination.Database!)}.{DraftTable}");
            if (server.IsMariaDb) server.Execute($"ALTER DATABASE {MySqlName.Quote(destination.Database!)} /*M!100500 COMMENT '' */");
            return mark;
        }
        catch
        {
            Drop(server, destination.Database!);
            throw;
        }
    }

    private static void Fill(MySqlReadSnapshot snapshot, MySqlServerCopy? copy, MySqlAddress destination, TimeSpan timeout)
    {
        var schema = snapshot.ReadSchema();
        using (var handle = MySqlHandle.Open(destination))
        {
            handle.Execute("SET SESSION foreign_key_checks=0");
            foreach (var table in schema.Tables)
            {
                var indexes = schema.Objects.Where(o => o.Kind == SchemaObjectKind.Index && o.Table == table.Name).Select(o => MySqlIndexText.ToPart(o.Sql));
                handle.Execute(indexes.Aggregate(MySqlTableText.Parse(table.Sql), (text, index) => text.With(index)).ToString());
            }
        }

        if (copy?.Holds(schema.Tables) == true) copy.Run(schema.Tables, destination);
        else foreach (var table in schema.Tables) Copy(snapshot, table, destination, timeout);
        using var last = MySqlHandle.Open(destination);
        foreach (var (table, next) in snapshot.ReadCounters())
        {
            last.Execute(string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE {MySqlName.Quote(table)} AUTO_INCREMENT = {next}"));
        }

        foreach (var item in MySqlSchemaChange.InOrder(schema.Objects.Where(o => o.Kind != SchemaObjectKind.Index))) MySqlDefinitions.Execute(last, item.Sql);
        if (snapshot.State is not { } state) return;
        MySqlStateTable.Create(last);
        MySqlStateTable.Write(last, state);
    }

    /// <summary>Nobody writes to a database that still bears its mark, so what the log does not name is as it was copied.</summary>
    private static MySqlMark? Track(MySqlAddress destination)
    {
        using var handle = MySqlHandle.Open(destination);
        MySqlTracking.Start(handle, null);
        return MySqlLogMark.Read(handle) is { } log ? new MySqlMark(null, log) : null;
    }

    private static void Copy(MySqlReadSnapshot snapshot, TableSchema table, MySqlAddress destination, TimeSpan timeout)
    {
        var width = table.StoredColumns.Count();
        using var load = MySqlBulkLoad.Open(destination, table, timeout, LoadOptions.Raw);
        using var rows = snapshot.ReadRows(table);
        Fill(load, rows, width);
    }

    /// <summary>Loads all rows; one that is refused is the failure of the load.</summary>
    public static void Fill(MySqlBulkLoad load, IRowCursor rows, int width)
    {
        while (rows.Read())
        {
            for (var i = 0; i < width; i++) SetCell(load, i, rows);
            load.Insert();
        }

        load.Flush();
        load.Commit();
    }

    private static void SetCell(MySqlBulkLoad load, int column, IRowCursor rows)
    {
        switch (rows.KindAt(column))
        {
            case ValueKind.Integer: load.SetInteger(column, rows.IntegerAt(column)); break;
            case ValueKind.Real: load.SetReal(column, rows.RealAt(column)); break;
            case ValueKind.Null: load.SetNull(column); break;
            default: load.SetBlob(column, rows.BytesAt(column)); break;
        }
    }
}
