using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

internal sealed class MySqlTableMaker : ITableMaker
{
    /// <summary>Characters that InnoDB can index: 3,072 bytes, four for each.</summary>
    private const int LongestKey = 768;

    private const int UsualKey = 255;

    public static MySqlTableMaker Instance { get; } = new();

    public bool KeepsDigits => false;

    public TableSchema Make(TableDraft draft)
    {
        var longest = Math.Min(UsualKey, LongestKey / Math.Max(1, draft.KeyColumns.Count(c => c.Type == FieldType.Text)));
        var parts = draft.Columns.Select(c => ColumnText(c, draft.PrimaryKey.Contains(c.Name) ? longest : null)).ToList();
        if (draft.PrimaryKey.Count > 0) parts.Add($"PRIMARY KEY ({MySqlName.QuoteAll(draft.PrimaryKey)})");
        // Named as the server itself would name them.
        parts.AddRange(draft.ForeignKeyClauses(MySqlName.Quote, MySqlName.QuoteAll)
            .Select((clause, i) => $"CONSTRAINT {MySqlName.Quote($"{draft.Name[..Math.Min(draft.Name.Length, 50)]}_ibfk_{i + 1}")} {clause}"));
        return new TableSchema
        {
            Name = draft.Name,
            Columns = [.. draft.Columns.Select((c, i) => new Column { Id = i + 1, Name = c.Name })],
            PrimaryKey = draft.PrimaryKey,
            Sql = $"CREATE TABLE {MySqlName.Quote(draft.Name)} (\n  {string.Join(",\n  ", parts)}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
        };
    }

    /// <summary>Of a text that may be long only the beginning is indexed, which tells no two texts apart that begin alike.</summary>
    public SchemaObject MakeIndex(IndexDraft draft)
    {
        var most = Math.Min(UsualKey, LongestKey / Math.Max(1, draft.Columns.Count(c => c.Type == FieldType.Text)));
        bool IsLong(ColumnDraft column) => column is { Type: FieldType.Text, Referenced: null } && column.MaxLength is not <= UsualKey;
        if (draft.IsUnique && draft.Columns.FirstOrDefault(IsLong) is { } text)
        {
            throw new DbVcException(FailureKind.Usage, "destination.index", $"A unique index of '{text.Name}' needs its length on this engine.", draft.Table,
                $"Give the field \"max_length\" of at most {UsualKey}, or declare that it has no duplicates as a validation.");
        }

        var columns = draft.Columns.Select(c => MySqlName.Quote(c.Name) + (IsLong(c) ? string.Create(CultureInfo.InvariantCulture, $"({most})") : ""));
        return new SchemaObject(SchemaObjectKind.Index, MySqlName.OfIndex(draft.Table, draft.Name), draft.Table,
            $"CREATE {(draft.IsUnique ? "UNIQUE " : "")}INDEX {MySqlName.Quote(draft.Name)} ON {MySqlName.Quote(draft.Table)} ({string.Join(",", columns)})");
    }

    public string NameRejected(string table)
    {
        const int Longest = 64;
        var name = "_rejected_" + table;
        return name.Length <= Longest ? name : name[..Longest];
    }

    public bool CanHold(Column column, FieldType type)
    {
        var name = column.DeclaredType.Split('(', ' ')[0].ToLowerInvariant();
        var isText = name is "char" or "varchar" or "enum" or "set" or "json" or "inet4" or "inet6" or "uuid"
            || name.EndsWith("text", StringComparison.Ordinal);
        var isInteger = name.EndsWith("int", StringComparison.Ordinal);
        return type switch
        {
            FieldType.Integer => isInteger || name is "decimal" or "year",
            FieldType.Boolean => isInteger,
            FieldType.Real => name is "float" or "double" or "decimal",
            FieldType.Decimal => isText || name == "decimal",
            FieldType.Date => isText || name is "date" or "datetime" or "timestamp",
            FieldType.Timestamp => isText || name is "datetime" or "timestamp",
            _ => isText,
        };
    }

    /// <param name="longestKey">Characters that a key column may have; null for any other column.</param>
    private static string ColumnText(ColumnDraft column, int? longestKey)
    {
        var name = MySqlName.Quote(column.Name);
        var sql = new StringBuilder($"{name} {TypeOf(column, longestKey)}");
        if (!column.Nullable || longestKey is not null) sql.Append(" NOT NULL");
        if (column.DefaultSql(MySqlName.Text, "current_timestamp(6)") is { } value) sql.Append(" DEFAULT ").Append(value);
        else if (column.Nullable && longestKey is null) sql.Append(" DEFAULT NULL");
        if (column.MaxLength is { } longest && longest > UsualKey) sql.Append(CultureInfo.InvariantCulture, $" CHECK (char_length({name}) <= {longest})");
        return sql.ToString();
    }

    /// <summary>A decimal has 28 digits wherever its point is. Long texts lie outside the row, whose length is bounded; keys are compared exactly, not by
    /// what the database's collation takes for equal.</summary>
    private static string TypeOf(ColumnDraft column, int? longestKey) => column.Type switch
    {
        // A foreign key needs the type of what it refers to, signs and collations included.
        _ when column.Referenced is { } other => other.DeclaredType + (other.Collation is { } collation ? $" COLLATE {collation}" : ""),
        FieldType.Integer => "bigint(20)",
        FieldType.Real => "double",
        FieldType.Decimal when column.Precision is { } digits => string.Create(CultureInfo.InvariantCulture, $"decimal({digits},{column.Scale})"),
        FieldType.Decimal => "decimal(57,28)",
        FieldType.Boolean => "tinyint(1)",
        FieldType.Date => "date",
        FieldType.Timestamp => "datetime(6)",
        _ when longestKey is { } most =>
            string.Create(CultureInfo.InvariantCulture, $"varchar({Math.Min(column.MaxLength ?? most, most)}) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"),
        _ when column.MaxLength is { } longest and <= UsualKey => string.Create(CultureInfo.InvariantCulture, $"varchar({longest})"),
        _ => "longtext",
    };
}
