using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Where no engine is asked: definitions are texts, and a table that both sides changed is merged by a person.</summary>
internal sealed class PlainDialect : ISchemaDialect
{
    public static PlainDialect Instance { get; } = new();

    public string Compose(TableSchema table, IReadOnlyList<TableSchema> sides) => table.Sql;

    public string Canonical(string sql) => sql;

    public bool Mentions(string sql, string name) => sql.Contains(name, StringComparison.OrdinalIgnoreCase);

    public SchemaTrial Try(DatabaseSchema schema) => new(schema, []);

    public DatabaseSchema Rename(DatabaseSchema schema, IReadOnlyList<SchemaRename> renames) => schema;

    public Value DefaultValue(Column column) => ColumnDefault.Find(column) ?? Value.Null;

    public IColumnStore OpenStore(Column column) => new PlainStore();

    private sealed class PlainStore : IColumnStore
    {
        public Value Store(Value value) => value;

        public void Dispose()
        {
            // Holds nothing.
        }
    }
}
