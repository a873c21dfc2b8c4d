using System.Globalization;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>Writes the rows of one stage, each kind in one statement. Where that breaks a constraint, halves are tried until the offending rows are
/// known.</summary>
internal sealed class PostgresApplyRows(PostgresStage stage, PostgresFindings findings)
{
    /// <summary>The rows that go; they are locked and compared already.</summary>
    public void Delete()
    {
        if (stage.Deleted == 0) return;
        var table = stage.Delta.Before!;
        var from = PostgresApplySql.From(table);
        if (table.HasKey)
        {
            stage.Connection.Execute($"DELETE FROM {from} t USING {stage.Name} s WHERE s.del AND {KeyIs(table, stage.Before, "b")}");
            return;
        }

        var want = $"SELECT sum(s.times) AS times, {PostgresApplySql.StagedLine(stage.Before.Count, "b")} AS line FROM {stage.Name} s WHERE s.del GROUP BY 2";
        var found = "SELECT l.part, l.place, want.times, row_number() OVER (PARTITION BY l.line ORDER BY l.part, l.place) AS nth FROM "
            + $"(SELECT t.tableoid AS part, t.ctid AS place, {PostgresApplySql.Line(stage.Before, "t")} AS line FROM {from} t) l JOIN ({want}) want ON "
                + $"want.line = l.line";
        stage.Connection.Execute($"DELETE FROM {from} t USING ({found}) f WHERE t.tableoid = f.part AND t.ctid = f.place AND f.nth <= f.times");
    }

    /// <summary>Changes rows in their place. Where <paramref name="mayReplace"/>, rows whose values a unique index keeps apart go and come again; the caller
    /// holds the table, so that nobody waits for a row that is another one then.</summary>
    public void Update(bool mayReplace)
    {
        // Where only a column went, there is nothing to write.
        if (stage.Updated == 0 || !stage.Changed.Contains(true)) return;
        if (!mayReplace)
        {
            Write(UpdateSql);
            return;
        }

        if (PostgresAttempt.Run(stage.Connection, () => stage.Connection.Execute(UpdateSql("")), IsInTheWay) is null) return;
        stage.Connection.Execute($"DELETE FROM {PostgresApplySql.From(stage.Delta.After!)} t USING {stage.Name} s WHERE s.upd AND "
            + $"{KeyIs(stage.Delta.After!, stage.After, "a")}");
        Write(range => InsertSql("upd", range));
    }

    public void Insert()
    {
        if (stage.Inserted > 0) Write(range => InsertSql("ins", range));
    }

    /// <summary>Throws <c>apply.altered</c> if a row that was written is not what the delta says.</summary>
    public void RequireWritten()
    {
        if (stage.Updated + stage.Inserted == 0) return;
        var table = stage.Delta.After!;
        var from = PostgresApplySql.From(table);
        if (!table.HasKey)
        {
            var want = $"SELECT min(s.n) AS n, sum(s.times) AS times, {PostgresApplySql.StagedLine(stage.After.Count, "a")} AS line FROM {stage.Name} s "
                + $"WHERE s.ins GROUP BY 3";
            var have = $"SELECT count(*) AS times, {PostgresApplySql.Line(stage.After, "t")} AS line FROM {from} t GROUP BY 2";
            Require($"SELECT want.n FROM ({want}) want LEFT JOIN ({have}) have ON have.line = want.line WHERE have.times IS NULL OR have.times < want.times");
            return;
        }

        var (isKey, same) = (KeyIs(table, stage.After, "a"), PostgresApplySql.AllSame(stage.After, "a"));
        var equal = stage.Connection.ReadText($"SELECT count(*)::text FROM {stage.Name} s JOIN {from} t ON {isKey} WHERE (s.ins OR s.upd) AND {same}");
        if (long.Parse(equal!, CultureInfo.InvariantCulture) == stage.Updated + stage.Inserted) return;
        Require($"SELECT s.n FROM {stage.Name} s WHERE (s.ins OR s.upd) AND NOT EXISTS (SELECT FROM {from} t WHERE {isKey} AND {same})");
    }

    /// <summary>Throws if the query gives the number of a staged row.</summary>
    private void Require(string unequal)
    {
        if (stage.Read(unequal + " ORDER BY 1 LIMIT 1", [PostgresReading.Int64]).FirstOrDefault() is not { } number) return;
        var table = stage.Delta.After!;
        var row = stage.ReadRow(number[0].AsInteger).After!;
        var stored = !table.HasKey ? null : stage.Read(
            $"SELECT {string.Join(", ", stage.After.Select(c => PostgresApplySql.Exact(c, "t")))} FROM {stage.Name} s JOIN {PostgresApplySql.From(table)} t "
            + $"ON {KeyIs(table, stage.After, "a")} WHERE s.n = {number[0].AsInteger}",
                [.. stage.After.Select(PostgresApplySql.StageReading)]).FirstOrDefault();
        var at = stored is null ? 0 : Enumerable.Range(0, row.Length).FirstOrDefault(i => stored[i] != row[i]);
        var how = stored is null ? "or another one stores something else" : $"stores {stored[at].Kind} {RowText.Describe([stored[at]])}";
        throw PostgresStage.Altered(table, row, at, how);
    }

    private void Write(Func<string, string> sql)
    {
        if (PostgresAttempt.Run(stage.Connection, () => stage.Connection.Execute(sql("")), PostgresAttempt.IsAboutRow) is not null) Refine(sql, 0,
            stage.Count - 1);
    }

    private void Refine(Func<string, string> sql, long first, long last)
    {
        if (findings.IsFull) return;
        var range = string.Create(CultureInfo.InvariantCulture, $" AND s.n BETWEEN {first} AND {last}");
        if (PostgresAttempt.Run(stage.Connection, () => stage.Connection.Execute(sql(range)), PostgresAttempt.IsAboutRow) is not { } failure) return;
        if (first == last)
        {
            findings.Add(stage, first, failure);
            return;
        }

        var middle = first + ((last - first) / 2);
        Refine(sql, first, middle);
        Refine(sql, middle + 1, last);
    }

    private string UpdateSql(string range)
    {
        var table = stage.Delta.After!;
        var changes = stage.After.Select((c, i) => (Column: c, Ordinal: i)).Where(c => stage.Changed[c.Ordinal])
            .Select(c => $"{PostgresName.Quote(c.Column.Name)} = {PostgresApplySql.Typed(c.Column, $"s.a{c.Ordinal}")}");
        return $"UPDATE {PostgresApplySql.From(table)} t SET {string.Join(", ", changes)} FROM {stage.Name} s WHERE s.upd{range} "
            + $"AND {KeyIs(table, stage.After, "a")} AND NOT ({PostgresApplySql.AllSame(stage.After, "a")})";
    }

    private string InsertSql(string which, string range)
    {
        var into = $"INSERT INTO {PostgresName.Table(stage.Delta.After!.Name)}";
        var rows = $"FROM {stage.Name} s CROSS JOIN LATERAL generate_series(1, s.times) WHERE s.{which}{range} ORDER BY s.n";
        return stage.After.Count == 0
            ? $"{into} SELECT {rows}"
            : $"{into} ({PostgresName.QuoteAll(stage.After.Select(c => c.Name))}) OVERRIDING SYSTEM VALUE "
                + $"SELECT {string.Join(", ", stage.After.Select((c, i) => PostgresApplySql.Typed(c, $"s.a{i}")))} {rows}";
    }

    /// <summary>A unique value, an exclusion, or an identity column that an UPDATE may not set.</summary>
    private static bool IsInTheWay(PostgresException failure) => failure.SqlState is "23505" or "23P01" or "428C9";

    private static string KeyIs(TableSchema table, IReadOnlyList<Column> columns, string prefix) =>
        PostgresApplySql.KeyIs(columns, RowText.KeyOrdinals(table), prefix);
}
