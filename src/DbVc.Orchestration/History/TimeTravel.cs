using DbVc.Databases;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Queries the database as it was: a scratch database gets the schema of the revision and only the tables that the query reads.</summary>
internal sealed class TimeTravel(WorkspaceContext context)
{
    public QueryReport Query(CommitId revision, QueryRequest request)
    {
        Directory.CreateDirectory(context.Layout.Scratch);
        var location = Path.Combine(context.Layout.Scratch, $"at-{revision.Short}-{Environment.ProcessId}-{Path.GetRandomFileName()}.db");
        try
        {
            Fill(location, context.Repository.ReadSnapshot(revision), request.Sql);
            var report = Run(context.Live.Provider.Open(location), request);
            return report with { Owner = new Cleanup(context.Live.Provider, location, report.Owner) };
        }
        catch
        {
            context.Live.Provider.Drop(location);
            throw;
        }
    }

    public static QueryReport Run(IDatabase database, QueryRequest request)
    {
        try
        {
            var result = database.Query(request.Sql, QueryLimits.Default with { MaxRows = request.MaxRows });
            return new QueryReport([.. result.Columns.Select(c => new QueryField(c.Name, c.Type))], result.Rows, new Both(result, database));
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private void Fill(string location, SnapshotReader snapshot, string sql)
    {
        context.Live.Provider.Create(location);
        using var database = context.Live.Provider.Open(location);
        var tables = snapshot.Tables().ToList();
        var schema = new DatabaseDelta([.. tables.Select(t => new TableDelta(null, t.Schema, []))], [],
            [.. snapshot.Objects().Where(o => o.Kind == SchemaObjectKind.View)]);
        Apply(database, schema);
        var needed = database.FindTables(sql).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Apply(database, new DatabaseDelta([.. tables.Where(t => needed.Contains(t.Schema.Name)).Select(t => new TableDelta(
            t.Schema, t.Schema, RowDiff.Changes(snapshot.Chunks, null, t)))], [], []));
    }

    private void Apply(IDatabase database, DatabaseDelta delta)
    {
        using var session = database.BeginApply(context.Live.LockTimeout);
        var result = session.Apply(delta);
        if (result.Moved.Count > 0 || result.Violations.Count > 0)
        {
            throw new DbVcException(FailureKind.Failed, "query.materialize", "The earlier state cannot be rebuilt.", hint: "Run db-vc verify.");
        }

        session.Commit();
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second.Dispose();
        }
    }

    private sealed class Cleanup(IDatabaseProvider provider, string location, IDisposable inner) : IDisposable
    {
        public void Dispose()
        {
            inner.Dispose();
            provider.Drop(location);
        }
    }
}
