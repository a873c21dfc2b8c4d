using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Writes the statement that creates a table made of parts; what stands the same in one of the sides keeps that side's text.</summary>
internal sealed class MySqlTableComposer(TableSchema table, IReadOnlyList<TableSchema> sides)
{
    private readonly List<(TableSchema Table, MySqlTableText Text)> _sides = [.. sides.Select(s => (s, MySqlTableText.Parse(s.Sql)))];

    public string Compose()
    {
        var constraints = (table.Constraints ?? []).ToList();
        var parts = table.Columns.Select(c => new MySqlPart(MySqlPartKind.Column, c.Name, ComposeColumn(c)))
            .Concat(constraints.OrderBy(Order).Select(c => new MySqlPart(KindOf(c), c.Name ?? "", c.Sql, c.Columns))).ToList();
        var text = new MySqlTableText(table.Name, parts, string.Join(" ", table.Options));
        // An index that a foreign key needs has no word of its own in the neutral form; the sides have it.
        foreach (var index in _sides.SelectMany(s => s.Text.Parts.Where(p => p.Kind == MySqlPartKind.Index)))
        {
            if (text.Keys.Any(k => MySqlName.AreEqual(k.Name, index.Name)) || index.Columns?.All(c => table.FindColumn(c) is not null) != true) continue;
            var with = text.With(index);
            if (with.Needs(index)) text = with;
        }

        return text.ToString();
    }

    private string ComposeColumn(Column column)
    {
        foreach (var (side, text) in _sides)
        {
            if (side.Columns.FirstOrDefault(c => c.Name == column.Name) is { } same && same with { Id = column.Id, Origin = column.Origin } == column)
            {
                return text.Columns.First(c => c.Name == column.Name).Text;
            }
        }

        if (column.GeneratedSql is { } generated) return $"{column.DeclaredType} {generated}";
        // The parts that no neutral form has (counter, comment, what happens on an update) come from the side that has the column.
        var model = _sides.SelectMany(s => s.Text.Columns.Where(c => MySqlName.AreEqual(c.Name, column.Name))).FirstOrDefault();
        var collation = column.Collation is { } name ? name.Contains('_', StringComparison.Ordinal) ? $" COLLATE {name}" : $" CHARACTER SET {name}" : "";
        var typed = $"{column.DeclaredType}{collation}{(column.Nullable ? "" : " NOT NULL")}";
        if (column.DefaultSql is { } value) return $"{typed} DEFAULT {value}";
        if (model is not null && MySqlTableParts.Allocates(model.Text)) return typed + " AUTO_INCREMENT";
        return column.Nullable ? typed + " DEFAULT NULL" : typed;
    }

    private static int Order(TableConstraint constraint) => constraint.Kind switch
    {
        ConstraintKind.PrimaryKey => 0,
        ConstraintKind.Unique => 1,
        ConstraintKind.ForeignKey => 2,
        _ => 3,
    };

    private static MySqlPartKind KindOf(TableConstraint constraint) => constraint.Kind switch
    {
        ConstraintKind.PrimaryKey => MySqlPartKind.PrimaryKey,
        ConstraintKind.Unique => MySqlPartKind.Unique,
        ConstraintKind.ForeignKey => MySqlPartKind.ForeignKey,
        _ => MySqlPartKind.Check,
    };
}
