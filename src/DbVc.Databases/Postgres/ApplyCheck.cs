using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Compares the rows that one stage touches with what its delta expects, byte for byte, and locks them. A row that only changes is locked so that others may
/// go on to refer to it. A table without key is held as a whole by the caller: nobody can tell its rows apart.
/// </summary>
internal sealed class PostgresApplyCheck(PostgresStage stage, int maxMoved)
{
    private readonly TableSchema _table = stage.Delta.Before!;
    private readonly string _from = PostgresApplySql.From(stage.Delta.Before!);

    public IEnumerable<MovedRow> FindMoved()
    {
        if (!_table.HasKey) return stage.Deleted == 0 ? [] : FindMissingLines();
        var moved = new List<MovedRow>();
        if (Hold("del", "UPDATE") < stage.Deleted || Hold("upd", "NO KEY UPDATE") < stage.Updated) moved.AddRange(FindUnequal());
        if (stage.Inserted > 0 && HaveSameKey()) moved.AddRange(FindPresent());
        return moved;
    }

    /// <summary>Locks in the order of the key, so that two who do so never wait for each other; tells how many are as expected.</summary>
    private long Hold(string which, string strength)
    {
        if (which == "del" ? stage.Deleted == 0 : stage.Updated == 0) return 0;
        var key = RowText.KeyOrdinals(_table);
        var order = string.Join(", ", key.Select(i => "t." + PostgresName.Quote(stage.Before[i].Name)));
        var select = $"SELECT ({PostgresApplySql.AllSame(stage.Before, "b")}) AS same FROM {stage.Name} s JOIN {_from} t ON {KeyIs("b")} "
            + $"WHERE s.{which} ORDER BY {order} FOR {strength} OF t";
        return long.Parse(stage.Connection.ReadText($"WITH held AS MATERIALIZED ({select}) SELECT (count(*) FILTER (WHERE same))::text FROM held")!,
            System.Globalization.CultureInfo.InvariantCulture);
    }

    private IEnumerable<MovedRow> FindUnequal()
    {
        var width = stage.Before.Count;
        var expected = stage.Before.Select((_, i) => $"s.b{i}");
        var rows = stage.Read($"SELECT {string.Join(", ", expected.Concat(Actual()).Append(IsThere()))} FROM {stage.Name} s LEFT JOIN {_from} t ON "
            + $"{KeyIs("b")} "
            + $"WHERE (s.del OR s.upd) AND ({IsThere()} = 0 OR NOT ({PostgresApplySql.AllSame(stage.Before, "b")})) ORDER BY s.n LIMIT {maxMoved}",
            [.. stage.Before.Concat(stage.Before).Select(PostgresApplySql.StageReading), PostgresReading.Int32]);
        return rows.Select(r => new MovedRow(_table.Name, RowText.DescribeKey(_table, r[..width]), r[..width], r[^1].AsInteger == 0 ? null
            : r[width..(2 * width)]));
    }

    /// <summary>Rows where new ones shall be, which the delta does not take away.</summary>
    private IEnumerable<MovedRow> FindPresent()
    {
        var key = RowText.KeyOrdinals(_table);
        var keyAfter = RowText.KeyOrdinals(stage.Delta.After!);
        var meets = string.Join(" AND ", key.Zip(keyAfter, (b, a) =>
            $"t.{PostgresName.Quote(stage.Before[b].Name)} = {PostgresApplySql.Typed(stage.Before[b], $"s.a{a}")}"));
        var goes = $"EXISTS (SELECT FROM {stage.Name} d WHERE d.del AND {PostgresApplySql.KeyIs(stage.Before, key, "b", "t", "d")})";
        var select = $"SELECT {string.Join(", ", Actual())} FROM {stage.Name} s JOIN {_from} t ON {meets} WHERE s.ins AND NOT {goes} ORDER BY s.n LIMIT "
            + $"{maxMoved}";
        List<Value[]> rows = [];
        // A key that its type does not take is nobody's key; writing it will say so.
        PostgresAttempt.Run(stage.Connection, () => rows = stage.Read(select, [.. stage.Before.Select(PostgresApplySql.StageReading)]),
            PostgresAttempt.IsAboutRow);
        return rows.Select(r => new MovedRow(stage.Delta.After!.Name, RowText.DescribeKey(_table, r), null, r));
    }

    private List<MovedRow> FindMissingLines()
    {
        var want = $"SELECT min(s.n) AS n, sum(s.times) AS times, {PostgresApplySql.StagedLine(stage.Before.Count, "b")} AS line FROM {stage.Name} s WHERE "
            + $"s.del GROUP BY 3";
        var have = $"SELECT count(*) AS times, {PostgresApplySql.Line(stage.Before, "t")} AS line FROM {_from} t GROUP BY 2";
        var missing = stage.Read($"SELECT want.n FROM ({want}) want LEFT JOIN ({have}) have ON want.line = have.line "
            + $"WHERE have.times IS NULL OR have.times < want.times ORDER BY 1 LIMIT {maxMoved}", [PostgresReading.Int64]);
        return missing.ConvertAll(m =>
        {
            var row = stage.ReadRow(m[0].AsInteger).Before!;
            return new MovedRow(_table.Name, RowText.Describe(row), row, null);
        });
    }

    private IEnumerable<string> Actual() => stage.Before.Select(c => PostgresApplySql.Exact(c, "t"));

    /// <summary>1 where the join found a row: its key is never null.</summary>
    private string IsThere() => $"(t.{PostgresName.Quote(_table.PrimaryKey[0])} IS NOT NULL)::int";

    private string KeyIs(string prefix) => PostgresApplySql.KeyIs(stage.Before, RowText.KeyOrdinals(_table), prefix);

    private bool HaveSameKey() => stage.Delta.After is { HasKey: true } after && (stage.IsSameTable
        || _table.PrimaryKey.Select(k => _table.FindColumn(k)!.Id).SequenceEqual(after.PrimaryKey.Select(k => after.FindColumn(k)!.Id)));
}
