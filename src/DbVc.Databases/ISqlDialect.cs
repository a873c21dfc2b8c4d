using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What one engine's SQL says differently; <see cref="ChangeScript"/> asks and puts the answers in order.</summary>
public interface ISqlDialect
{
    /// <summary>Begins one transaction in which foreign keys do not act and renaming a table changes nothing that refers to it.</summary>
    IReadOnlyList<string> Begin { get; }

    /// <summary>Makes it durable.</summary>
    IReadOnlyList<string> End { get; }

    /// <summary>A statement with its end, as the engine's own shell reads it.</summary>
    string Terminate(string statement) => ChangeScript.Terminate(statement);

    string Quote(string name);

    /// <summary>The value, exactly, with its own type.</summary>
    string Literal(Value value);

    /// <summary>An insert that neither replaces nor ignores, whatever the table's own conflict clauses say.</summary>
    string Insert(TableSchema table, Value[] row);

    /// <summary>An update of the row with that key that neither replaces nor ignores.</summary>
    string Update(TableSchema table, Value[] before, Value[] after);

    /// <summary>Deletes the row with that key.</summary>
    string Delete(TableSchema table, Value[] row);

    /// <summary>Deletes so many of the rows that have exactly these values, for rows without a key of their own.</summary>
    string DeleteIdentical(TableSchema table, Value[] row, long count);

    string Drop(SchemaObject item);

    /// <summary>Makes a view, trigger, function, … as it is versioned.</summary>
    IEnumerable<string> Define(SchemaObject item) => [item.Sql];

    /// <summary>Moves a table out of the way, under a name that no user's table has.</summary>
    string SetAside(TableSchema table, int number);

    /// <summary>Copies the rows of a table that was set aside into its new form and drops it; columns are the same if their ids are. What referred to it
    /// refers to the new one then.</summary>
    IEnumerable<string> CopyAndDrop(TableSchema before, int number, TableSchema after);

    /// <summary>Creates a table, without what <see cref="Complete"/> adds.</summary>
    IEnumerable<string> Create(TableSchema table) => [table.Sql];

    /// <summary>Changes a table where it stands, its name too; null for an engine that makes it anew.</summary>
    IEnumerable<string>? Alter(TableSchema before, TableSchema after) => null;

    /// <summary>What rows have to meet and would be in the way before they are all there.</summary>
    IEnumerable<string> Complete(TableSchema? before, TableSchema after) => [];
}
