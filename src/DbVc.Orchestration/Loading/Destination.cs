using DbVc.Databases;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The table that a pipeline loads into.</summary>
internal static class Destination
{
    /// <summary>Throws <c>destination.differs</c>, with every difference, when a table of that name cannot take the rows.</summary>
    public static void Check(PipelineSpec spec, DatabaseSchema schema)
    {
        if (schema.FindTable(spec.Destination.Table) is not { } table) return;
        var differences = spec.CompareDestination(table);
        if (differences.Count == 0) return;
        throw new DbVcException(FailureKind.Usage, "destination.differs",
            $"The table '{table.Name}' exists and does not fit the metadata: " + string.Join(" ", differences),
            where: spec.Destination.Table, hint: "Change the schema in the metadata, or name another destination table.");
    }

    /// <summary>The table as the database has it, created first if it is not there.</summary>
    public static TableSchema Ensure(PipelineSpec spec, IDatabase database, TimeSpan lockTimeout)
    {
        if (Find(spec, database) is { } existing) return existing;
        var draft = new TableSchema
        {
            Name = spec.Destination.Table,
            Columns = [.. spec.Fields.Select((f, i) => new Column { Id = i + 1, Name = f.Name })],
            PrimaryKey = [.. spec.PrimaryKey.Select(f => f.Name)],
            Sql = spec.DestinationTableSql("sqlite"),
        };
        using (var session = database.BeginApply(lockTimeout))
        {
            session.Apply(new DatabaseDelta([new TableDelta(null, draft, [])], [], []));
            session.Commit();
        }

        return Find(spec, database)!;
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

    private static TableSchema? Find(PipelineSpec spec, IDatabase database)
    {
        using var read = database.BeginRead();
        return read.ReadSchema().FindTable(spec.Destination.Table);
    }
}
