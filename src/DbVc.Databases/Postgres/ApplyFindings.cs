using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>What stands in the way of a delta, as far as anybody wants to read it.</summary>
internal sealed class PostgresFindings(PostgresConnection connection)
{
    /// <summary>Moved rows and violations reported at most; the rest adds nothing for a person.</summary>
    public const int MaxReported = 100;

    public List<MovedRow> Moved { get; } = [];

    public List<ConstraintViolation> Violations { get; } = [];

    public bool IsFull => Moved.Count + Violations.Count >= MaxReported;

    /// <summary>Something that another order of writing might not meet.</summary>
    public bool HasOrderTrouble { get; private set; }

    public void Clear()
    {
        Moved.Clear();
        Violations.Clear();
        HasOrderTrouble = false;
    }

    public ApplyResult Result => Moved.Count > 0
        ? new ApplyResult([.. Moved.Take(MaxReported)], [])
        : new ApplyResult([], [.. Violations.Take(MaxReported)]);

    /// <summary>A staged row that the server does not take. One that stands where the new one shall be came since the delta was made.</summary>
    public void Add(PostgresStage stage, long number, PostgresException failure)
    {
        var table = stage.Delta.After!;
        var row = stage.ReadRow(number).After!;
        HasOrderTrouble |= PostgresAttempt.IsForeignKey(failure) || failure.SqlState == "23505";
        var key = RowText.DescribeKey(table, row);
        var rivals = FindRivals(stage, number, failure);
        if (IsOfKey(table, failure) && rivals.Count > 0)
        {
            Moved.Add(new MovedRow(table.Name, key, null, rivals[0]));
            return;
        }

        var rows = rivals.Prepend(row).Select(r => new ViolatingRow(table.Name, RowText.NameKey(table, r)));
        Violations.Add(new ConstraintViolation(NameOf(table.Name, failure), table.Name, key, $"Row {key} of '{table.Name}': {PostgresError.Sentence(failure)}")
        {
            Rows = [.. rows],
        });
    }

    /// <summary>Something about a table's definition that its rows do not meet.</summary>
    public void Add(string table, string what, PostgresException failure) =>
        Violations.Add(new ConstraintViolation(NameOf(table, failure), table, "", $"{what}: {PostgresError.Sentence(failure)}"));

    private static string NameOf(string table, PostgresException failure) => failure.SqlState switch
    {
        "23505" => $"UNIQUE {failure.ConstraintName}",
        "23502" => $"NOT NULL {table}.{failure.ColumnName}",
        "23503" or "23001" => $"FOREIGN KEY {failure.ConstraintName}",
        "23514" => $"CHECK {failure.ConstraintName}",
        "23P01" => $"EXCLUDE {failure.ConstraintName}",
        _ => $"VALUE {table}",
    };

    private static bool IsOfKey(TableSchema table, PostgresException failure) => failure.SqlState == "23505"
        && (table.Constraints ?? []).Any(c => c.Kind == ConstraintKind.PrimaryKey && c.Name == failure.ConstraintName);

    /// <summary>The row that another one cannot stand beside; nothing where an index is over expressions.</summary>
    private List<Value[]> FindRivals(PostgresStage stage, long number, PostgresException failure)
    {
        if (failure.SqlState != "23505" || failure.SchemaName is null || failure.ConstraintName is null) return [];
        var names = connection.Read(
            """
            SELECT a.attname, i.indpred IS NOT NULL FROM pg_class x JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_index i ON i.indexrelid = x.oid
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, nth)
            LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE n.nspname = $1 AND x.relname = $2 AND k.nth <= i.indnkeyatts ORDER BY k.nth
            """, row => row.IsDBNull(0) || row.GetBoolean(1) ? null : row.GetString(0), failure.SchemaName, failure.ConstraintName);
        var ordinals = names.ConvertAll(name => name is null ? -1 : stage.After.ToList().FindIndex(c => c.Name == name));
        if (ordinals.Count == 0 || ordinals.Contains(-1)) return [];
        return stage.Read($"SELECT {string.Join(", ", stage.After.Select(c => PostgresApplySql.Exact(c, "t")))} FROM {stage.Name} s "
            + $"JOIN {PostgresApplySql.From(stage.Delta.After!)} t ON {PostgresApplySql.KeyIs(stage.After, ordinals, "a")} WHERE s.n = {number} LIMIT 1",
            [.. stage.After.Select(PostgresApplySql.StageReading)]);
    }
}
