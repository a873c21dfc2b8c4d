using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Finds out how strongly each table must be held before a delta is judged and written.</summary>
internal sealed class PostgresHolds
{
    private const string IndexesSql =
        """
        SELECT coalesce((SELECT string_agg(a.attname, chr(1) ORDER BY x.nth) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS x (num, nth)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = x.num AND a.attgenerated = '' WHERE x.nth <= i.indnkeyatts), ''),
          i.indnkeyatts::int, i.indexprs IS NULL AND i.indpred IS NULL AND NOT i.indisexclusion
        FROM pg_index i WHERE i.indrelid = $1::oid AND (i.indisunique OR i.indisexclusion)
        """;

    private readonly PostgresConnection _connection;
    private readonly Dictionary<string, string> _oids;
    private readonly Dictionary<string, PostgresHold> _tables = [];

    public PostgresHolds(PostgresConnection connection, DatabaseDelta delta, IReadOnlyList<PostgresStage> stages)
    {
        _connection = connection;
        var parents = delta.Tables.Where(t => t.After is not null && (t.Before is null || PostgresSchemaChange.IsAltered(t)))
            .SelectMany(t => t.After!.ForeignKeys.Select(k => k.ReferencedTable)).Where(n => n.Length > 0).ToList();
        var owners = delta.ObjectsBefore.Concat(delta.ObjectsAfter).Select(o => o.Table).OfType<string>().ToList();
        _oids = FindOids(connection, delta.Tables.Select(t =>
            t.Before?.Name).OfType<string>().Concat(parents).Concat(owners).Distinct().Select(PostgresName.Table));
        foreach (var table in delta.Tables.Where(t => t.Before is not null)) Add(table.Before!.Name, OfTable(table));
        foreach (var parent in parents) Add(parent, PostgresHold.ShareRowExclusive);
        foreach (var item in delta.ObjectsAfter.Where(o => o.Table is not null)) Add(item.Table!, PostgresHold.ShareRowExclusive);
        foreach (var item in delta.ObjectsBefore.Where(o => o.Table is not null)) Add(item.Table!, PostgresHold.AccessExclusive);
        foreach (var stage in stages.Where(s => s.Delta.Before is not null)) AddRows(stage);
        foreach (var child in PostgresForeignKeys.FindChildren(connection, FindSurgical(delta))) Add(child, PostgresHold.AccessExclusive, mayBeNew: true);
    }

    /// <summary>By name in SQL.</summary>
    public IReadOnlyDictionary<string, PostgresHold> Tables => _tables;

    /// <summary>The tables whose rows are written, with their partitions.</summary>
    public IReadOnlyCollection<string> Oids => WithPartitions(_connection, _oids.Values);

    public static IReadOnlyCollection<string> WithPartitions(PostgresConnection connection, IReadOnlyCollection<string> oids) => oids.Count == 0 ? []
        : connection.Read(
        "SELECT DISTINCT p.relid::oid::text FROM unnest($1::text[]::oid[]) t CROSS JOIN LATERAL pg_partition_tree(t) p UNION SELECT unnest($1::text[])",
        row => row.GetString(0), PostgresText.Array(oids));

    /// <summary>The oid of each table that is there, by its name in SQL.</summary>
    public static Dictionary<string, string> FindOids(PostgresConnection connection, IEnumerable<string> tables) => connection.Read(
            "SELECT t, c.oid::text FROM unnest($1::text[]) t JOIN pg_class c ON c.oid = to_regclass(t) WHERE c.relkind IN ('r', 'p')", row =>
                (row.GetString(0), row.GetString(1)),
            PostgresText.Array(tables))
        .ToDictionary(t => t.Item1, t => t.Item2);

    /// <summary>Tables whose triggers are disabled.</summary>
    public void Add(IReadOnlyList<PostgresTriggers.Item> firing)
    {
        foreach (var (name, oid) in _oids)
        {
            if (firing.Any(f => f.Table == oid)) AddSql(name, firing.Any(f => f.Table == oid && f.Kind == "RULE") ? PostgresHold.AccessExclusive
                : PostgresHold.ShareRowExclusive);
        }
    }

    /// <summary>Tables that invariants read: nobody writes there until the session ends.</summary>
    public void AddBehind(IEnumerable<string> tables)
    {
        foreach (var table in tables) AddSql(table, _tables.ContainsKey(table) ? PostgresHold.ShareRowExclusive : PostgresHold.Share);
    }

    private static PostgresHold OfTable(TableDelta table) =>
        table.After is null || PostgresSchemaChange.IsAltered(table) ? PostgresHold.AccessExclusive : PostgresHold.RowExclusive;

    private static List<string> FindSurgical(DatabaseDelta delta) => [.. delta.Tables
        .Where(t => t.Before is not null && (t.After is null || (PostgresSchemaChange.IsAltered(t) && PostgresTableAlter.NeedsSurgery(t.Before, t.After))))
        .Select(t => t.Before!.Name)];

    private void AddRows(PostgresStage stage)
    {
        var table = stage.Delta.Before!;
        if (!_oids.TryGetValue(PostgresName.Table(table.Name), out var oid)) return;
        if (!table.HasKey && stage.Deleted > 0) Add(table.Name, PostgresHold.ShareRowExclusive);
        if (stage.Updated == 0) return;
        stage.MayReplace = stage.After.Where((c, i) => stage.Changed[i]
            && c.GeneratedSql?.StartsWith("GENERATED ALWAYS AS IDENTITY", StringComparison.Ordinal) == true).Any()
            || _connection.Read(IndexesSql, row => (Columns: row.GetString(0).Split('\u0001', StringSplitOptions.RemoveEmptyEntries), Width: row.GetInt32(1),
                IsPlain: row.GetBoolean(2)), oid).Exists(i => MayMeet(stage, i.Columns, i.IsPlain && i.Columns.Length == i.Width));
        if (stage.MayReplace) Add(table.Name, PostgresHold.Exclusive);
    }

    /// <summary>True if a value that must be unique moves from one row to another. What an index computes nobody but the server knows.</summary>
    private static bool MayMeet(PostgresStage stage, string[] columns, bool isPlain)
    {
        var ordinals = columns.Select(c => stage.After.ToList().FindIndex(a => a.Name == c)).ToList();
        if (!isPlain || ordinals.Contains(-1)) return stage.Updated > 1;
        if (!ordinals.Exists(o => stage.Changed[o])) return false;
        var olds = ordinals.ConvertAll(stage.FindSame);
        if (olds.Contains(-1)) return stage.Updated > 1;
        var moves = string.Join(" AND ", ordinals.Zip(olds, (a, b) =>
            $"{PostgresApplySql.Typed(stage.After[a], $"x.a{a}")} = {PostgresApplySql.Typed(stage.Before[b], $"y.b{b}")}"));
        var found = false;
        var failure = PostgresAttempt.Run(stage.Connection, () => found = stage.Connection.ReadText(
            $"SELECT '1' FROM {stage.Name} x JOIN {stage.Name} y ON x.n <> y.n AND {moves} WHERE x.upd AND y.upd LIMIT 1") is not null,
                PostgresAttempt.IsAboutRow);
        return found || failure is not null;
    }

    private void Add(string table, PostgresHold hold, bool mayBeNew = false)
    {
        var name = PostgresName.Table(table);
        if (mayBeNew || _oids.ContainsKey(name)) AddSql(name, hold);
    }

    private void AddSql(string name, PostgresHold hold)
    {
        if (!_tables.TryGetValue(name, out var now) || hold > now) _tables[name] = hold;
    }
}
