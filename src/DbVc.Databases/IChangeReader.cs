using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Says what may have changed since a mark, as one snapshot sees it; belongs to the snapshot's thread.</summary>
public interface IChangeReader : IDisposable
{
    /// <summary>True if nothing at all changed, definitions included. False says nothing.</summary>
    bool IsUnchanged => false;

    /// <summary>What changed in a table as the snapshot sees it. The caller knows that its definition is the one it had at the mark.</summary>
    TableChanges Find(TableSchema table);
}

/// <summary>What may have changed in one table since a mark.</summary>
public abstract record TableChanges
{
    private TableChanges()
    {
    }

    /// <summary>Every row is what it was.</summary>
    public static TableChanges Same { get; } = new SameRows();

    /// <summary>Nobody can tell; the table has to be read.</summary>
    public static TableChanges Unknown { get; } = new UnknownRows();

    /// <summary>These rows, and no other, may have changed. Only for tables with primary key whose key columns hold no NULL in them.</summary>
    /// <param name="Touched">Read once. A row may come more than once, and may be what it was.</param>
    public sealed record Rows(IEnumerable<TouchedRow> Touched) : TableChanges
    {
        /// <summary>Null where the touched rows name the deleted rows as well; else how to find them.</summary>
        public MissingRows? Missing { get; init; }
    }

    private sealed record SameRows : TableChanges;

    private sealed record UnknownRows : TableChanges;
}

/// <summary>Where an engine sees which rows came and changed, but not which went: those are found by counting, and only where some are missing by
/// comparing keys.</summary>
/// <param name="Total">How many rows the table has now.</param>
/// <param name="Spans">Where rows can have gone from; elsewhere none has. One open span where that is not known.</param>
/// <param name="ReadKeys">The primary keys (only those columns, in key order) of all rows that now are in a span, ascending as the engine sees it.</param>
public sealed record MissingRows(long Total, IReadOnlyList<KeySpan> Spans, Func<KeySpan, IRowCursor> ReadKeys);

/// <summary>How far the change tracking of a database goes.</summary>
/// <param name="Tables">Each versioned table, by name.</param>
/// <param name="Pending">Entries of the log that no commit has taken yet.</param>
public sealed record TrackingReport(IReadOnlyList<TrackedTable> Tables, long Pending)
{
    public static TrackingReport None { get; } = new([], 0);

    public bool IsOn => Tables.Any(t => t.IsTracked);
}

/// <summary>Whether the changes of a table are written to a log.</summary>
/// <param name="Name">The table.</param>
/// <param name="IsTracked">Its triggers are there and whole.</param>
/// <param name="Gap">Which changes pass by the log, or why it cannot be tracked; null for none. Such a table is read whole when something changed.</param>
public sealed record TrackedTable(string Name, bool IsTracked, string? Gap);
