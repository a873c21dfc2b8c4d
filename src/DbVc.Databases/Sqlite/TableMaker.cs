using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

internal sealed class SqliteTableMaker : ITableMaker
{
    public static SqliteTableMaker Instance { get; } = new();

    public bool KeepsDigits => true;

    public TableSchema Make(TableDraft draft)
    {
        var sql = new StringBuilder($"CREATE TABLE {SqliteName.Quote(draft.Name)} (");
        var hasOneKey = draft.PrimaryKey.Count == 1;
        for (var i = 0; i < draft.Columns.Count; i++)
        {
            sql.Append(i == 0 ? "\n    " : ",\n    ");
            AppendColumn(sql, draft.Columns[i], hasOneKey && draft.PrimaryKey[0] == draft.Columns[i].Name);
        }

        if (draft.PrimaryKey.Count > 1) sql.Append(CultureInfo.InvariantCulture, $",\n    PRIMARY KEY ({SqliteName.QuoteAll(draft.PrimaryKey)})");
        foreach (var key in draft.ForeignKeyClauses(SqliteName.Quote, SqliteName.QuoteAll)) sql.Append(",\n    ").Append(key);
        return new TableSchema
        {
            Name = draft.Name,
            Columns = [.. draft.Columns.Select((c, i) => new Column { Id = i + 1, Name = c.Name })],
            PrimaryKey = draft.PrimaryKey,
            Sql = sql.Append("\n)").ToString(),
        };
    }

    public SchemaObject MakeIndex(IndexDraft draft)
    {
        var (kind, name) = (draft.IsUnique ? "UNIQUE INDEX" : "INDEX", SqliteName.Quote(draft.Name));
        return new SchemaObject(SchemaObjectKind.Index, draft.Name, draft.Table,
            $"CREATE {kind} {name} ON {SqliteName.Quote(draft.Table)} ({SqliteName.QuoteAll(draft.Names)})");
    }

    /// <summary>By SQLite's own rule for the affinity of a declared type.</summary>
    public string NameRejected(string table) => "_rejected_" + table;

    public bool CanHold(Column column, FieldType type)
    {
        var declared = column.DeclaredType.ToUpperInvariant();
        if (declared.Length == 0) return true;
        var isInteger = HasAny(declared, "INT");
        var isText = HasAny(declared, "CHAR", "CLOB", "TEXT");
        var isBlob = HasAny(declared, "BLOB");
        var isReal = HasAny(declared, "REAL", "FLOA", "DOUB");
        var isTime = HasAny(declared, "DATE", "TIME");
        return type switch
        {
            FieldType.Integer => isInteger || (!isText && !isBlob && !isReal && !isTime),
            FieldType.Boolean => isInteger || HasAny(declared, "BOOL") || declared.StartsWith("NUM", StringComparison.Ordinal),
            FieldType.Real => isReal || (!isInteger && !isText && !isBlob && !isTime),
            FieldType.Decimal => isText || (!isInteger && !isBlob && !isTime),
            FieldType.Date or FieldType.Timestamp => isText || isTime,
            _ => isText,
        };
    }

    private static bool HasAny(string declared, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (declared.Contains(part, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static void AppendColumn(StringBuilder sql, ColumnDraft column, bool isKey)
    {
        sql.Append(SqliteName.Quote(column.Name)).Append(' ').Append(TypeOf(column));
        if (isKey) sql.Append(" PRIMARY KEY");
        if (!column.Nullable) sql.Append(" NOT NULL");
        if (column.DefaultSql(SqliteName.Text) is { } value) sql.Append(" DEFAULT ").Append(value);
        if (column.MaxLength is { } longest) sql.Append(CultureInfo.InvariantCulture, $" CHECK (length({SqliteName.Quote(column.Name)}) <= {longest})");
    }

    private static string TypeOf(ColumnDraft column) => column.Type switch
    {
        FieldType.Integer => "INTEGER",
        FieldType.Real => "REAL",
        FieldType.Decimal when column.Precision is { } digits => string.Create(CultureInfo.InvariantCulture, $"NUMERIC({digits},{column.Scale})"),
        FieldType.Decimal => "NUMERIC",
        FieldType.Boolean => "BOOLEAN",
        FieldType.Date => "DATE",
        FieldType.Timestamp => "TIMESTAMP",
        _ => "TEXT",
    };
}
