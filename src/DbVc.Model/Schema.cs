using System.Text.Json.Serialization;

namespace DbVc.Model;

/// <summary>One column of a table, in neutral form.</summary>
public sealed record Column
{
    /// <summary>
    /// Names the column in encoded rows of its table; survives renames (1 … 65535). Two branches may give one id to different columns:
    /// what is the same column says <see cref="Identity"/>.
    /// </summary>
    public required int Id { get; init; }

    public required string Name { get; init; }

    /// <summary>The type as declared, e.g. <c>VARCHAR(40)</c>; empty where none was declared.</summary>
    public string DeclaredType { get; init; } = "";

    /// <summary>Declared as an exact number, which an engine may hold as the text of its digits.</summary>
    [JsonIgnore]
    public bool IsExactNumber => DeclaredType.StartsWith("numeric", StringComparison.OrdinalIgnoreCase)
        || DeclaredType.StartsWith("decimal", StringComparison.OrdinalIgnoreCase) || DeclaredType.Contains("unsigned", StringComparison.OrdinalIgnoreCase);

    public bool Nullable { get; init; } = true;

    /// <summary>The default as an SQL expression, or null.</summary>
    public string? DefaultSql { get; init; }

    /// <summary>The collation if it is not the engine's default.</summary>
    public string? Collation { get; init; }

    /// <summary>Computed by the database: never captured, never written.</summary>
    public bool Generated { get; init; }

    /// <summary>The clause that computes it, or that hands out its values (identity, a sequence of its own); null for an ordinary column.</summary>
    public string? GeneratedSql { get; init; }

    /// <summary>What it was called when it came into being; null while it still is called so.</summary>
    public string? Origin { get; init; }

    /// <summary>Identifies the column inside its table, in all states of it and on all branches; survives renames.</summary>
    [JsonIgnore]
    public string Identity => Origin ?? Name;

    public bool IsSame(Column other) => string.Equals(Identity, other.Identity, StringComparison.OrdinalIgnoreCase);

    /// <summary>This definition as a later state of another column.</summary>
    public Column As(Column other) => Become(other.Id, other.Identity);

    /// <summary>This definition under an id and identity.</summary>
    public Column Become(int id, string identity) =>
        this with { Id = id, Origin = string.Equals(identity, Name, StringComparison.OrdinalIgnoreCase) ? null : identity };
}

/// <summary>What a <see cref="TableConstraint"/> demands.</summary>
public enum ConstraintKind
{
    PrimaryKey,
    Unique,
    Check,
    ForeignKey,
}

/// <summary>A constraint of a table, with the engine's own text.</summary>
public sealed record TableConstraint
{
    public ConstraintKind Kind { get; init; }

    public string? Name { get; init; }

    /// <summary>The columns it is about, in its own order; empty for a check.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The column in whose definition it stands; null where it stands for itself.</summary>
    public string? Column { get; init; }

    /// <summary>As it is written, its name included: order, actions, what happens on a conflict, whether it is deferred.</summary>
    public required string Sql { get; init; }
}

/// <summary>A foreign key of the table that holds it.</summary>
public sealed record ForeignKey
{
    public required IReadOnlyList<string> Columns { get; init; }

    public required string ReferencedTable { get; init; }

    /// <summary>Empty means the primary key of the referenced table.</summary>
    public required IReadOnlyList<string> ReferencedColumns { get; init; }

    public string OnDelete { get; init; } = "NO ACTION";

    public string OnUpdate { get; init; } = "NO ACTION";
}

/// <summary>One table: neutral form plus the engine's own DDL.</summary>
public sealed record TableSchema
{
    /// <summary>Identifies the table in its database; given once, survives renames; empty until the version engine gave it.</summary>
    public string Id { get; init; } = "";

    public required string Name { get; init; }

    /// <summary>In declared order, generated columns included.</summary>
    public required IReadOnlyList<Column> Columns { get; init; }

    /// <summary>Column names in key order; empty for a table without primary key, which is a multiset of rows.</summary>
    public required IReadOnlyList<string> PrimaryKey { get; init; }

    public IReadOnlyList<ForeignKey> ForeignKeys { get; init; } = [];

    /// <summary>Column lists of UNIQUE constraints and unique indexes, the primary key not among them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Uniques { get; init; } = [];

    /// <summary>All constraints but NOT NULL, in written order; null where the statement could not be taken apart: the table is one whole then.</summary>
    public IReadOnlyList<TableConstraint>? Constraints { get; init; }

    /// <summary>What follows the columns, for example <c>WITHOUT ROWID</c> and <c>STRICT</c>, in upper case.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>The statement that creates the table on its engine.</summary>
    public required string Sql { get; init; }

    /// <summary>True where the engine hands out the next key (rowid alias, identity, serial, AUTO_INCREMENT).</summary>
    public bool AllocatesKeys { get; init; }

    [JsonIgnore]
    public bool HasKey => PrimaryKey.Count > 0;

    /// <summary>The columns whose values are captured and written, in declared order.</summary>
    [JsonIgnore]
    public IEnumerable<Column> StoredColumns => Columns.Where(c => !c.Generated);

    /// <summary>Names of the columns that hold exact numbers.</summary>
    [JsonIgnore]
    public IEnumerable<string> ExactNumbers => Columns.Where(c => c.IsExactNumber).Select(c => c.Name);

    public Column? FindColumn(string name) =>
        Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>What a column of another state of the table is called here.</summary>
    public Column? FindSame(Column column) => Columns.FirstOrDefault(column.IsSame);
}

/// <summary>What a <see cref="SchemaObject"/> is.</summary>
public enum SchemaObjectKind
{
    // The order is free to grow at the end only: the first one is left out of the on-disk format.
    Index,
    View,
    Trigger,
    Schema,

    /// <summary>An enum, a domain, a composite type.</summary>
    Type,
    Sequence,

    /// <summary>Procedures and aggregates too.</summary>
    Function,
    MaterializedView,

    /// <summary>A statement that the engine runs by the clock.</summary>
    Event,
}

/// <summary>What every box needs to know of the kinds of objects.</summary>
public static class SchemaObjectKinds
{
    /// <summary>What tables may stand on comes before them, what stands on tables after them; among each other in this order.</summary>
    private static readonly SchemaObjectKind[] Order =
    [
        SchemaObjectKind.Schema, SchemaObjectKind.Type, SchemaObjectKind.Sequence, SchemaObjectKind.Function,
        SchemaObjectKind.Index, SchemaObjectKind.View, SchemaObjectKind.MaterializedView, SchemaObjectKind.Trigger, SchemaObjectKind.Event,
    ];

    /// <summary>As people and documents call it, for example <c>materialized view</c>.</summary>
    public static string ToText(this SchemaObjectKind kind) =>
        kind == SchemaObjectKind.MaterializedView ? "materialized view" : kind.ToString().ToLowerInvariant();

    /// <summary>Objects are made in ascending order of this number and dropped in descending order.</summary>
    public static int CreationOrder(this SchemaObjectKind kind) => Array.IndexOf(Order, kind);

    /// <summary>True for what must be there before tables are made.</summary>
    public static bool IsBelowTables(this SchemaObjectKind kind) => kind.CreationOrder() < SchemaObjectKind.Index.CreationOrder();
}

/// <summary>An index, view, trigger or the like, kept as the engine's own DDL.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Table">The table it belongs to; null where it belongs to none, as a view does.</param>
/// <param name="Sql">The statement that creates it.</param>
public sealed record SchemaObject(SchemaObjectKind Kind, string Name, string? Table, string Sql);

/// <summary>All tables and other objects of a database, each list ordered by name (ordinal).</summary>
public sealed record DatabaseSchema(IReadOnlyList<TableSchema> Tables, IReadOnlyList<SchemaObject> Objects)
{
    public static DatabaseSchema Empty { get; } = new([], []);

    public TableSchema? FindTable(string name) =>
        Tables.FirstOrDefault(t => string.Equals(t.Name, name, StringComparison.OrdinalIgnoreCase));
}
