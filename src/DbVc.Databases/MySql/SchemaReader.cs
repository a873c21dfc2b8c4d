using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What is in a database: the tables that are versioned with their full statements, and what is left out.</summary>
internal sealed record MySqlCatalogue(IReadOnlyList<MySqlCatalogueTable> Tables, IReadOnlyList<UnversionedItem> Unversioned)
{
    public MySqlCatalogueTable? Find(string name) => Tables.FirstOrDefault(t => t.Name == name);
}

/// <summary>A table's name and engine.</summary>
internal sealed record MySqlCatalogueTable(string Name);

/// <summary>Reads tables and objects. All that is said about a table is read out of its own statement, as SHOW CREATE TABLE gives it.</summary>
internal static class MySqlSchemaReader
{
    /// <summary>The tables that can be versioned. Their definitions do not count as data: a snapshot sees the newest.</summary>
    public static MySqlCatalogue ReadTables(MySqlHandle handle)
    {
        var (tables, left) = (new List<MySqlCatalogueTable>(), new List<UnversionedItem>());
        using (var rows = handle.Query(
            "SELECT table_name, table_type, engine FROM information_schema.tables WHERE table_schema = database() ORDER BY table_name"))
        {
            while (rows.Read())
            {
                var (name, type, engine) = (rows.TextAt(0), rows.TextAt(1), rows.NullableTextAt(2));
                if (name.StartsWith("_rejected_", StringComparison.OrdinalIgnoreCase)) left.Add(UnversionedItem.Reserved(name));
                if (MySqlName.IsInternal(name) || type is "VIEW" or "SYSTEM VIEW" or "TEMPORARY") continue;
                if (ReasonAgainst(type, engine) is { } reason) left.Add(new UnversionedItem($"{(type == "SEQUENCE" ? "sequence" : "table")} {name}", reason));
                else tables.Add(new MySqlCatalogueTable(name));
            }
        }

        foreach (var twins in tables.GroupBy(t => t.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).ToList())
        {
            left.AddRange(twins.Select(t => new UnversionedItem($"table {t.Name}", "the name of another table differs from it in case alone")));
            tables.RemoveAll(twins.Contains);
        }

        return new MySqlCatalogue(tables, left);
    }

    /// <summary>The tables of db-vc that a snapshot reads.</summary>
    public static IReadOnlyList<string> ReadOwn(MySqlHandle handle) =>
    [
        .. MySqlObjects.List(handle, "SELECT table_name FROM information_schema.tables WHERE table_schema = database() "
            + $"AND table_name IN ('{MySqlStateTable.Name}', '{MySqlChangeLog.Changes}', '{MySqlChangeLog.Tracking}', '{MySqlChangeLog.Tracked}') ORDER BY 1")
            .Select(r => r[0]),
    ];

    public static DatabaseSchema Read(MySqlHandle handle, MySqlCatalogue catalogue, List<UnversionedItem>? left = null)
    {
        var (tables, objects) = (new List<TableSchema>(), new List<SchemaObject>());
        foreach (var table in catalogue.Tables)
        {
            var (schema, indexes) = Split(ReadText(handle, table.Name)!);
            tables.Add(schema);
            objects.AddRange(indexes);
        }

        objects.AddRange(MySqlObjects.Read(handle, [.. catalogue.Tables.Select(t => t.Name)], left ?? []));
        return new DatabaseSchema([.. tables.OrderBy(t => t.Name, StringComparer.Ordinal)],
            [.. objects.OrderBy(o => o.Name, StringComparer.Ordinal).ThenBy(o => o.Kind)]);
    }

    /// <summary>The whole statement of a table, indexes included; null if there is none of that name.</summary>
    public static MySqlTableText? ReadText(MySqlHandle handle, string table)
    {
        try
        {
            using var row = handle.Query($"SHOW CREATE TABLE {MySqlName.Quote(table)}");
            return row.Read() ? MySqlTableText.Parse(row.TextAt(1)) : null;
        }
        catch (DbVcException failure) when (MySqlError.NumberOf(failure) == MySqlError.UnknownTable)
        {
            return null;
        }
    }

    /// <summary>A table's own definition, and its indexes as objects of their own.</summary>
    public static (TableSchema Table, IReadOnlyList<SchemaObject> Indexes) Split(MySqlTableText text)
    {
        var indexes = text.Parts.Where(p => p.Kind == MySqlPartKind.Index && !text.Needs(p)).ToList();
        var table = MySqlTableParts.Read(text with { Parts = [.. text.Parts.Except(indexes)] });
        return (table, indexes.ConvertAll(i => new SchemaObject(
            SchemaObjectKind.Index, MySqlName.OfIndex(text.Name, i.Name), text.Name, MySqlIndexText.ToSql(text.Name, i))));
    }

    private static string? ReasonAgainst(string type, string? engine) => type switch
    {
        "SEQUENCE" => "sequences of MariaDB are not versioned",
        "SYSTEM VERSIONED" => "MariaDB keeps its history itself (system versioning)",
        _ when !MySqlName.AreEqual(engine, "InnoDB") => $"its engine {engine ?? "(unknown)"} has no transactions",
        _ => null,
    };
}
