using DbVc.Model;

namespace DbVc.Databases;

/// <summary>A database as it was, for <see cref="IDatabaseProvider.QueryHistory"/>. It is read while the query runs, and only what the query touches.</summary>
public interface IHistory
{
    /// <summary>The repository's id, under which an engine may keep what it made for an answer.</summary>
    string Repository { get; }

    /// <summary>The table of that name in any case; null if there was none.</summary>
    IHistoricTable? FindTable(string name);

    /// <summary>The view of that name in any case; null if there was none.</summary>
    SchemaObject? FindView(string name);

    /// <summary>Everything there was; asked for only by a query on the engine's own catalogue.</summary>
    DatabaseSchema ReadSchema();
}

/// <summary>The rows of one table as it was, numbered from 0 in the order of <see cref="KeyRange"/>.</summary>
public interface IHistoricTable
{
    TableSchema Schema { get; }

    /// <summary>Names the rows: tables of one definition and one id hold the same rows. Opaque.</summary>
    string ContentId { get; }

    long Count { get; }

    /// <summary>A cursor that will be asked only for these stored columns.</summary>
    IHistoricCursor Open(bool[] wanted);
}

/// <summary>Moves over the rows of a table as it was. After a seek, the first <see cref="IRowCursor.Read"/> gives the row sought.</summary>
public interface IHistoricCursor : IRowCursor
{
    /// <summary>The number of the row the cursor stands on.</summary>
    long Number { get; }

    /// <summary>Reading gives the rows in the range, in ascending order, or descending if <paramref name="backward"/>.
    /// Going backward is for tables that allocate keys.</summary>
    void Seek(KeyRange range, bool backward = false);

    /// <summary>Reading gives the row of that number and those after it.</summary>
    void Seek(long number);
}
