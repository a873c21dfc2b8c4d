using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Reads tables and objects from the catalogue.</summary>
internal sealed class PostgresSchemaReader
{
    private const string NotValid = " NOT VALID";

    // In this order constraints stand in a definition; then by name, as the catalogue keeps no other order that outlives a change.
    private const string ConstraintOrder = "puxcf";

    private readonly Dictionary<string, SortedDictionary<int, PostgresColumnRow>> _columns;
    private readonly ILookup<string, PostgresConstraintRow> _constraints;
    private readonly ILookup<string, int[]> _uniques;
    private readonly ILookup<string, string> _partitions;
    private readonly ILookup<(string?, int), PostgresSequenceRow> _sequences;
    private readonly Dictionary<string, string> _names;
    private readonly Dictionary<string, string> _flaws;

    private PostgresSchemaReader(PostgresConnection connection)
    {
        Kinds = PostgresKinds.Read(connection);
        Tables = PostgresCatalogue.ReadTables(connection);
        _columns = PostgresCatalogue.ReadColumns(connection);
        _constraints = PostgresCatalogue.ReadConstraints(connection);
        _uniques = PostgresCatalogue.ReadUniques(connection);
        _partitions = Kinds.Partitions ? PostgresCatalogue.ReadPartitions(connection) : Array.Empty<string>().ToLookup(p => p);
        AllSequences = Kinds.Sequences ? PostgresCatalogue.ReadSequences(connection) : [];
        _sequences = AllSequences.Where(s => s.Table is not null).ToLookup(s => (s.Table, s.Column));
        _names = Tables.ToDictionary(t => t.Id, t => PostgresName.Join(t.Schema, t.Name));
        _flaws = FindFlaws();
    }

    private PostgresKinds Kinds { get; }

    private List<PostgresTableRow> Tables { get; }

    private List<PostgresSequenceRow> AllSequences { get; }

    public static DatabaseSchema Read(PostgresConnection connection)
    {
        var reader = new PostgresSchemaReader(connection);
        var tables = reader.Tables.Where(t => !reader._flaws.ContainsKey(t.Id)).Select(reader.ReadTable).OrderBy(t => t.Name, StringComparer.Ordinal).ToList();
        var objects = PostgresObjects.Read(connection, reader.Kinds, tables.Select(t => t.Name).ToHashSet(StringComparer.Ordinal))
            .Concat(reader.AllSequences.Where(s => s.Table is null).Select(Describe));
        return new DatabaseSchema(tables, [.. objects.OrderBy(o => o.Name, StringComparer.Ordinal).ThenBy(o => o.Kind)]);
    }

    /// <summary>Tables that cannot be versioned, with the reason.</summary>
    public static IEnumerable<UnversionedItem> ReadFlaws(PostgresConnection connection)
    {
        var reader = new PostgresSchemaReader(connection);
        return reader._flaws.Select(f => new UnversionedItem("table " + reader._names[f.Key], f.Value));
    }

    private static SchemaObject Describe(PostgresSequenceRow sequence) => new(
        SchemaObjectKind.Sequence, PostgresName.Join(sequence.Schema, sequence.Name), null,
        $"CREATE SEQUENCE {PostgresName.Write(sequence.Schema, sequence.Name)}{sequence.Options}");

    private Dictionary<string, string> FindFlaws()
    {
        var flaws = Tables.Where(t => t.Flaw is not null).ToDictionary(t => t.Id, t => t.Flaw!);
        foreach (var alike in Tables.GroupBy(t => _names[t.Id], StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).SelectMany(g => g))
        {
            flaws.TryAdd(alike.Id, "another table's name differs from its in upper and lower case alone");
        }

        foreach (var table in Tables.Where(t => HasColumnsAlike(t.Id)))
        {
            flaws.TryAdd(table.Id, "the names of two of its columns differ in upper and lower case alone");
        }

        return flaws;
    }

    private bool HasColumnsAlike(string table) => _columns.TryGetValue(table, out var columns)
        && columns.Values.DistinctBy(c => c.Name, StringComparer.OrdinalIgnoreCase).Count() < columns.Count;

    private TableSchema ReadTable(PostgresTableRow table)
    {
        var constraints = _constraints[table.Id].OrderBy(c => ConstraintOrder.IndexOf(c.Kind)).ThenBy(c => c.Name, StringComparer.Ordinal).ToList();
        var key = constraints.Find(c => c.Kind == 'p');
        var columns = _columns[table.Id].Select(c => ReadColumn(table, c.Key, c.Value)).ToList();
        var primaryKey = key is null ? [] : Names(table.Id, key.Columns);
        var schema = new TableSchema
        {
            Name = _names[table.Id],
            Columns = columns,
            PrimaryKey = primaryKey,
            ForeignKeys = [.. constraints.Where(c => c.Reference is not null).Select(c => ReadForeignKey(table.Id, c))],
            Uniques = [.. _uniques[table.Id].Select(u => Names(table.Id, u)).OrderBy(u => string.Join('\0', u), StringComparer.Ordinal)],
            Constraints = [.. constraints.Select(c => ReadConstraint(table.Id, c))],
            Options = [.. table.Options, .. _partitions[table.Id]],
            Sql = "",
            AllocatesKeys = primaryKey.Count == 1 && IsAllocated(columns.First(c => c.Name == primaryKey[0])),
        };
        return schema with { Sql = PostgresTableComposer.Compose(schema) };
    }

    private Column ReadColumn(PostgresTableRow table, int number, PostgresColumnRow column) => new()
    {
        Id = 0,
        Name = column.Name,
        DeclaredType = column.Type,
        Nullable = !column.NotNull,
        DefaultSql = column.Generated == '\0' ? column.Default : null,
        Collation = column.Collation,
        Generated = column.Generated != '\0',
        GeneratedSql = column.Generated switch
        {
            's' => $"GENERATED ALWAYS AS ({column.Default}) STORED",
            'v' => $"GENERATED ALWAYS AS ({column.Default}) VIRTUAL",
            _ => SequenceClause(table, number, column),
        },
    };

    private string? SequenceClause(PostgresTableRow table, int number, PostgresColumnRow column)
    {
        var sequence = _sequences[(table.Id, number)].OrderBy(s => s.Name, StringComparer.Ordinal).FirstOrDefault();
        var written = sequence is null ? "" : PostgresName.Write(sequence.Schema, sequence.Name);
        if (column.Identity == '\0') return sequence is null ? null : PostgresSequence.Owned + written + sequence.Options;
        var clause = column.Identity == 'a' ? "GENERATED ALWAYS AS IDENTITY" : "GENERATED BY DEFAULT AS IDENTITY";
        if (sequence is null) return clause;
        var options = sequence.Options;
        // The sequence has the column's type anyway.
        if (options.StartsWith(" AS ", StringComparison.Ordinal)) options = options[(" AS ".Length + column.Type.Length)..];
        var name = sequence.Schema == table.Schema && sequence.Name == $"{table.Name}_{column.Name}_seq"
            ? ""
            : $" SEQUENCE NAME {written}";
        return (name + options) is { Length: > 0 } said ? $"{clause} ({said.TrimStart()})" : clause;
    }

    private TableConstraint ReadConstraint(string table, PostgresConstraintRow constraint) => new()
    {
        Kind = constraint.Kind switch
        {
            'p' => ConstraintKind.PrimaryKey,
            'u' => ConstraintKind.Unique,
            'f' => ConstraintKind.ForeignKey,
            // An exclusion constraint is a condition on rows, too.
            _ => ConstraintKind.Check,
        },
        Name = constraint.Name,
        Columns = constraint.Kind is 'c' or 'x' ? [] : Names(table, constraint.Columns),
        Sql = $"CONSTRAINT {PostgresName.Write(constraint.Name)} {WithoutState(constraint.Sql)}",
    };

    /// <summary>Whether old rows were checked is no part of the rule, and a new table cannot say it.</summary>
    private static string WithoutState(string sql) => sql.EndsWith(NotValid, StringComparison.Ordinal) ? sql[..^NotValid.Length] : sql;

    private ForeignKey ReadForeignKey(string table, PostgresConstraintRow constraint) => new()
    {
        Columns = Names(table, constraint.Columns),
        ReferencedTable = _names.GetValueOrDefault(constraint.Reference!.Table, ""),
        ReferencedColumns = Names(constraint.Reference.Table, constraint.Reference.Columns),
        OnDelete = Action(constraint.Reference.OnDelete),
        OnUpdate = Action(constraint.Reference.OnUpdate),
    };

    private static bool IsAllocated(Column column) => !column.Generated
        && (column.DefaultSql is { } value ? value.StartsWith("nextval(", StringComparison.Ordinal) : column.GeneratedSql is not null);

    private static string Action(char action) => action switch
    {
        'r' => "RESTRICT",
        'c' => "CASCADE",
        'n' => "SET NULL",
        'd' => "SET DEFAULT",
        _ => "NO ACTION",
    };

    private List<string> Names(string table, int[] numbers) =>
        _columns.TryGetValue(table, out var columns) ? [.. numbers.Select(n => columns[n].Name)] : [];
}
