using DbVc.Model;

namespace DbVc.Tests;

/// <summary>One random change of a definition, done to a database and to its model.</summary>
internal sealed class WorldSchemaChange(NaiveDatabase model, WorldDatabase database, Random random, int fresh)
{
    public string Run()
    {
        var id = model.Tables.Keys.ElementAt(random.Next(model.Tables.Count));
        var isOwn = id.StartsWith("extra", StringComparison.Ordinal);
        return random.Next(8) switch
        {
            0 or 1 => AddColumn(id),
            2 => RenameColumn(id),
            3 => DropColumn(id),
            4 when id != "docs" => RenameTable(id),
            5 when isOwn => DropTable(id),
            5 => CreateTable(),
            6 when model.Indexes.Count > 0 => DropIndex(model.Indexes.Keys.ElementAt(random.Next(model.Indexes.Count))),
            _ => CreateIndex(id),
        };
    }

    private string Name(string id) => WorldDatabase.Quote(model.Tables[id].Schema.Name);

    /// <summary>Columns that carry no policy and no key.</summary>
    private List<Column> Free(string id)
    {
        var schema = model.Tables[id].Schema;
        return [.. schema.Columns.Where(c => !schema.PrimaryKey.Contains(c.Name) && c.Name is not ("n" or "m"))];
    }

    private string AddColumn(string id)
    {
        var table = model.Tables[id];
        if (table.Schema.Columns.Count > 7) return "add nothing";
        var column = new Column
        {
            Id = 1000 + fresh,
            Name = (random.Next(4) == 0 ? "c d" : "c") + fresh,
            DeclaredType = random.Next(2) == 0 ? "INTEGER" : "TEXT",
        };
        if (column.DeclaredType == "INTEGER" && random.Next(2) == 0) column = column with { DefaultSql = "7" };
        var given = column.DefaultSql is null ? "" : " DEFAULT " + column.DefaultSql;
        database.Run($"ALTER TABLE {Name(id)} ADD COLUMN {WorldDatabase.Quote(column.Name)} {column.DeclaredType}{given}");
        Put(id, table.Schema with { Columns = [.. table.Schema.Columns, column] });
        return $"add column {table.Schema.Name}.{column.Name}";
    }

    private string RenameColumn(string id)
    {
        var table = model.Tables[id].Schema;
        var column = table.Columns[random.Next(table.Columns.Count)];
        if (column.Name is "n" or "m") return "rename nothing";
        var name = "r" + fresh;
        database.Run($"ALTER TABLE {Name(id)} RENAME COLUMN {WorldDatabase.Quote(column.Name)} TO {name}");
        Put(id, table with
        {
            Columns = [.. table.Columns.Select(c => c.Id == column.Id ? c with { Name = name } : c)],
            PrimaryKey = [.. table.PrimaryKey.Select(k => k == column.Name ? name : k)],
        });
        return $"rename column {table.Name}.{column.Name} to {name}";
    }

    private string DropColumn(string id)
    {
        var table = model.Tables[id].Schema;
        var free = Free(id);
        if (free.Count == 0 || table.Columns.Count < 3) return "drop nothing";
        var column = free[random.Next(free.Count)];
        foreach (var index in model.Indexes.Where(i => i.Value == new NaiveIndex(id, column.Id)).Select(i => i.Key).ToList()) DropIndex(index);
        database.Run($"ALTER TABLE {Name(id)} DROP COLUMN {WorldDatabase.Quote(column.Name)}");
        Put(id, table with { Columns = [.. table.Columns.Where(c => c.Id != column.Id)] });
        return $"drop column {table.Name}.{column.Name}";
    }

    private string RenameTable(string id)
    {
        var table = model.Tables[id].Schema;
        var name = (random.Next(3) == 0 ? "table of " : "t") + fresh;
        database.Run($"ALTER TABLE {Name(id)} RENAME TO {WorldDatabase.Quote(name)}");
        Put(id, table with { Name = name });
        return $"rename table {table.Name} to {name}";
    }

    private string CreateTable()
    {
        if (model.Tables.Count > 8) return "create nothing";
        var name = "extra" + fresh;
        database.Run($"CREATE TABLE {name} (k TEXT PRIMARY KEY, p INTEGER, q{fresh})");
        model.Add(name, ["k"], (2000 + 3 * fresh, "k", "TEXT"), (2001 + 3 * fresh, "p", "INTEGER"), (2002 + 3 * fresh, "q" + fresh, ""));
        return $"create table {name}";
    }

    private string DropTable(string id)
    {
        var name = model.Tables[id].Schema.Name;
        database.Run($"DROP TABLE {Name(id)}");
        foreach (var index in model.Indexes.Where(i => i.Value.Table == id).Select(i => i.Key).ToList()) model.Indexes.Remove(index);
        model.Remove(id);
        return $"drop table {name}";
    }

    private string CreateIndex(string id)
    {
        var table = model.Tables[id].Schema;
        var column = table.Columns[random.Next(table.Columns.Count)];
        var name = "i" + fresh;
        database.Run($"CREATE INDEX {name} ON {Name(id)} ({WorldDatabase.Quote(column.Name)})");
        model.Put(name, new NaiveIndex(id, column.Id));
        return $"create index {name} on {table.Name} ({column.Name})";
    }

    private string DropIndex(string name)
    {
        database.Run("DROP INDEX " + name);
        model.Put(name, (NaiveIndex?)null);
        return $"drop index {name}";
    }

    private void Put(string id, TableSchema schema) => model.Put(id, model.Tables[id].ChangeSchema(schema));
}
