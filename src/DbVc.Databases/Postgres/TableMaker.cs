using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

internal sealed class PostgresTableMaker : ITableMaker
{
    private static readonly string[] s_integers = ["smallint", "integer", "bigint"];
    private static readonly string[] s_reals = ["real", "double precision"];
    private static readonly string[] s_others = ["boolean", "date", "bytea", "interval", "numeric", "bit", "money", "time", "timestamp", "oid"];

    public static PostgresTableMaker Instance { get; } = new();

    public bool KeepsDigits => false;

    public TableSchema Make(TableDraft draft)
    {
        var table = new TableSchema
        {
            Name = draft.Name,
            Columns = [.. draft.Columns.Select((c, i) => new Column
            {
                Id = i + 1,
                Name = c.Name,
                DeclaredType = TypeOf(c),
                Nullable = c.Nullable && !draft.PrimaryKey.Contains(c.Name),
                DefaultSql = c.DefaultSql(PostgresName.Literal, "LOCALTIMESTAMP", hasBooleans: true),
            })],
            PrimaryKey = draft.PrimaryKey,
            Constraints = [.. draft.PrimaryKey.Count == 0 ? [] : new[] { KeyOf(draft) }, .. ForeignKeysOf(draft)],
            Sql = "",
        };
        return table with { Sql = PostgresTableComposer.Compose(table) };
    }

    public SchemaObject MakeIndex(IndexDraft draft)
    {
        var (kind, name) = (draft.IsUnique ? "UNIQUE INDEX" : "INDEX", PostgresName.Write(draft.Name));
        return new SchemaObject(SchemaObjectKind.Index, PostgresName.Join(PostgresName.Split(draft.Table).Schema, draft.Name), draft.Table,
            $"CREATE {kind} {name} ON {PostgresName.Table(draft.Table)} USING btree ({PostgresName.WriteAll(draft.Names)})");
    }

    /// <summary>The server reads the text of everything else (uuid, json, an enum, a domain) and refuses the row where it cannot.</summary>
    /// <summary>In the schema of the table; the server itself cuts off what is too long, and does so wherever it reads the name.</summary>
    public string NameRejected(string table)
    {
        var (schema, name) = PostgresName.Split(table);
        return PostgresName.Join(schema, "_rejected_" + name);
    }

    public bool CanHold(Column column, FieldType type)
    {
        var declared = column.DeclaredType;
        // Without what stands in brackets, and without the zone.
        var name = declared.Split('(')[0].Split(" with")[0].TrimEnd();
        var isText = name is "text" or "character varying" or "character";
        var isInteger = s_integers.Contains(name);
        var isReal = s_reals.Contains(name);
        return type switch
        {
            FieldType.Integer => isInteger || name == "numeric",
            FieldType.Boolean => name == "boolean",
            FieldType.Real => isReal || name == "numeric",
            FieldType.Decimal => isText || name == "numeric",
            FieldType.Date => isText || name is "date" or "timestamp",
            FieldType.Timestamp => isText || name == "timestamp",
            _ => isText || (!isInteger && !isReal && !s_others.Contains(name)),
        };
    }

    private static IEnumerable<TableConstraint> ForeignKeysOf(TableDraft draft) =>
        draft.ForeignKeyClauses(PostgresName.Table, PostgresName.WriteAll).Zip(draft.ForeignKeys, (clause, key) => new TableConstraint
        {
            Kind = ConstraintKind.ForeignKey,
            Columns = key.Columns,
            Sql = clause,
        });

    private static TableConstraint KeyOf(TableDraft draft)
    {
        var name = PostgresName.Write($"{PostgresName.Split(draft.Name).Name}_pkey");
        return new TableConstraint
        {
            Kind = ConstraintKind.PrimaryKey,
            Columns = draft.PrimaryKey,
            Sql = string.Create(CultureInfo.InvariantCulture, $"CONSTRAINT {name} PRIMARY KEY ({PostgresName.WriteAll(draft.PrimaryKey)})"),
        };
    }

    private static string TypeOf(ColumnDraft column) => column.Type switch
    {
        FieldType.Integer => "bigint",
        FieldType.Real => "double precision",
        FieldType.Decimal when column.Precision is { } digits => string.Create(CultureInfo.InvariantCulture, $"numeric({digits},{column.Scale})"),
        FieldType.Decimal => "numeric",
        FieldType.Boolean => "boolean",
        FieldType.Date => "date",
        FieldType.Timestamp => "timestamp without time zone",
        _ when column.MaxLength is { } longest and <= 10_485_760 => string.Create(CultureInfo.InvariantCulture, $"character varying({longest})"),
        _ => "text",
    };
}
