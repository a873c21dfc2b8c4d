using DbVc.Model;

namespace DbVc.Databases;

/// <summary>How an engine holds the types that metadata speaks of.</summary>
public interface ITableMaker
{
    /// <summary>The table as <see cref="IApplySession.Apply"/> creates it. Its columns hold every value of their type exactly.</summary>
    TableSchema Make(TableDraft draft);

    /// <summary>True if the column takes values of the type as they are. What only a single value can break (a range, a label of an enum) is not asked: the
    /// engine refuses that row.</summary>
    bool CanHold(Column column, FieldType type);
}

/// <summary>A table in the words of metadata.</summary>
/// <param name="Name">As a user types it.</param>
/// <param name="PrimaryKey">Empty for a table without key.</param>
public sealed record TableDraft(string Name, IReadOnlyList<ColumnDraft> Columns, IReadOnlyList<string> PrimaryKey)
{
    internal IEnumerable<ColumnDraft> KeyColumns => PrimaryKey.Select(name => Columns.First(c => c.Name == name));
}

/// <summary>A column in the words of metadata.</summary>
public sealed record ColumnDraft(string Name, FieldType Type)
{
    public bool Nullable { get; init; } = true;

    /// <summary>Longest text in code points.</summary>
    public int? MaxLength { get; init; }

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
