using System.Globalization;
using DbVc.Model;
using Npgsql;

namespace DbVc.Databases;

/// <summary>Runs one invariant inside a transaction that has changed things, under the same guard as any foreign SQL, and takes back whatever it did.</summary>
internal static class PostgresInvariantCheck
{
    /// <summary>More rows add nothing for a person.</summary>
    private const int MaxRows = 20;

    public static IReadOnlyList<ConstraintViolation> Run(PostgresConnection connection, Invariant invariant, TimeSpan maxTime) =>
        Guard(invariant, maxTime, () =>
    {
        Enter(connection);
        try
        {
            var statement = PostgresQueryGuard.Check(connection, invariant.Sql);
            var columns = PostgresQuery.Declare(connection, statement, maxTime);
            var rows = PostgresQuery.Fetch(connection, MaxRows, maxTime, [.. columns.Select(c => c.Output)]);
            return rows.ConvertAll(row => Violation(invariant, [.. columns.Zip(row, (c, value) => new NamedValue(c.Column.Name, value))]));
        }
        finally
        {
            Leave(connection);
        }
    });

    /// <summary>The tables that an invariant reads, in SQL: those that reading it would lock.</summary>
    public static IReadOnlyList<string> FindTables(PostgresConnection connection, Invariant invariant, TimeSpan maxTime) => Guard(invariant, maxTime, () =>
    {
        Enter(connection);
        try
        {
            PostgresQuery.Declare(connection, PostgresQueryGuard.Check(connection, invariant.Sql), maxTime);
            return connection.Read(
                """
                SELECT DISTINCT n.nspname, c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.mode = 'AccessShareLock' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname !~* '^_dbvc_' ORDER BY 1, 2
                """, row => PostgresName.Write(row.GetString(0), row.GetString(1)));
        }
        finally
        {
            Leave(connection);
        }
    });

    /// <summary>Names are found as in the user's own sessions, and nothing can be written.</summary>
    private static void Enter(PostgresConnection connection) => connection.Execute(
        "SAVEPOINT dbvc_invariant; SET LOCAL transaction_read_only = on; SET LOCAL search_path TO DEFAULT; SET LOCAL seq_page_cost TO DEFAULT; "
            + "SET LOCAL random_page_cost TO DEFAULT");

    private static void Leave(PostgresConnection connection) => connection.Execute("ROLLBACK TO SAVEPOINT dbvc_invariant; RELEASE SAVEPOINT dbvc_invariant");

    private static T Guard<T>(Invariant invariant, TimeSpan maxTime, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (DbVcException failure) when (failure.InnerException is PostgresException { SqlState: PostgresError.QueryCanceled })
        {
            throw new DbVcException(FailureKind.Refused, "invariant.limit", string.Create(CultureInfo.InvariantCulture,
                $"Invariant '{invariant.Name}' did not end within {maxTime.TotalSeconds:0.###} seconds."), invariant.Name,
                "Nothing was changed. Make its query faster, or remove it: db-vc invariant remove NAME.", failure);
        }
        catch (DbVcException failure) when (PostgresQueryGuard.Translate(failure) is { Kind: FailureKind.Refused or FailureKind.Usage } why)
        {
            throw new DbVcException(FailureKind.Refused, "invariant.failed", $"Invariant '{invariant.Name}' cannot be run: {why.Message}",
                invariant.Name, "Nothing was changed. Mend the query, or remove it: db-vc invariant remove NAME.", failure);
        }
    }

    private static ConstraintViolation Violation(Invariant invariant, IReadOnlyList<NamedValue> row)
    {
        var text = string.Join(", ", row.Select(cell => $"{cell.Name}={RowText.Describe([cell.Value])}"));
        return new ConstraintViolation($"INVARIANT {invariant.Name}", "", text, $"Invariant '{invariant.Name}' must return no row, but returns {text}.")
        {
            Rows = [new ViolatingRow("", row)],
        };
    }
}
