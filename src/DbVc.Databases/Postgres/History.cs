using System.Diagnostics;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Answers a query on a database as it was. The tables that the statement names, and the views and functions behind it, are made in a transaction of a scratch
/// database that is never committed, and the statement runs there; where that is much, they are made in a database of their own, which is kept for a while.
/// </summary>
internal static class PostgresHistory
{
    private const int MostBytes = 8 << 20;

    private const string Settings = "SET LOCAL search_path = public; SET LOCAL cursor_tuple_fraction = 1";

    /// <summary>So many rows are written faster than a database is made.</summary>
    private const long FewRows = 5_000;

    public static IQueryResult Run(PostgresHistoryPlace place, IHistory history, string sql, QueryLimits limits)
    {
        var needed = FindNeeded(history, sql);
        var tables = needed.Tables.Select(t => history.FindTable(t.Name)).OfType<IHistoricTable>().ToList();
        return tables.Sum(t => t.Count) <= FewRows ? RunOnce(place, history, needed, sql, limits) : RunKept(place, history, needed, sql, limits);
    }

    private static IQueryResult RunOnce(PostgresHistoryPlace place, IHistory history, DatabaseSchema needed, string sql, QueryLimits limits)
    {
        var scratch = PostgresScratch.Open(place.Scratch, place.Live);
        return Guarded(scratch.Dispose, () =>
        {
            var statement = PostgresQueryGuard.Check(scratch.Connection, sql);
            var start = Stopwatch.GetTimestamp();
            Fill(scratch, needed, history);
            scratch.Connection.Execute("SET LOCAL transaction_read_only = on; " + Settings);
            return PostgresQuery.Over(scratch.Connection, statement, limits, Stopwatch.GetElapsedTime(start));
        });
    }

    private static IQueryResult RunKept(PostgresHistoryPlace place, IHistory history, DatabaseSchema needed, string sql, QueryLimits limits)
    {
        var start = Stopwatch.GetTimestamp();
        var key = PastCopies.KeyOf(place.Live?.Display, needed.Tables.Select(t => history.FindTable(t.Name)).OfType<IHistoricTable>(), needed.Objects);
        var connection = place.Past.Open(key, draft => Fill(PostgresScratch.Over(draft), needed, history));
        return Guarded(connection.Dispose, () =>
        {
            connection.Execute("BEGIN READ ONLY; " + Settings);
            var statement = PostgresQueryGuard.Check(connection, sql);
            return PostgresQuery.Over(connection, statement, limits, Stopwatch.GetElapsedTime(start));
        });
    }

    private static IQueryResult Guarded(Action close, Func<IQueryResult> ask)
    {
        try
        {
            return ask();
        }
        catch (DbVcException failure)
        {
            close();
            throw PostgresQueryGuard.Translate(failure);
        }
        catch
        {
            close();
            throw;
        }
    }

    private static void Fill(PostgresScratch scratch, DatabaseSchema needed, IHistory history)
    {
        // Rows were all right when they were committed; nothing need be checked again, and no order of tables matters.
        scratch.Make(needed with { Tables = [.. needed.Tables.Select(WithoutForeignKeys)] });
        foreach (var table in needed.Tables) Fill(scratch.Connection, table, history);
    }

    private static TableSchema WithoutForeignKeys(TableSchema table) =>
        table with { ForeignKeys = [], Constraints = [.. (table.Constraints ?? []).Where(c => c.Kind != ConstraintKind.ForeignKey)] };

    /// <summary>What is named in the statement, and in what it names; every schema and type, as they cost nothing. Triggers and indexes answer
    /// nothing.</summary>
    private static DatabaseSchema FindNeeded(IHistory history, string sql)
    {
        var all = history.ReadSchema();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var tables = new List<TableSchema>();
        var objects = all.Objects.Where(o => o.Kind is SchemaObjectKind.Schema or SchemaObjectKind.Type or SchemaObjectKind.Sequence).ToList();
        var texts = new Queue<string>([sql, .. objects.Select(o => o.Sql)]);
        while (texts.TryDequeue(out var text))
        {
            foreach (var token in PostgresTokens.Cut(text) ?? [])
            {
                if (!token.IsName || !names.Add(token.Value)) continue;
                foreach (var table in all.Tables.Where(t => IsCalled(t.Name, token.Value) && !tables.Contains(t)))
                {
                    tables.Add(table);
                    texts.Enqueue(table.Sql);
                }

                foreach (var item in all.Objects.Where(o => IsRead(o) && IsCalled(o.Name, token.Value) && !objects.Contains(o)))
                {
                    objects.Add(item);
                    texts.Enqueue(item.Sql);
                }
            }
        }

        return new DatabaseSchema(tables, objects);
    }

    private static bool IsRead(SchemaObject item) => item.Kind is SchemaObjectKind.View or SchemaObjectKind.MaterializedView or SchemaObjectKind.Function;

    private static bool IsCalled(string name, string token) => string.Equals(
        PostgresName.Split(name.IndexOf('(', StringComparison.Ordinal) is > 0 and var open ? name[..open] : name).Name, token,
            StringComparison.OrdinalIgnoreCase);

    private static void Fill(PostgresConnection connection, TableSchema table, IHistory history)
    {
        if (history.FindTable(table.Name) is not { } past) return;
        var columns = past.Schema.StoredColumns.ToList();
        if (columns.Count == 0) return;
        var copy = $"COPY {PostgresName.Table(table.Name)} ({PostgresName.QuoteAll(columns.Select(c => c.Name))}) FROM STDIN";
        var buffer = new PostgresLoadBuffer(columns.Count);
        using var rows = past.Open([.. columns.Select(_ => true)]);
        rows.Seek(KeyRange.All);
        while (rows.Read())
        {
            for (var i = 0; i < columns.Count; i++) Set(buffer, rows, i);
            buffer.EndRow();
            if (buffer.Length >= MostBytes) Send(connection, copy, buffer);
        }

        Send(connection, copy, buffer);
    }

    private static void Set(PostgresLoadBuffer buffer, IHistoricCursor rows, int column)
    {
        switch (rows.KindAt(column))
        {
            case ValueKind.Integer: buffer.SetInteger(column, rows.IntegerAt(column)); break;
            case ValueKind.Real: buffer.SetReal(column, rows.RealAt(column)); break;
            case ValueKind.Text: buffer.SetText(column, rows.BytesAt(column)); break;
            case ValueKind.Blob: buffer.SetBlob(column, rows.BytesAt(column)); break;
            default: buffer.SetNull(column); break;
        }
    }

    private static void Send(PostgresConnection connection, string copy, PostgresLoadBuffer buffer)
    {
        if (buffer.Count == 0) return;
        connection.Guard(() =>
        {
            using var stream = connection.Native.BeginTextImport(copy);
            ((StreamWriter)stream).BaseStream.Write(buffer.Rows(0, buffer.Count).Span);
        });
        buffer.Clear();
    }
}

/// <summary>Where questions about the past are answered.</summary>
/// <param name="Scratch">Gives the address of the scratch database of a number.</param>
/// <param name="Past">What is kept.</param>
/// <param name="Live">The database whose rules of sorting hold; null: the server's.</param>
internal sealed record PostgresHistoryPlace(Func<int, PostgresAddress> Scratch, PostgresPast Past, PostgresAddress? Live);
