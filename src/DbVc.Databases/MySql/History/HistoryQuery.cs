using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Answers a query on a database as it was, in a scratch database that is filled with just the tables that the query names.</summary>
internal sealed class MySqlHistoryQuery : IQueryResult
{
    private readonly MySqlScratch _scratch;
    private readonly MySqlQuery _query;

    private MySqlHistoryQuery(MySqlScratch scratch, MySqlQuery query) => (_scratch, _query) = (scratch, query);

    public IReadOnlyList<QueryColumn> Columns => _query.Columns;

    public IEnumerable<Value[]> Rows => _query.Rows;

    public static MySqlHistoryQuery Run(IHistory history, string sql, QueryLimits limits, MySqlAddress server, TimeSpan timeout)
    {
        var scratch = MySqlScratch.Create(server);
        try
        {
            new Filling(history, scratch).Run(sql);
            return new MySqlHistoryQuery(scratch, MySqlQuery.Run(scratch.Address, sql, limits, timeout));
        }
        catch
        {
            scratch.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _query.Dispose();
        _scratch.Dispose();
    }

    private sealed class Filling(IHistory history, MySqlScratch scratch)
    {
        private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
        private readonly List<SchemaObject> _views = [];

        public void Run(string sql)
        {
            Visit(sql);
            using var handle = scratch.Open();
            foreach (var view in MySqlSchemaChange.InOrder(_views)) MySqlDefinitions.Execute(handle, view.Sql);
        }

        /// <summary>A name that stands in the text may be that of a table; one too many costs only its copy.</summary>
        private void Visit(string sql)
        {
            foreach (var name in (MySqlToken.Cut(sql) ?? []).Where(t => t.IsName).Select(t => t.Value).Where(_seen.Add))
            {
                if (history.FindTable(name) is { } table)
                {
                    Fill(table);
                }
                else if (history.FindView(name) is { } view)
                {
                    _views.Add(view);
                    Visit(view.Sql);
                }
            }
        }

        private void Fill(IHistoricTable table)
        {
            var text = MySqlTableText.Parse(table.Schema.Sql);
            using (var handle = scratch.Open())
            {
                handle.Execute((text with { Parts = [.. text.Parts.Where(p => p.Kind != MySqlPartKind.ForeignKey)] }).ToString());
            }

            var width = table.Schema.StoredColumns.Count();
            using var load = MySqlBulkLoad.Open(scratch.Address, table.Schema, TimeSpan.FromSeconds(10), LoadOptions.Raw);
            using var rows = table.Open([.. Enumerable.Repeat(true, width)]);
            rows.Seek(0);
            MySqlClone.Fill(load, rows, width);
        }
    }
}
