using DbVc.Model;
using Microsoft.Data.Sqlite;

namespace DbVc.Tests;

/// <summary>A real database as an application sees it: what the model does is done to it in SQL, and what it holds is read back in SQL.</summary>
internal sealed class WorldDatabase : IDisposable
{
    private readonly SqliteConnection _connection;

    public WorldDatabase(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        Run("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF; BEGIN");
    }

    public static string Quote(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    public void Run(string sql, params IEnumerable<Value> values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    public void Commit() => Run("COMMIT");

    /// <summary>Puts a row into its place, over the one that is there.</summary>
    public void Put(NaiveDatabase model, string table, Value[] row)
    {
        var schema = model.Tables[table].Schema;
        var columns = schema.Columns.ToList();
        var isThere = table == NaiveDatabase.Items && model.Tables[table].Find(model.Tables[table].IdentityOf(row)) is not null;
        if (isThere)
        {
            var cells = string.Join(", ", columns.Select((c, i) => $"{Quote(c.Name)} = @p{i}"));
            Run($"UPDATE {Quote(schema.Name)} SET {cells} WHERE {Key(model, table)}", row);
            return;
        }

        Run($"INSERT OR REPLACE INTO {Quote(schema.Name)} ({string.Join(", ", columns.Select(c => Quote(c.Name)))}) "
            + $"VALUES ({string.Join(", ", columns.Select((c, i) => Expression(model, c, i)))})", row);
    }

    public void Delete(NaiveDatabase model, string table, NaiveRow row)
    {
        var name = Quote(model.Tables[table].Schema.Name);
        if (row.Identity.StartsWith("counted", StringComparison.Ordinal))
        {
            var all = string.Join(" AND ", model.Tables[table].Schema.Columns.Select((c, i) => $"{Quote(c.Name)} IS @p{i}"));
            Run($"DELETE FROM {name} WHERE rowid = (SELECT rowid FROM {name} WHERE {all} LIMIT 1)", row.Values);
        }
        else
        {
            Run($"DELETE FROM {name} WHERE {Key(model, table)}", row.Values);
        }
    }

    /// <summary>All tables and indexes, in the words of <see cref="NaiveDatabase.Dump"/>; columns come in the model's order.</summary>
    public string Dump(NaiveDatabase model)
    {
        var told = new List<string>();
        var names = Column("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_dbvc*'");
        foreach (var table in model.Tables.Values.Where(t => names.Remove(t.Schema.Name))) told.Add(DumpTable(model, table));
        told.AddRange(names.Select(n => "table " + n));
        told.AddRange(Column("""
            SELECT 'index ' || m.name || ' on ' || m.tbl_name || ' (' || i.name || ')' FROM sqlite_master m, pragma_index_info(m.name) i
            WHERE m.type = 'index' AND m.sql IS NOT NULL ORDER BY m.name
            """));
        return string.Join('\n', told);
    }

    /// <summary>The numbers of numbered rows, by the text that names them.</summary>
    public Dictionary<string, long> Numbers(NaiveDatabase model)
    {
        var numbers = new Dictionary<string, long>();
        var name = Quote(model.NameOf(NaiveDatabase.Items, NaiveDatabase.UidColumn));
        using var command = Command($"SELECT {name}, id FROM {Quote(model.Tables[NaiveDatabase.Items].Schema.Name)}", []);
        using var reader = command.ExecuteReader();
        while (reader.Read()) numbers.Add(reader.GetString(0), reader.GetInt64(1));
        return numbers;
    }

    public void Dispose() => _connection.Dispose();

    private string DumpTable(NaiveDatabase model, NaiveTable table)
    {
        var columns = Column($"SELECT name FROM pragma_table_info('{table.Schema.Name.Replace("'", "''", StringComparison.Ordinal)}')");
        if (table.Schema.Id == NaiveDatabase.Items) columns.Remove("id");
        var head = $"table {table.Schema.Name} ({string.Join(' ', columns.Order(StringComparer.Ordinal))})\n";
        if (table.Schema.Columns.Any(c => !columns.Contains(c.Name))) return head;
        var read = new NaiveTable(table.Schema);
        var cells = string.Join(", ", table.Schema.Columns.Select(c => Reading(model, c)));
        using var command = Command($"SELECT {cells} FROM {Quote(table.Schema.Name)} AS t", []);
        using var reader = command.ExecuteReader();
        while (reader.Read()) read.Put([.. Enumerable.Range(0, reader.FieldCount).Select(i => ValueOf(reader.GetValue(i)))]);
        return head + read.Dump();
    }

    private static string Reading(NaiveDatabase model, Column column)
    {
        if (column.Id != NaiveDatabase.ReferenceColumn) return "t." + Quote(column.Name);
        var (items, uid) = (model.Tables[NaiveDatabase.Items].Schema.Name, model.NameOf(NaiveDatabase.Items, NaiveDatabase.UidColumn));
        return $"(SELECT {Quote(uid)} FROM {Quote(items)} AS r WHERE r.id = t.{Quote(column.Name)})";
    }

    private static string Expression(NaiveDatabase model, Column column, int at)
    {
        if (column.Id != NaiveDatabase.ReferenceColumn) return "@p" + at;
        var (items, uid) = (model.Tables[NaiveDatabase.Items].Schema.Name, model.NameOf(NaiveDatabase.Items, NaiveDatabase.UidColumn));
        return $"(SELECT id FROM {Quote(items)} WHERE {Quote(uid)} = @p{at})";
    }

    private static string Key(NaiveDatabase model, string table)
    {
        var schema = model.Tables[table].Schema;
        var columns = schema.Columns.ToList();
        return string.Join(" AND ", schema.PrimaryKey.Select(k => columns.FindIndex(c => c.Name == k))
            .Select(i => $"{Quote(columns[i].Name)} = {Expression(model, columns[i], i)}"));
    }

    private List<string> Column(string sql)
    {
        var found = new List<string>();
        using var command = Command(sql, []);
        using var reader = command.ExecuteReader();
        while (reader.Read()) found.Add(reader.GetString(0));
        return found;
    }

    private SqliteCommand Command(string sql, IEnumerable<Value> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        var at = 0;
        foreach (var value in values)
        {
            command.Parameters.AddWithValue("@p" + at++, value.Kind switch
            {
                ValueKind.Integer => value.AsInteger,
                ValueKind.Real => value.AsReal,
                ValueKind.Text => value.AsText,
                ValueKind.Blob => value.AsBytes.ToArray(),
                _ => DBNull.Value,
            });
        }

        return command;
    }

    private static Value ValueOf(object value) => value switch
    {
        long integer => Value.Integer(integer),
        double real => Value.Real(real),
        string text => Value.Text(text),
        byte[] blob => Value.Blob(blob),
        _ => Value.Null,
    };
}
