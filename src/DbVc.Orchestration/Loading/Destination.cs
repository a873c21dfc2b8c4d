using DbVc.Databases;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The table that a pipeline loads into.</summary>
internal static class Destination
{
    private const int MostDigits = 28;

    /// <summary>Throws <c>destination.differs</c>, with every difference, when a table of that name cannot take the rows.</summary>
    public static void Check(PipelineSpec spec, DatabaseSchema schema, ITableMaker tables)
    {
        DestinationShape.CheckReferences(spec, schema, tables);
        ReferenceTracker.Check(spec, schema);
        if (schema.FindTable(spec.Destination.Table) is not { } table) return;
        RefuseReferenced(spec, schema, table);
        var differences = Compare(spec, table, tables);
        if (differences.Count == 0) return;
        throw new DbVcException(FailureKind.Usage, "destination.differs",
            $"The table '{table.Name}' exists and does not fit the metadata: " + string.Join(" ", differences),
            where: spec.Destination.Table,
            hint: "Change the schema in the metadata, name another table, or say with destination.evolution what becomes of new fields.");
    }

    /// <summary>Sentences that say why an existing table cannot take the rows; empty when it can.</summary>
    public static IReadOnlyList<string> Compare(PipelineSpec spec, TableSchema existing, ITableMaker tables)
    {
        List<string> differences =
        [
            .. spec.Fields.Select(f => Compare(f, existing, tables, spec.Destination.Evolution)).OfType<string>(),
            .. DestinationShape.MissingKeys(spec, existing).Select(k =>
                $"Table '{existing.Name}' has no foreign key from ({string.Join(", ", k.Columns)}) to {k.ReferencedTable}."),
            .. existing.StoredColumns.Where(c => !IsFilled(c, spec, existing)).Select(c =>
                $"Column '{c.Name}' of table '{existing.Name}' must not be NULL, has no default, and the metadata does not declare it."),
        ];

        var key = spec.PrimaryKey.Select(f => f.Name).ToList();
        if (key.Count > 0 && existing.HasKey && !key.ToHashSet(StringComparer.OrdinalIgnoreCase).SetEquals(existing.PrimaryKey))
        {
            var (before, after) = (string.Join(", ", existing.PrimaryKey), string.Join(", ", key));
            differences.Add($"The primary key of table '{existing.Name}' is ({before}), the metadata says ({after}).");
        }

        if (!existing.HasKey && spec.Destination.Disposition is Disposition.Upsert or Disposition.InsertOnly)
            differences.Add($"Table '{existing.Name}' has no primary key, by which '{Dispositions.NameOf(spec.Destination.Disposition)}' tells rows apart.");
        return differences;
    }

    /// <summary>What the database does with rows whose key is there.</summary>
    public static LoadOptions OptionsFor(PipelineSpec spec) => spec.Destination.Disposition switch
    {
        Disposition.Replace => LoadOptions.Default with { Empties = true },
        Disposition.Upsert => LoadOptions.Default with { Existing = ExistingRow.Replace },
        Disposition.InsertOnly => LoadOptions.Default with { Existing = ExistingRow.Keep },
        _ => LoadOptions.Default,
    };

    /// <summary>The table as the database has it: created first if it is not there, and with what it lacks where it may evolve.</summary>
    public static TableSchema Ensure(PipelineSpec spec, IDatabase database, IDatabaseProvider provider, TimeSpan lockTimeout)
    {
        var schema = ReadSchema(database);
        var existing = schema.FindTable(spec.Destination.Table);
        var shape = new DestinationShape(spec, schema, provider);
        if ((existing is null ? shape.Create() : shape.Extend(existing)) is not { IsEmpty: false } delta) return existing!;
        using (var session = database.BeginApply(lockTimeout))
        {
            session.Apply(delta);
            session.Commit();
        }

        return ReadSchema(database).FindTable(spec.Destination.Table)!;
    }

    /// <summary>Rows that others refer to must not go away, not even until they come back: what refers to them might go with them.</summary>
    private static void RefuseReferenced(PipelineSpec spec, DatabaseSchema schema, TableSchema table)
    {
        if (spec.Destination.Disposition != Disposition.Replace) return;
        var child = schema.Tables.FirstOrDefault(t => t.ForeignKeys.Any(k => k.ReferencedTable.Equals(table.Name, StringComparison.OrdinalIgnoreCase)));
        if (child is null) return;
        throw new DbVcException(FailureKind.Usage, "destination.referenced",
            $"Rows of table '{child.Name}' refer to table '{table.Name}', so it cannot be replaced.",
            where: spec.Destination.Table, hint: "Use the disposition upsert, which changes and adds rows and takes none away.");
    }

    /// <summary>How many rows the table has.</summary>
    public static long CountRows(TableSchema table, IDatabase database)
    {
        using var read = database.BeginRead();
        using var rows = read.ReadRows(table with { Columns = [.. table.StoredColumns.Take(1)], PrimaryKey = [] });
        long count = 0;
        while (rows.Read()) count++;
        return count;
    }

    private static string? Compare(PipelineField field, TableSchema existing, ITableMaker tables, Evolution evolution)
    {
        var wanted = FieldTypes.NameOf(field.Type);
        if (existing.FindColumn(field.Name) is not { } column) return CompareMissing(field, existing, evolution);
        if (column.Generated) return $"Column '{column.Name}' of table '{existing.Name}' is computed by the database and cannot be filled.";
        if (!tables.CanHold(column, field.Type))
            return $"Column '{column.Name}' of table '{existing.Name}' has type {column.DeclaredType}, the metadata says {wanted}.";

        // Databases round what has more digits than its column, in silence; SQLite keeps them.
        if (tables.KeepsDigits || field.Type != FieldType.Decimal || DigitsOf(column.DeclaredType) is not var (digits, scale)) return null;
        var (whole, places) = field.Precision is { } precision ? (precision - field.Scale!.Value, field.Scale.Value) : (MostDigits, MostDigits);
        return whole <= digits - scale && places <= scale ? null
            : $"Column '{column.Name}' of table '{existing.Name}' has type {column.DeclaredType} and would round; "
                + $"declare decimal({digits},{scale}) or fewer digits.";
    }

    private static string? CompareMissing(PipelineField field, TableSchema existing, Evolution evolution)
    {
        if (evolution == Evolution.Freeze) return $"Column '{field.Name}' ({FieldTypes.NameOf(field.Type)}) is missing in table '{existing.Name}'.";
        if (field.PrimaryKey) return $"Column '{field.Name}' of the primary key is missing in table '{existing.Name}'; a key is not added to it.";
        if (evolution != Evolution.Evolve || field.Nullable || field.Default?.Text is not null) return null;
        return $"Column '{field.Name}' is to be added to table '{existing.Name}', whose rows have no value for it; make it nullable or give it a default.";
    }

    /// <summary>The digits of <c>numeric(10,2)</c>; null where none are declared.</summary>
    private static (int Digits, int Scale)? DigitsOf(string declared)
    {
        var open = declared.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || declared.IndexOf(')', open) is not (> 0 and var close)) return null;
        var parts = declared[(open + 1)..close].Split(',');
        return int.TryParse(parts[0], out var digits) ? (digits, parts.Length > 1 && int.TryParse(parts[1], out var scale) ? scale : 0) : null;
    }

    private static bool IsFilled(Column column, PipelineSpec spec, TableSchema existing) =>
        column.Nullable || column.DefaultSql is not null || spec.Fields.Any(f => f.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase))
        || (existing.AllocatesKeys && existing.PrimaryKey.Contains(column.Name, StringComparer.OrdinalIgnoreCase));

    private static DatabaseSchema ReadSchema(IDatabase database)
    {
        using var read = database.BeginRead();
        return read.ReadSchema();
    }
}
