using DbVc.Databases;
using DbVc.Model;
using DbVc.TestServers;
using Xunit;

namespace DbVc.Tests;

/// <summary>Foreign SQL, even under the server's administrator: it reads, and nothing else.</summary>
public sealed class PostgresQueryTests
{
    private const string Start =
        """
        CREATE TABLE people (id integer PRIMARY KEY, name text, born date, ok boolean, data bytea, score real);
        INSERT INTO people VALUES (1, 'Ada', '1815-12-10', true, '\x00ff', 0.1), (2, NULL, '-infinity', false, NULL, 'NaN');
        CREATE FUNCTION pure(n integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN RETURN n + 1; END $$;
        CREATE FUNCTION writer() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN DELETE FROM people; RETURN 1; END $$;
        CREATE SEQUENCE numbers;
        """;

    public static TheoryData<int> Versions => [15, 18];

    /// <summary>Each with what the refusal has to say.</summary>
    public static TheoryData<string> Refused =>
    [
        "SELECT pg_read_file('/etc/passwd')", "SELECT * FROM pg_ls_dir('.')", "SELECT pg_catalog.\"pg_read_file\"('/etc/passwd')",
        "SELECT pg_read_file/* */ -- x\n ('/etc/passwd')", "SELECT U&\"pg_\\0072ead_file\"('/etc/passwd')", "SELECT u&\"\\0070g_reload_conf\"()",
        "SELECT lo_export(1, '/tmp/x')", "SELECT lo_import('/etc/passwd')", "SELECT lo_unlink(1)", "SELECT lo_creat(-1)",
        "SELECT query_to_xml('DELETE FROM people', true, true, '')", "SELECT * FROM ts_stat('SELECT pg_read_file(''x'')')",
        "SELECT set_config('statement_timeout', '0', false)", "SELECT set_config('transaction_read_only', 'off', true)", "SELECT pg_reload_conf()",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity", "SELECT nextval('numbers')", "SELECT setval('numbers', 9)", "SELECT writer()",
        "SELECT pg_advisory_lock(1)", "SELECT pg_notify('a', 'b')", "SELECT pg_switch_wal()", "SELECT pg_create_restore_point('x')",
        "SELECT * FROM pg_authid", "SELECT * FROM pg_catalog.pg_shadow", "TABLE \"pg_hba_file_rules\"", "SELECT * INTO x FROM people",
        "SELECT * FROM people FOR UPDATE", "WITH x AS (DELETE FROM people RETURNING *) SELECT * FROM x", "SELECT 1; SELECT 2",
        "SELECT 1 /* ; */; DROP TABLE people", "SELECT E'\\'; DROP TABLE people; --'; DELETE FROM people",
        "COPY people TO PROGRAM 'cat'", "EXPLAIN ANALYZE DELETE FROM people", "DO $$ BEGIN DELETE FROM people; END $$", "CALL x()", "SET ROLE postgres",
    ];

    public static TheoryData<string, string> Answered => new()
    {
        { "SELECT * FROM people ORDER BY id", "1|Ada|1815-12-10|true|x'00ff'|0.10000000149011612 2|NULL|-infinity|false|NULL|NaN" },
        { "TABLE people LIMIT 0", "" },
        { "VALUES (1, 'a;b'), (2, $x$; DELETE$x$);", "1|a;b 2|; DELETE" },
        { "(SELECT 1) UNION ALL (SELECT 2) -- the end", "1 2" },
        { "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n", "1 2 3" },
        { "SELECT pure(id) FROM people ORDER BY 1", "2 3" },
        { "SELECT random() < 2, pg_sleep(0) IS NULL", "true|false" },
        { "SELECT E'it''s \\'quoted\\' /* not a comment */', \"id\" FROM \"people\" WHERE id = 1", "it's 'quoted' /* not a comment */|1" },
        { "/* a /* nested */ comment */ SELECT count(*) FROM pg_class WHERE relname = 'people'", "1" },
        { "SELECT '2024-01-01 12:00+02'::timestamptz, '1 day 2 hours'::interval, 1.50::numeric", "2024-01-01 10:00:00+00|P1DT2H|1.50" },
    };

    [Theory]
    [MemberData(nameof(Versions))]
    public void What_does_more_than_read_is_refused_even_for_the_administrator(int version)
    {
        var address = NewDatabase(version);
        var before = Show(address, "SELECT * FROM people ORDER BY id");
        var passed = Refused.Select(row => row.Data).Where(sql => !IsRefused(address, sql)).ToList();
        Assert.True(passed.Count == 0, string.Join('\n', passed));
        Assert.Equal(before, Show(address, "SELECT * FROM people ORDER BY id"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Reading_statements_are_answered(int version)
    {
        var address = NewDatabase(version);
        foreach (var row in Answered)
        {
            var (sql, expected) = row.Data;
            Assert.Equal((sql, expected), (sql, Show(address, sql)));
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Columns_have_names_and_types(int version)
    {
        using var result = PostgresQuery.Run(NewDatabase(version), "SELECT id, name AS who, born, '{1}'::int[] FROM people", QueryLimits.Default);
        Assert.Equal([("id", "integer"), ("who", "text"), ("born", "date"), ("int4", "integer[]")], result.Columns.Select(c => (c.Name, c.Type)));
    }

    private static bool IsRefused(PostgresAddress address, string sql)
    {
        try
        {
            using var result = PostgresQuery.Run(address, sql, QueryLimits.Default);
            _ = result.Rows.ToList();
            return false;
        }
        catch (DbVcException failure)
        {
            return failure.Kind is FailureKind.Refused or FailureKind.Usage;
        }
    }

    private static string Show(PostgresAddress address, string sql)
    {
        using var result = PostgresQuery.Run(address, sql, QueryLimits.Default);
        return string.Join(' ', result.Rows.Select(r => string.Join('|', r)));
    }

    private static PostgresAddress NewDatabase(int version)
    {
        var server = DatabaseServer.Shared(PostgresTestServer.Kind(version));
        var url = server.CreateDatabase();
        var address = PostgresAddress.Parse(server.AdministratorUrl(url[(url.LastIndexOf('/') + 1)..]));
        PostgresTestServer.Execute(address, Start);
        return address;
    }
}
