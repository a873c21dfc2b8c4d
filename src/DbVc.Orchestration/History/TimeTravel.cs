using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Runs foreign SQL on a database that is there, or on one as it was: then the engine reads rows out of the trees while it runs.</summary>
internal sealed class TimeTravel(WorkspaceContext context)
{
    public QueryReport Query(CommitId revision, QueryRequest request) =>
        Report(context.Live.Provider.QueryHistory(
            new HistoricTables(context.Repository.ReadSnapshot(revision), context.Identity.Id), request.Sql, Limits(request)), null);

    public static QueryReport Run(IDatabase database, QueryRequest request)
    {
        try
        {
            return Report(database.Query(request.Sql, Limits(request)), database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static QueryLimits Limits(QueryRequest request) => new(request.MaxRows, request.MaxTime);

    private static QueryReport Report(IQueryResult result, IDisposable? database) =>
        new([.. result.Columns.Select(c => new QueryField(c.Name, c.Type))], result.Rows, new Both(result, database));

    private sealed class Both(IDisposable first, IDisposable? second) : IDisposable
    {
        public void Dispose()
        {
            first.Dispose();
            second?.Dispose();
        }
    }
}
