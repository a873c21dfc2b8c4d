using DbVc.Model;

namespace DbVc.Databases;

/// <summary>How rows of a table (alias <c>t</c>) meet rows of a stage (alias <c>s</c>): by key, byte for byte, and as what is written.</summary>
internal static class PostgresApplySql
{
    /// <summary>The type of the stage's column that holds a value of this declared type exactly.</summary>
    public static string StageType(Column column) => PostgresTypes.KindOf(column.DeclaredType) switch
    {
        ValueKind.Integer => "bigint",
        ValueKind.Real => "double precision",
        ValueKind.Blob => "bytea",
        _ => "text",
    };

    /// <summary>How a value comes out of a stage.</summary>
    public static PostgresReading StageReading(Column column) => PostgresTypes.KindOf(column.DeclaredType) switch
    {
        ValueKind.Integer => PostgresReading.Int64,
        ValueKind.Real => PostgresReading.Float8,
        ValueKind.Blob => PostgresReading.Bytes,
        _ => PostgresReading.Text,
    };

    /// <summary>Partitions hold rows of their own table; a table that inherits has rows of its own.</summary>
    public static string From(TableSchema table) =>
        (table.Options.Any(o => o.StartsWith("PARTITION BY ", StringComparison.Ordinal)) ? "" : "ONLY ") + PostgresName.Table(table.Name);

    /// <summary>A table's column as its stage has it, so that equal means equal byte for byte, and both read alike in a whole row's text.</summary>
    public static string Exact(Column column, string alias)
    {
        var name = $"{alias}.{PostgresName.Quote(column.Name)}";
        return PostgresTypes.KindOf(column.DeclaredType) switch
        {
            ValueKind.Integer => name + "::bigint",
            ValueKind.Real => name + "::double precision",
            ValueKind.Blob => name,
            // Their casts to text say something else than their own output: one takes away the spaces at the end, the other adds the mask's length.
            _ when column.DeclaredType == "inet" => $"textin(inet_out({name}))",
            _ when PostgresTypes.CastOf(column.DeclaredType) == "bpchar" => $"textin(bpcharout({name}))",
            _ => name + "::text",
        };
    }

    /// <summary>True exactly where column and staged value are the same bytes; -0 and 0 are not.</summary>
    public static string Same(Column column, string staged) => PostgresTypes.KindOf(column.DeclaredType) switch
    {
        ValueKind.Real => $"float8send({Exact(column, "t")}) IS NOT DISTINCT FROM float8send(s.{staged})",
        ValueKind.Text => $"({Exact(column, "t")}) COLLATE \"C\" IS NOT DISTINCT FROM s.{staged}",
        _ => $"{Exact(column, "t")} IS NOT DISTINCT FROM s.{staged}",
    };

    /// <summary>All stored columns are the same as the stage's columns with this prefix.</summary>
    public static string AllSame(IReadOnlyList<Column> columns, string prefix) =>
        columns.Count == 0 ? "true" : string.Join(" AND ", columns.Select((c, i) => $"({Same(c, prefix + i)})"));

    /// <summary>A staged value as the column's type, by the type's own equality and index. Integers and floats of every width compare as they are.</summary>
    public static string Typed(Column column, string staged) => PostgresTypes.KindOf(column.DeclaredType) == ValueKind.Text
        ? $"{staged}::{PostgresTypes.CastOf(column.DeclaredType)}"
        : staged;

    /// <summary>Joins by the key's columns, with the index of the key.</summary>
    public static string KeyIs(IReadOnlyList<Column> columns, IEnumerable<int> key, string prefix, string alias = "t", string stage = "s") =>
        string.Join(" AND ", key.Select(i => $"{alias}.{PostgresName.Quote(columns[i].Name)} = {Typed(columns[i], $"{stage}.{prefix}{i}")}"));

    /// <summary>A whole row as one text: equal for two rows exactly when they are the same byte for byte. It can be hashed, so that rows without key are found
    /// in one pass.</summary>
    public static string Line(IReadOnlyList<Column> columns, string alias) =>
        $"(ROW({string.Join(", ", columns.Select(c => Exact(c, alias)))})::text) COLLATE \"C\"";

    /// <inheritdoc cref="Line(IReadOnlyList{Column}, string)"/>
    public static string StagedLine(int columns, string prefix, string stage = "s") =>
        $"(ROW({string.Join(", ", Enumerable.Range(0, columns).Select(i => $"{stage}.{prefix}{i}"))})::text) COLLATE \"C\"";

    /// <summary>The staged value as it is written into the column. Length and precision are the column's own business: it refuses, or rounds, which is
    /// noticed.</summary>
    public static string Written(Column column, string staged) => Typed(column, staged);
}
