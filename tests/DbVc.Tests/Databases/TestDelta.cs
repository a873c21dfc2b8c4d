using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Tests;

/// <summary>The whole content of a database, read through the contract, and the delta between two of them.</summary>
internal sealed class DatabaseContent
{
    public required DatabaseSchema Schema { get; init; }

    public required Dictionary<string, List<Value[]>> Rows { get; init; }

    public static DatabaseContent Read(IDatabase database)
    {
        using var snapshot = database.BeginRead();
        return Read(snapshot);
    }

    public static DatabaseContent Read(IReadSnapshot snapshot)
    {
        var schema = snapshot.ReadSchema();
        return new DatabaseContent { Schema = schema, Rows = schema.Tables.ToDictionary(t => t.Name, t => ReadRows(snapshot, t)) };
    }

    /// <summary>Text that is equal exactly when two databases are: schema statements, and rows as a multiset.</summary>
    public string Dump() => string.Join('\n',
        Schema.Tables.Select(t => t.Sql).Concat(Schema.Objects.Select(o => o.Sql))
            .Concat(Rows.OrderBy(r => r.Key, StringComparer.Ordinal)
                .SelectMany(r => r.Value.Select(v => r.Key + ": " + Show(v)).Order(StringComparer.Ordinal))));

    public static string Show(Value[] row) => string.Join(" | ", row.Select(Show));

    public static string Show(Value value) => value.Kind switch
    {
        ValueKind.Real => "real " + BitConverter.DoubleToInt64Bits(value.AsReal).ToString("x16"),
        ValueKind.Text or ValueKind.Blob => value.Kind + " " + Convert.ToHexStringLower(value.AsBytes.Span),
        _ => value.ToString(),
    };

    private static List<Value[]> ReadRows(IReadSnapshot snapshot, TableSchema table)
    {
        var rows = new List<Value[]>();
        var width = table.StoredColumns.Count();
        using var cursor = snapshot.ReadRows(table);
        while (cursor.Read())
        {
            var row = new Value[width];
            for (var i = 0; i < width; i++)
            {
                row[i] = cursor.KindAt(i) switch
                {
                    ValueKind.Integer => Value.Integer(cursor.IntegerAt(i)),
                    ValueKind.Real => Value.Real(cursor.RealAt(i)),
                    ValueKind.Text => Value.Text(cursor.BytesAt(i).ToArray()),
                    ValueKind.Blob => Value.Blob(cursor.BytesAt(i).ToArray()),
                    _ => Value.Null,
                };
            }

            rows.Add(row);
        }

        return rows;
    }
}

/// <summary>Builds the delta from one content to another, as the version engine would; columns and tables are the same if their names are,
/// or if <c>renames</c> says so (<c>old -> new</c> for a table, <c>table.old -> table.new</c> for a column).</summary>
internal static class TestDelta
{
    public static DatabaseDelta Between(DatabaseContent before, DatabaseContent after, params (string Before, string After)[] renames)
    {
        var newNames = renames.ToDictionary(r => r.Before, r => r.After);
        var tables = new List<TableDelta>();
        var taken = new HashSet<string>();
        foreach (var old in before.Schema.Tables)
        {
            var name = newNames.GetValueOrDefault(old.Name, old.Name);
            var now = after.Schema.FindTable(name);
            var numbered = WithIds(old, (c, i) => i + 1);
            if (now is null)
            {
                tables.Add(new TableDelta(numbered, null, []));
                continue;
            }

            taken.Add(name);
            var fresh = 1000;
            var matched = WithIds(now, (c, _) => numbered.Columns.FirstOrDefault(o =>
                newNames.GetValueOrDefault($"{old.Name}.{o.Name}", $"{name}.{o.Name}") == $"{name}.{c.Name}")?.Id ?? fresh++);
            var rows = Rows(before.Rows[old.Name], after.Rows[name], numbered, matched);
            if (rows.Count > 0 || old.Sql != now.Sql) tables.Add(new TableDelta(numbered, matched, rows));
        }

        tables.AddRange(after.Schema.Tables.Where(t => !taken.Contains(t.Name)).Select(t =>
            new TableDelta(null, WithIds(t, (_, i) => i + 1), after.Rows[t.Name].Select(r => new RowChange(null, r)).ToList())));
        return new DatabaseDelta(tables,
            before.Schema.Objects.Except(after.Schema.Objects).ToList(), after.Schema.Objects.Except(before.Schema.Objects).ToList());
    }

    private static TableSchema WithIds(TableSchema table, Func<Column, int, int> id) =>
        table with { Columns = table.Columns.Select((c, i) => c with { Id = id(c, i) }).ToList() };

    private static List<RowChange> Rows(List<Value[]> before, List<Value[]> after, TableSchema old, TableSchema now)
    {
        var changes = new List<RowChange>();
        if (!old.HasKey || !now.HasKey)
        {
            var counts = before.GroupBy(DatabaseContent.Show).ToDictionary(g => g.Key, g => -g.LongCount());
            foreach (var row in after) counts[DatabaseContent.Show(row)] = counts.GetValueOrDefault(DatabaseContent.Show(row)) + 1;
            var samples = before.Concat(after).DistinctBy(DatabaseContent.Show).ToDictionary(DatabaseContent.Show);
            foreach (var (text, count) in counts.Where(c => c.Value != 0))
            {
                changes.Add(count < 0 ? new RowChange(samples[text], null, -count) : new RowChange(null, samples[text], count));
            }

            return changes;
        }

        var fresh = after.ToDictionary(r => Key(r, now));
        foreach (var row in before)
        {
            fresh.Remove(Key(row, old), out var successor);
            if (successor is null || DatabaseContent.Show(successor) != DatabaseContent.Show(row)) changes.Add(new RowChange(row, successor));
        }

        changes.AddRange(fresh.Values.Select(r => new RowChange(null, r)));
        return changes;
    }

    private static string Key(Value[] row, TableSchema table)
    {
        var stored = table.StoredColumns.Select(c => c.Name).ToList();
        return DatabaseContent.Show(table.PrimaryKey.Select(k => row[stored.IndexOf(k)]).ToArray());
    }
}
