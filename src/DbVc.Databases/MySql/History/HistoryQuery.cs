using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Answers a query on a database as it was, in a database that holds just the tables that the query names and is kept for a while.</summary>
internal static class MySqlHistoryQuery
{
    private const int MostAttempts = 5;

    /// <param name="past">Where databases of the past are kept.</param>
    /// <param name="live">Whose rules of sorting they have.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="timeout">For locks.</param>
    public static IQueryResult Run(MySqlPast past, string? live, MySqlQuestion question, TimeSpan timeout)
    {
        var needed = Needed.Find(question.History, question.Sql);
        var key = PastCopies.KeyOf(live, needed.Tables, needed.Views);
        for (var attempt = 1; ; attempt++)
        {
            var address = past.Open(key, place => Fill(needed, place));
            try
            {
                return MySqlQuery.Run(address, question.Sql, question.Limits, timeout, MySqlPast.HoldSql);
            }
            catch (DbVcException failure) when (attempt < MostAttempts && MySqlPast.IsGone(failure))
            {
                // Dropped just now by somebody who thought that nobody wants it.
            }
        }
    }

    private static void Fill(Needed needed, MySqlAddress place)
    {
        foreach (var table in needed.Tables) Fill(table, place);
        using var handle = Open(place);
        foreach (var view in MySqlSchemaChange.InOrder(needed.Views)) MySqlDefinitions.Execute(handle, view.Sql);
    }

    private static void Fill(IHistoricTable table, MySqlAddress place)
    {
        var text = MySqlTableText.Parse(table.Schema.Sql);
        using (var handle = Open(place))
        {
            handle.Execute((text with { Parts = [.. text.Parts.Where(p => p.Kind != MySqlPartKind.ForeignKey)] }).ToString());
        }

        var width = table.Schema.StoredColumns.Count();
        using var load = MySqlBulkLoad.Open(place, table.Schema, TimeSpan.FromSeconds(10), LoadOptions.Raw);
        using var rows = table.Open([.. Enumerable.Repeat(true, width)]);
        rows.Seek(0);
        MySqlClone.Fill(load, rows, width);
    }

    private static MySqlHandle Open(MySqlAddress place)
    {
        var handle = MySqlHandle.Open(place);
        handle.Execute("SET SESSION foreign_key_checks=0");
        return handle;
    }

    /// <summary>What stands in the statement, and in the views that it names.</summary>
    private sealed record Needed(List<IHistoricTable> Tables, List<SchemaObject> Views)
    {
        public static Needed Find(IHistory history, string sql)
        {
            var (found, seen) = (new Needed([], []), new HashSet<string>(StringComparer.OrdinalIgnoreCase));
            var texts = new Queue<string>([sql]);
            while (texts.TryDequeue(out var text))
            {
                // A name that stands in the text may be that of a table; one too many costs only its copy.
                foreach (var name in (MySqlToken.Cut(text) ?? []).Where(t => t.IsName).Select(t => t.Value).Where(seen.Add))
                {
                    if (history.FindTable(name) is { } table)
                    {
                        found.Tables.Add(table);
                    }
                    else if (history.FindView(name) is { } view)
                    {
                        found.Views.Add(view);
                        texts.Enqueue(view.Sql);
                    }
                }
            }

            return found;
        }
    }
}

/// <summary>A question about a database as it was.</summary>
internal sealed record MySqlQuestion(IHistory History, string Sql, QueryLimits Limits);
