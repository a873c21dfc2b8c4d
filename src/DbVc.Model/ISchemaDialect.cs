namespace DbVc.Model;

/// <summary>What merging definitions must ask of an engine. It knows the engine's language; no live database is ever touched.</summary>
public interface ISchemaDialect
{
    /// <summary>The statement that creates a table made of parts. A column that stands the same in one of <paramref name="sides"/> keeps that text.</summary>
    string Compose(TableSchema table, IReadOnlyList<TableSchema> sides);

    /// <summary>A text that two definitions share exactly when they differ only in layout, comments, quotes and upper and lower case.</summary>
    string Canonical(string sql);

    /// <summary>True if a name stands in the text, quoted or not.</summary>
    bool Mentions(string sql, string name);

    /// <summary>Runs all statements in an empty database: what it then holds, as a capture would read it (without ids), and what it did not accept.</summary>
    SchemaTrial Try(DatabaseSchema schema);

    /// <summary>The schema after renames, all at once, with every text that names what was renamed; ids are kept.
    /// What the engine cannot follow stays as it is.</summary>
    DatabaseSchema Rename(DatabaseSchema schema, IReadOnlyList<SchemaRename> renames);

    /// <summary>What the engine puts into a column that an insert does not speak of.</summary>
    Value DefaultValue(Column column);

    /// <summary>A place to put values of one column into, one after the other.</summary>
    IColumnStore OpenStore(Column column);
}

/// <summary>Finds out what the engine keeps when a value is put into a column: its declared type may convert it. Not thread-safe.</summary>
public interface IColumnStore : IDisposable
{
    Value Store(Value value);
}

/// <summary>What became of a schema in an empty database.</summary>
/// <param name="Schema">Without what was not accepted.</param>
/// <param name="Faults">What was not accepted, or refers to something that is not there.</param>
public sealed record SchemaTrial(DatabaseSchema Schema, IReadOnlyList<SchemaFault> Faults);

/// <summary>A table (<paramref name="Kind"/> null) or object that the engine does not accept, in its own words.</summary>
public sealed record SchemaFault(SchemaObjectKind? Kind, string Name, string Message);

/// <summary>A table's new name, or that of one of its columns. Table names are those before all renames.</summary>
public sealed record SchemaRename(string Table, string? Column, string To);
