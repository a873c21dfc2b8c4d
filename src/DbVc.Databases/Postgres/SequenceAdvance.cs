using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Brings sequences past the keys that were written, only ever forward. Small steps are taken as anybody takes a number, which waits for nobody and cannot go
/// back. A leap is made under the sequence's lock, where nobody else takes one.
/// </summary>
internal static class PostgresSequenceAdvance
{
    private const long MostSteps = 10_000;

    private const string FindSql =
        """
        SELECT n.nspname, c.relname, q.seqincrement, q.seqmax, coalesce(pg_sequence_last_value(q.seqrelid), q.seqstart - q.seqincrement), q.seqcache
        FROM pg_sequence q JOIN pg_class c ON c.oid = q.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE q.seqrelid = pg_get_serial_sequence($1, $2)::regclass AND q.seqincrement > 0
        """;

    /// <summary>True for a column that takes its value from a sequence of its own where a row brings none.</summary>
    public static bool Allocates(Column column) => column is { GeneratedSql: not null, Generated: false }
        && PostgresTypes.KindOf(column.DeclaredType) == ValueKind.Integer;

    public static void Run(PostgresConnection connection, PostgresStage stage)
    {
        if (stage.Inserted + stage.Updated == 0) return;
        for (var i = 0; i < stage.After.Count; i++)
        {
            if (!Allocates(stage.After[i]) || connection.ReadText($"SELECT max(a{i})::text FROM {stage.Name} WHERE ins OR upd") is not { } text) continue;
            Run(connection, stage.Delta.After!, stage.After[i], long.Parse(text, CultureInfo.InvariantCulture));
        }
    }

    public static void Run(PostgresConnection connection, TableSchema table, Column column, long written)
    {
        if (Find(connection, table, column) is not { } sequence) return;
        var highest = Math.Min(written, sequence.Most);
        if (highest <= sequence.Last) return;
        var steps = ((highest - sequence.Last - 1) / sequence.Step) + 1;
        if (steps <= MostSteps && sequence.Cache == 1)
        {
            connection.Execute(string.Create(CultureInfo.InvariantCulture,
                $"SELECT count(nextval({PostgresName.Literal(sequence.Name)}::regclass)) FROM generate_series(1, {steps})"));
            return;
        }

        // Any change of it takes the lock that taking a number waits for; then it is read once more.
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"ALTER SEQUENCE {sequence.Name} CACHE {sequence.Cache}"));
        if (highest > Find(connection, table, column)!.Last)
        {
            connection.Execute(string.Create(CultureInfo.InvariantCulture, $"SELECT setval({PostgresName.Literal(sequence.Name)}::regclass, {highest})"));
        }
    }

    private static Sequence? Find(PostgresConnection connection, TableSchema table, Column column) => connection.Read(FindSql, row => new Sequence(
        PostgresName.Write(row.GetString(0), row.GetString(1)), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
        PostgresName.Table(table.Name), column.Name).FirstOrDefault();

    private sealed record Sequence(string Name, long Step, long Most, long Last, long Cache);
}
