using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// What the server checks only at the end. Where it fires foreign keys and deferrable uniques itself it is asked to do so now. Where the session's triggers
/// are off nobody would: a deferrable unique constraint is kept by one, so the rows that were written are looked up beside all others.
/// </summary>
internal static class PostgresDeferredCheck
{
    private const string UniquesSql =
        """
        SELECT k.conname, (SELECT string_agg(a.attname, chr(1) ORDER BY x.nth) FROM unnest(k.conkey) WITH ORDINALITY AS x (num, nth)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.num)
        FROM pg_constraint k WHERE k.conrelid = $1::regclass AND k.contype IN ('p', 'u') AND k.condeferrable ORDER BY 1
        """;

    public static IReadOnlyList<ConstraintViolation> Run(PostgresConnection connection, List<PostgresStage> stages, bool triggersAreOff)
    {
        if (triggersAreOff) return [.. stages.Where(s => s.Inserted + s.Updated > 0).SelectMany(s => FindTwins(connection, s))];
        var failure = PostgresAttempt.Run(connection, () => connection.Execute("SET CONSTRAINTS ALL IMMEDIATE"), PostgresAttempt.IsAboutRow);
        if (failure is null) return [];
        var table = PostgresName.Join(failure.SchemaName ?? "public", failure.TableName ?? "");
        var kind = PostgresAttempt.IsForeignKey(failure) ? "FOREIGN KEY" : "UNIQUE";
        return [new ConstraintViolation($"{kind} {failure.ConstraintName}", table, "", $"Table '{table}': {PostgresError.Sentence(failure)}")];
    }

    private static IEnumerable<ConstraintViolation> FindTwins(PostgresConnection connection, PostgresStage stage)
    {
        var table = stage.Delta.After!;
        var from = PostgresApplySql.From(table);
        var isWritten = table.HasKey
            ? PostgresApplySql.KeyIs(stage.After, RowText.KeyOrdinals(table), "a")
            : $"{PostgresApplySql.Line(stage.After, "t")} = {PostgresApplySql.StagedLine(stage.After.Count, "a")}";
        foreach (var (name, columns) in connection.Read(UniquesSql, row => (row.GetString(0), row.GetString(1).Split('\u0001')),
            PostgresName.Table(table.Name)))
        {
            var isTwin = string.Join(" AND ", columns.Select(c => $"u.{PostgresName.Quote(c)} = t.{PostgresName.Quote(c)}"));
            var twins = stage.Read($"SELECT DISTINCT {string.Join(", ", stage.After.Select(c => PostgresApplySql.Exact(c, "t")))} FROM {stage.Name} s JOIN "
                + $"{from} t "
                + $"ON {isWritten} JOIN {from} u ON {isTwin} AND (u.tableoid, u.ctid) <> (t.tableoid, t.ctid) WHERE s.ins OR s.upd LIMIT "
                    + $"{PostgresFindings.MaxReported}",
                [.. stage.After.Select(PostgresApplySql.StageReading)]);
            foreach (var row in twins)
            {
                var key = RowText.DescribeKey(table, row);
                yield return new ConstraintViolation($"UNIQUE {name}", table.Name, key,
                    $"Row {key} of '{table.Name}': another row has the same {string.Join(", ", columns)}.")
                {
                    Rows = [new ViolatingRow(table.Name, RowText.NameKey(table, row))],
                };
            }
        }
    }
}
