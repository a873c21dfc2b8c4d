using DbVc.Model;

namespace DbVc.Databases;

/// <summary>How an engine holds the types that metadata speaks of.</summary>
public interface ITableMaker
{
    /// <summary>The table as <see cref="IApplySession.Apply"/> creates it. Its columns hold every value of their type exactly.</summary>
    TableSchema Make(TableDraft draft);

    /// <summary>
    /// An index of a table, as <see cref="IApplySession.Apply"/> makes it. Throws <c>destination.index</c> where the engine cannot have it.
    /// </summary>
    SchemaObject MakeIndex(IndexDraft draft);

    /// <summary>What the table beside another one is called that holds what a load rejected: one of db-vc's own, which is not versioned.</summary>
    string NameRejected(string table);

    /// <summary>True where a decimal keeps digits that its column does not declare.</summary>
    bool KeepsDigits { get; }

    /// <summary>True if the column takes values of the type as they are. What only a single value can break (a range, a label of an enum) is not asked: the
    /// engine refuses that row.</summary>
    bool CanHold(Column column, FieldType type);
}

/// <summary>A table in the words of metadata.</summary>
/// <param name="Name">As a user types it.</param>
/// <param name="PrimaryKey">Empty for a table without key.</param>
public sealed record TableDraft(string Name, IReadOnlyList<ColumnDraft> Columns, IReadOnlyList<string> PrimaryKey)
{
    /// <summary>What they refer to is there.</summary>
    public IReadOnlyList<ForeignKey> ForeignKeys { get; init; } = [];

    /// <summary>The clauses of the foreign keys, without names of their own.</summary>
    internal IEnumerable<string> ForeignKeyClauses(Func<string, string> quoteTable, Func<IEnumerable<string>, string> quoteAll) => ForeignKeys.Select(key =>
        $"FOREIGN KEY ({quoteAll(key.Columns)}) REFERENCES {quoteTable(key.ReferencedTable)} ({quoteAll(key.ReferencedColumns)})"
            + (key.OnDelete == "NO ACTION" ? "" : " ON DELETE " + key.OnDelete));

    internal IEnumerable<ColumnDraft> KeyColumns => PrimaryKey.Select(name => Columns.First(c => c.Name == name));
}

/// <summary>An index in the words of metadata.</summary>
/// <param name="Table">As it is called in the database.</param>
/// <param name="Name">Its own, without that of a schema or table.</param>
public sealed record IndexDraft(string Table, string Name, IReadOnlyList<ColumnDraft> Columns, bool IsUnique)
{
    internal IEnumerable<string> Names => Columns.Select(c => c.Name);
}

/// <summary>A column in the words of metadata.</summary>
public sealed record ColumnDraft(string Name, FieldType Type)
{
    public bool Nullable { get; init; } = true;

    /// <summary>Longest text in code points.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Digits of a decimal, those after the point included; null: as many as a value may have.</summary>
    public int? Precision { get; init; }

    /// <summary>Digits of a decimal after the point.</summary>
    public int Scale { get; init; }

    /// <summary>The column of another table that this one refers to: some engines ask for the very same type.</summary>
    public Column? Referenced { get; init; }

    /// <summary>The default value as canonical text; null for none.</summary>
    public string? Default { get; init; }

    /// <summary>True if the default is the time of the insert.</summary>
    public bool DefaultsToNow { get; init; }

    /// <summary>The default in SQL, or null; what is no number is written by <paramref name="literal"/>.</summary>
    internal string? DefaultSql(Func<string, string> literal, string now = "CURRENT_TIMESTAMP", bool hasBooleans = false) => Default switch
    {
        null => DefaultsToNow ? now : null,
        var value when Type == FieldType.Boolean => hasBooleans ? value : value == "true" ? "1" : "0",
        var value => Type is FieldType.Integer or FieldType.Real or FieldType.Decimal ? value : literal(value),
    };
}
