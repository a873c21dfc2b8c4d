using static System.FormattableString;

namespace DbVc.Pipelines;

public enum TableFormat
{
    /// <summary>An Excel workbook, Office Open XML (ISO/IEC 29500).</summary>
    Excel,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>
/// A file of rows that is no text: the host writes its rows as JSON Lines, one for each row and in the line that has the row's number, before anything
/// else reads them.
/// </summary>
/// <param name="Format">How it is written.</param>
public sealed record TableFile(TableFormat Format)
{
    /// <summary>The sheet of a workbook; null: the only one that is not hidden.</summary>
    public string? Sheet { get; init; }

    /// <summary>Rows of a sheet before its header.</summary>
    public int SkipRows { get; init; }

    /// <summary>How many rows name the columns; what stands above each other in them makes one name.</summary>
    public int HeaderRows { get; init; } = 1;

    /// <summary>Stands between the parts of a name that several rows make.</summary>
    public string HeaderSeparator { get; init; } = " ";

    /// <summary>The columns of a sheet without header, by place; null where the first row names them.</summary>
    public IReadOnlyList<string>? FieldNames { get; init; }

    internal string Describe()
    {
        if (Format == TableFormat.Parquet) return "a Parquet file";
        var sheet = Sheet is null ? "" : $", sheet '{Sheet}'";
        var skipped = SkipRows == 0 ? "" : Invariant($", after {SkipRows} rows that are passed over");
        var header = FieldNames is not null ? "without header" : HeaderRows > 1 ? Invariant($"with a header of {HeaderRows} rows") : "with header";
        return $"an Excel workbook{sheet}{skipped}, {header}; formulas have the values that were saved with them";
    }
}
