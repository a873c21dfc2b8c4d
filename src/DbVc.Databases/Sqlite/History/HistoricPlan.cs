namespace DbVc.Databases;

/// <summary>How the rows of a scan are found.</summary>
internal enum HistoricPath
{
    /// <summary>All rows.</summary>
    Scan,

    /// <summary>Ranges of keys.</summary>
    Key,

    /// <summary>Equality on columns outside the key: an index made on the way, from the second time on.</summary>
    Lookup,
}

/// <summary>A value that SQLite hands to a scan.</summary>
/// <param name="Column">The place of the column among all columns of the table; -1 for the row number.</param>
/// <param name="Comparison">What the column is compared by.</param>
/// <param name="Collation">For equality outside the key: how texts are compared.</param>
/// <param name="IsList">The value is the list of an IN; each of its values may be equal.</param>
internal sealed record HistoricArgument(int Column, Comparison Comparison, string Collation, bool IsList);

/// <summary>One way to scan a table, made while SQLite plans a statement and carried out when it runs.</summary>
internal sealed record HistoricPlan(HistoricPath Path, IReadOnlyList<HistoricArgument> Arguments, ulong ColumnsUsed, bool Backward)
{
    public bool Equals(HistoricPlan? other) => other is not null && Path == other.Path && ColumnsUsed == other.ColumnsUsed
        && Backward == other.Backward && Arguments.SequenceEqual(other.Arguments);

    public override int GetHashCode() => HashCode.Combine(Path, ColumnsUsed, Arguments.Count);

    public bool Uses(int column) => (ColumnsUsed >> Math.Min(column, 63) & 1) != 0;
}
