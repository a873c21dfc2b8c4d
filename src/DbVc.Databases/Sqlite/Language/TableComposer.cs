using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Writes the statement that creates a table made of parts; what stands the same in one of the sides keeps that side's text.</summary>
internal sealed class TableComposer
{
    private const string Indent = "    ";

    private readonly TableSchema _table;
    private readonly List<Side> _sides;

    public TableComposer(TableSchema table, IReadOnlyList<TableSchema> sides) =>
        (_table, _sides) = (table, [.. sides.Select(s => new Side(s, TableParser.Parse(s.Sql))).Where(s => s.Text is not null)]);

    public string Compose()
    {
        var lines = _table.Columns.Select(ComposeColumn).Concat(ConstraintsOf(null).Select(c => c.Sql));
        var options = _table.Options.Count == 0 ? "" : " " + string.Join(", ", _table.Options);
        return $"CREATE TABLE {SqliteName.Write(_table.Name)} (\n{Indent}{string.Join(",\n" + Indent, lines)}\n){options}";
    }

    private string ComposeColumn(Column column) =>
        _sides.Select(s => s.TextOfSame(column, CanonicalConstraints(_table, column.Name))).FirstOrDefault(t => t is not null) ?? ComposeAnew(column);

    private string ComposeAnew(Column column)
    {
        var text = new StringBuilder(SqliteName.Write(column.Name));
        Append(column.DeclaredType.Length > 0 ? column.DeclaredType : null);
        if (!column.Nullable) Append(Piece(column, (c, _) => !c.Nullable, t => t.NotNull) ?? (IsInKey(column) ? null : "NOT NULL"));
        if (column.DefaultSql is { } value) Append(Piece(column, (c, _) => c.DefaultSql == value, t => t.Default) ?? $"DEFAULT ({value})");
        if (column.Collation is { } collation) Append("COLLATE " + SqliteName.Write(collation));
        Append(column.GeneratedSql);
        foreach (var constraint in ConstraintsOf(column.Name)) Append(constraint.Sql);
        return text.ToString();

        void Append(string? piece)
        {
            if (piece is not null) text.Append(' ').Append(piece);
        }
    }

    /// <summary>A piece of the column's definition as a side wrote it that has the same one.</summary>
    private string? Piece(Column column, Func<Column, TableSchema, bool> isSame, Func<ColumnText, string?> piece) =>
        _sides.Select(s => s.Find(column.Name) is { } found && isSame(found.Column, s.Table) ? piece(found.Text) : null).FirstOrDefault(t => t is not null);

    /// <summary>Such a column is NOT NULL without saying so.</summary>
    private bool IsInKey(Column column) => (_table.AllocatesKeys || _table.Options.Contains("WITHOUT ROWID"))
        && _table.PrimaryKey.Any(k => SqliteName.AreEqual(k, column.Name));

    private IEnumerable<TableConstraint> ConstraintsOf(string? column) => _table.Constraints!.Where(c => SqliteName.AreEqual(c.Column, column));

    private static string CanonicalConstraints(TableSchema table, string column) => string.Join('\n',
        table.Constraints!.Where(c => SqliteName.AreEqual(c.Column, column)).Select(c => SqlTokens.Canonical(c.Sql)).Order(StringComparer.Ordinal));

    private sealed record Side(TableSchema Table, TableText? Text)
    {
        public (Column Column, ColumnText Text)? Find(string name)
        {
            for (var i = 0; i < Table.Columns.Count; i++)
            {
                if (Table.Columns[i].Name == name) return (Table.Columns[i], Text!.Columns[i]);
            }

            return null;
        }

        public string? TextOfSame(Column column, string constraints) =>
            Table.Constraints is not null && Find(column.Name) is { } found && found.Column with { Id = column.Id } == column
                && CanonicalConstraints(Table, column.Name) == constraints
                ? found.Text.Sql
                : null;
    }
}
