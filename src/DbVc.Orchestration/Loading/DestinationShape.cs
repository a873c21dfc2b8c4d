using DbVc.Databases;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The statements that make a destination, or give an existing one what it lacks.</summary>
/// <param name="spec">The pipeline.</param>
/// <param name="schema">Of the database that it loads into.</param>
/// <param name="provider">Of its engine.</param>
internal sealed class DestinationShape(PipelineSpec spec, DatabaseSchema schema, IDatabaseProvider provider)
{
    private readonly DestinationSpec _destination = spec.Destination;

    /// <summary>Throws <c>destination.references</c> where a foreign key refers to nothing, or to what is no key.</summary>
    public static void CheckReferences(PipelineSpec spec, DatabaseSchema schema, ITableMaker tables)
    {
        foreach (var key in spec.Destination.ForeignKeys)
        {
            var from = string.Join(", ", key.Columns);
            // Rows are judged as they come; a child may come before its parent.
            if (key.ReferencedTable.Equals(spec.Destination.Table, StringComparison.OrdinalIgnoreCase) && schema.FindTable(key.ReferencedTable) is null)
                throw Refuse(spec, $"({from}) refers to the table that is loaded.", "Make the table and this foreign key by hand, or leave the key out.");
            if (schema.FindTable(key.ReferencedTable) is not { } parent)
                throw Refuse(spec, $"({from}) refers to a table '{key.ReferencedTable}', which is not there.", "Load that table first, or correct its name.");
            var columns = ColumnsOf(key, parent);
            if (columns.FirstOrDefault(c => parent.FindColumn(c) is null) is { } missing)
                throw Refuse(spec, $"({from}) refers to a column '{missing}', which table '{parent.Name}' does not have.", "Correct its name.");
            var isKey = parent.Uniques.Append(parent.PrimaryKey).Any(u => u.Count > 0 && u.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(columns));
            if (!isKey || columns.Count != key.Columns.Count)
                throw Refuse(spec, $"({from}) refers to ({string.Join(", ", columns)}) of table '{parent.Name}', which is no key of it.",
                    "Name the columns of its primary key or of a unique constraint.");
            foreach (var (name, column) in key.Columns.Zip(columns))
            {
                var (field, other) = (spec.FindField(name)!, parent.FindColumn(column)!);
                if (tables.CanHold(other, field.Type)) continue;
                throw Refuse(spec, $"'{name}' is {FieldTypes.Describe(field.Type)}, and refers to column '{column}' of type {other.DeclaredType}.",
                    "Give the field the type of what it refers to.");
            }
        }
    }

    /// <summary>Declared foreign keys that a table does not have.</summary>
    public static IEnumerable<ForeignKey> MissingKeys(PipelineSpec spec, TableSchema existing) =>
        spec.Destination.ForeignKeys.Where(k => !existing.ForeignKeys.Any(e => AreSame(e, k)));

    public DatabaseDelta Create()
    {
        List<ColumnDraft> columns = [.. spec.Fields.Select(DraftOf)];
        List<string> primary = [.. spec.PrimaryKey.Select(f => f.Name)];
        if (_destination.Versions is { } versions)
        {
            columns.Add(new ColumnDraft(versions.From, FieldType.Timestamp) { Nullable = false });
            columns.Add(new ColumnDraft(versions.Until, FieldType.Timestamp));
            primary.Add(versions.From);
        }

        var draft = new TableDraft(_destination.Table, columns, primary)
        {
            ForeignKeys = [.. _destination.ForeignKeys.Select(Complete)],
        };
        var indexes = _destination.Indexes.Select(i => MakeIndex(i, _destination.Table));
        return new DatabaseDelta([new TableDelta(null, provider.Tables.Make(draft), [])], [], [.. indexes]);
    }

    /// <summary>The columns and indexes that are declared and missing; nothing unless the destination may evolve.</summary>
    public DatabaseDelta Extend(TableSchema existing)
    {
        if (_destination.Evolution != Evolution.Evolve) return DatabaseDelta.Empty;
        var missing = spec.Fields.Where(f => existing.FindColumn(f.Name) is null).ToList();
        var indexes = _destination.Indexes.Where(i => !HasIndex(i, existing)).Select(i => MakeIndex(i, existing.Name)).ToList();
        if (missing.Count == 0) return new DatabaseDelta([], [], indexes);
        // A database gives its columns no ids; by them rows are carried from one definition to the next.
        var before = existing with { Columns = [.. existing.Columns.Select((c, i) => c with { Id = i + 1 })] };
        return new DatabaseDelta([new TableDelta(before, WithColumns(before, missing), [])], [], indexes);
    }

    private static bool AreSame(ForeignKey one, ForeignKey other) =>
        one.ReferencedTable.Equals(other.ReferencedTable, StringComparison.OrdinalIgnoreCase)
        && one.Columns.SequenceEqual(other.Columns, StringComparer.OrdinalIgnoreCase);

    private static IReadOnlyList<string> ColumnsOf(ForeignKey key, TableSchema parent) =>
        key.ReferencedColumns.Count > 0 ? key.ReferencedColumns : parent.PrimaryKey;

    private static DbVcException Refuse(PipelineSpec spec, string message, string hint) =>
        new(FailureKind.Usage, "destination.references", message, spec.Destination.Table, hint);

    /// <summary>The engine itself says what the new columns are: they are made in an empty table, and read back.</summary>
    private TableSchema WithColumns(TableSchema existing, List<PipelineField> missing)
    {
        var draft = provider.Tables.Make(new TableDraft(existing.Name, [.. missing.Select(DraftOf)], []));
        var made = provider.Dialect.Try(new DatabaseSchema([draft], [])).Schema.FindTable(existing.Name)!;
        var id = existing.Columns.Count;
        var after = existing with
        {
            Columns = [.. existing.Columns, .. made.Columns.Select(c => c with { Id = ++id })],
            Constraints = existing.Constraints is null ? null : [.. existing.Constraints, .. made.Constraints ?? []],
        };
        return after with { Sql = provider.Dialect.Compose(after, [existing, made]) };
    }

    private ColumnDraft DraftOf(PipelineField field)
    {
        var key = _destination.ForeignKeys.FirstOrDefault(k => k.Columns.Contains(field.Name));
        var parent = key is null ? null : schema.FindTable(key.ReferencedTable);
        return new ColumnDraft(field.Name, field.Type)
        {
            Nullable = field.Nullable,
            MaxLength = field.MaxLength,
            Precision = field.Precision,
            Scale = field.Scale ?? 0,
            Default = field.Default?.Text,
            DefaultsToNow = field.Default is { IsCurrentTimestamp: true },
            Referenced = parent?.FindColumn(ColumnsOf(key!, parent)[key!.Columns.ToList().IndexOf(field.Name)]),
        };
    }

    /// <summary>A foreign key that names no columns refers to the primary key.</summary>
    private ForeignKey Complete(ForeignKey key)
    {
        if (key.ReferencedColumns.Count > 0) return key;
        return key with { ReferencedColumns = schema.FindTable(key.ReferencedTable)!.PrimaryKey };
    }

    private SchemaObject MakeIndex(IndexSpec index, string table)
    {
        var name = index.Name ?? $"{table}_{string.Join("_", index.Fields)}_idx";
        return provider.Tables.MakeIndex(new IndexDraft(table, name.Length > 60 ? name[..60] : name,
            [.. index.Fields.Select(f => DraftOf(spec.FindField(f)!))], index.IsUnique));
    }

    /// <summary>Whether an index of that name is there: what it is about the engine's own text says, which is not read.</summary>
    private bool HasIndex(IndexSpec index, TableSchema table)
    {
        var wanted = MakeIndex(index, table.Name);
        return schema.Objects.Any(o => o.Kind == SchemaObjectKind.Index && o.Name.Equals(wanted.Name, StringComparison.OrdinalIgnoreCase));
    }
}
