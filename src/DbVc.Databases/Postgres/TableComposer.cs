using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Writes the statements that create a table made of parts: the same parts give the same text.</summary>
internal static class PostgresTableComposer
{
    private const string Indent = "    ";
    private const string PartitionBy = "PARTITION BY ";

    /// <summary>Everything that creates the table, one statement after the other with semicolons between.</summary>
    public static string Compose(TableSchema table) => string.Join(";\n", Statements(table));

    /// <summary>The statements that create the table, in order; without foreign keys where tables are made that refer to each other.</summary>
    public static IEnumerable<string> Statements(TableSchema table, bool foreignKeys = true)
    {
        foreach (var column in table.Columns)
        {
            if (SequenceOf(column) is { } sequence) yield return "CREATE " + PostgresSequence.Owned + sequence;
        }

        yield return CreateTable(table, foreignKeys);
        foreach (var column in table.Columns)
        {
            if (SequenceOf(column) is not { } sequence) continue;
            yield return $"ALTER SEQUENCE {NameOf(sequence)} OWNED BY {PostgresName.Table(table.Name)}.{PostgresName.Write(column.Name)}";
        }

        foreach (var statement in table.Options.Where(IsStatement)) yield return statement;
    }

    /// <summary>The statement that adds a constraint to a table that is there.</summary>
    public static string AddConstraint(TableSchema table, TableConstraint constraint) =>
        $"ALTER TABLE {PostgresName.Table(table.Name)} ADD {constraint.Sql}";

    /// <summary>The column as it stands in <c>CREATE TABLE</c> and after <c>ADD COLUMN</c>.</summary>
    public static string ColumnText(Column column)
    {
        var text = new StringBuilder(PostgresName.Write(column.Name)).Append(' ').Append(column.DeclaredType);
        if (column.Collation is { } collation) text.Append(" COLLATE ").Append(collation);
        if (column.GeneratedSql is { } made && SequenceOf(column) is null) text.Append(' ').Append(made);
        if (column.DefaultSql is { } value) text.Append(" DEFAULT ").Append(value);
        if (!column.Nullable) text.Append(" NOT NULL");
        return text.ToString();
    }

    /// <summary>Name and options of the sequence that a column owns; null if it owns none (an identity column's is a part of it).</summary>
    public static string? SequenceOf(Column column) => column.GeneratedSql is { } made && made.StartsWith(PostgresSequence.Owned, StringComparison.Ordinal)
        ? made[PostgresSequence.Owned.Length..]
        : null;

    /// <summary>The name in what <see cref="SequenceOf"/> gave, as it is written.</summary>
    public static string NameOf(string sequence)
    {
        var quoted = false;
        for (var i = 0; i < sequence.Length; i++)
        {
            if (sequence[i] == '"') quoted = !quoted;
            else if (sequence[i] == ' ' && !quoted) return sequence[..i];
        }

        return sequence;
    }

    /// <summary>True for an option that is a statement of its own, made after the table.</summary>
    public static bool IsStatement(string option) => option.StartsWith("CREATE ", StringComparison.Ordinal);

    public static bool IsPartitioned(TableSchema table) => table.Options.Any(o => o.StartsWith(PartitionBy, StringComparison.Ordinal));

    private static string CreateTable(TableSchema table, bool foreignKeys)
    {
        var constraints = (table.Constraints ?? []).Where(c => foreignKeys || c.Kind != ConstraintKind.ForeignKey).Select(c => c.Sql);
        var lines = table.Columns.Select(ColumnText).Concat(constraints);
        var unlogged = table.Options.Contains("UNLOGGED") ? "UNLOGGED " : "";
        var rest = string.Concat(table.Options.Where(o => o != "UNLOGGED" && !IsStatement(o)).Select(o => " " + o));
        return $"CREATE {unlogged}TABLE {PostgresName.Table(table.Name)} (\n{Indent}{string.Join(",\n" + Indent, lines)}\n){rest}";
    }
}
