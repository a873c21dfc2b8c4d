using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Fills in what only a table's own statement says, where it agrees with what SQLite says about the table.</summary>
internal static class TableParts
{
    /// <summary>The table with constraints, options and computed columns; unchanged, one whole, if its statement is not understood.</summary>
    public static TableSchema Fill(TableSchema table) =>
        TableParser.Parse(table.Sql) is { } text && Agrees(table, text)
            ? table with
            {
                Columns = table.Columns.Any(c => c.Generated)
                    ? [.. table.Columns.Select((c, i) => c.Generated ? c with { GeneratedSql = text.Columns[i].Generated } : c)]
                    : table.Columns,
                Constraints = text.Constraints,
                Options = text.Options,
            }
            : table;

    private static bool Agrees(TableSchema table, TableText text)
    {
        if (!SqliteName.AreEqual(table.Name, text.Name) || table.Columns.Count != text.Columns.Count) return false;
        for (var i = 0; i < text.Columns.Count; i++)
        {
            var (column, written) = (table.Columns[i], text.Columns[i]);
            if (!SqliteName.AreEqual(column.Name, written.Name) || column.Generated != (written.Generated is not null)) return false;
            if (column.DefaultSql is null != written.Default is null || (written.NotNull is not null && column.Nullable)) return false;
        }

        var keys = text.Constraints.Where(c => c.Kind == ConstraintKind.PrimaryKey).ToList();
        return keys.Count <= 1 && (keys.Count == 0 ? [] : keys[0].Columns).SequenceEqual(table.PrimaryKey, StringComparer.OrdinalIgnoreCase)
            && text.Constraints.Count(c => c.Kind == ConstraintKind.ForeignKey) == table.ForeignKeys.Count;
    }
}
