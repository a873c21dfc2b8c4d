using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A CREATE TABLE statement taken apart.</summary>
internal sealed record TableText(string Name, IReadOnlyList<ColumnText> Columns, IReadOnlyList<TableConstraint> Constraints, IReadOnlyList<string> Options);

/// <summary>One column of a CREATE TABLE statement, with the pieces of its definition as they are written; null where there is no such piece.</summary>
internal sealed record ColumnText(string Name, string Sql)
{
    /// <summary>NOT NULL, with its name and what happens on a conflict.</summary>
    public string? NotNull { get; set; }

    public string? Default { get; set; }

    public string? Collate { get; set; }

    public string? Generated { get; set; }
}
