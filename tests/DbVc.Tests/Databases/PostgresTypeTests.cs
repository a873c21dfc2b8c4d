using System.Globalization;
using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Every type comes out of the database and goes in again as exactly the same.</summary>
public sealed class PostgresTypeTests
{
    private const string Types =
        """
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "fine"');
        CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
        CREATE DOMAIN code AS char(5);
        CREATE TYPE pair AS (n integer, "odd Name" text);
        """;

    /// <summary>The type as declared and as the catalogue writes it, what kind of value it is, and values as SQL.</summary>
    public static TheoryData<string, string, ValueKind, string[]> Values => new()
    {
        { "smallint", "smallint", ValueKind.Integer, ["-32768", "0", "32767"] },
        { "int4", "integer", ValueKind.Integer, ["-2147483648", "0", "2147483647"] },
        { "bigint", "bigint", ValueKind.Integer, ["-9223372036854775808", "0", "9223372036854775807"] },
        { "real", "real", ValueKind.Real, ["0.1", "-0", "'NaN'", "'Infinity'", "'-Infinity'", "3.4028235e38", "1e-45"] },
        { "float8", "double precision", ValueKind.Real, ["0.1", "'-0'", "'NaN'", "'Infinity'", "'-Infinity'", "1.7976931348623157e308", "5e-324"] },
        { "bytea", "bytea", ValueKind.Blob, [@"'\x'", @"'\x00ff00'", "decode(repeat('ab', 100000), 'hex')"] },
        { "boolean", "boolean", ValueKind.Text, ["true", "false"] },
        { "text", "text", ValueKind.Text, ["''", "' x '", "'ß 表 😀'", @"E'a\tb\nc\\d'", "'NULL'", @"'\N'", "repeat('long ', 100000)"] },
        { "varchar(4)", "character varying(4)", ValueKind.Text, ["''", "'abcd'", "'a  '"] },
        { "char(4)", "character(4)", ValueKind.Text, ["''", "'ab'", "'abcd'"] },
        { "bpchar", "bpchar", ValueKind.Text, ["''", "'ab  '"] },
        { "\"char\"", "\"char\"", ValueKind.Text, ["'x'", "''"] },
        { "name", "name", ValueKind.Text, ["'people'"] },
        {
            "numeric", "numeric", ValueKind.Text,
            ["0", "0.00", "-1.50", "'NaN'", "'Infinity'", "'-Infinity'", "12345678901234567890123456789.123456789012345678901", "1e-200", "1e300"]
        },
        { "numeric(10,2)", "numeric(10,2)", ValueKind.Text, ["1.5", "-99999999.99"] },
        { "money", "money", ValueKind.Text, ["1234.56", "-92233720368547758.08"] },
        { "date", "date", ValueKind.Text, ["'2024-02-29'", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'"] },
        { "time(3)", "time(3) without time zone", ValueKind.Text, ["'00:00'", "'24:00'", "'23:59:59.999'"] },
        { "timetz", "time with time zone", ValueKind.Text, ["'12:00:00.000001+05:30'", "'24:00-12'"] },
        {
            "timestamp", "timestamp without time zone", ValueKind.Text,
            ["'2024-02-29 12:34:56.789012'", "'infinity'", "'-infinity'", "'4713-01-01 00:00:00 BC'", "'294276-12-31 23:59:59.999999'"]
        },
        {
            "timestamptz", "timestamp with time zone", ValueKind.Text,
            ["'2024-03-31 03:30+02'", "'infinity'", "'0001-01-01 00:00 BC'", "'1890-01-01 00:00:00+00:19:32'"]
        },
        { "timestamptz(0)", "timestamp(0) with time zone", ValueKind.Text, ["'2024-03-31 03:30:15+02'"] },
        { "interval", "interval", ValueKind.Text, ["'0'", "'1 year -2 mons 3 days -04:05:06.789'", "'-1 day +00:00:00.000001'", "'178000000 years'"] },
        { "interval day to second(3)", "interval day to second(3)", ValueKind.Text, ["'1 day 02:03:04.567'"] },
        { "uuid", "uuid", ValueKind.Text, ["'00000000-0000-0000-0000-000000000000'", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"] },
        { "json", "json", ValueKind.Text, ["'{ \"b\":1,  \"a\": [null, 1.50, \"\\u00e4\"], \"a\": 2 }'", "'null'"] },
        { "jsonb", "jsonb", ValueKind.Text, ["'{ \"b\":1, \"a\": [null, 1.50, \"ä\"], \"a\": 2 }'", "'null'", "'12345678901234567890.10'"] },
        { "xml", "xml", ValueKind.Text, ["'<a x=\"1\">&lt;</a>'", "'text <b/> text'", "'<?xml version=\"1.0\"?><a/>'"] },
        { "inet", "inet", ValueKind.Text, ["'10.0.0.1'", "'10.0.0.1/8'", "'::1'", "'fe80::1/64'"] },
        { "cidr", "cidr", ValueKind.Text, ["'10.0.0.0/8'", "'10.0.0.1/32'", "'2001:db8::/32'"] },
        { "macaddr", "macaddr", ValueKind.Text, ["'08:00:2b:01:02:03'"] },
        { "macaddr8", "macaddr8", ValueKind.Text, ["'08:00:2b:01:02:03:04:05'"] },
        { "bit(3)", "bit(3)", ValueKind.Text, ["B'101'", "B'000'"] },
        { "bit(3)[]", "bit(3)[]", ValueKind.Text, ["ARRAY[B'101', B'110']::bit(3)[]"] },
        { "varbit", "bit varying", ValueKind.Text, ["B''", "B'1010101'"] },
        { "tsvector", "tsvector", ValueKind.Text, ["'a:1A fat:2B,4C cat:5'::tsvector", "''"] },
        { "tsquery", "tsquery", ValueKind.Text, ["'fat & (rat | cat:*)'"] },
        { "mood", "public.mood", ValueKind.Text, ["'sad'", "'it''s \"fine\"'"] },
        { "positive", "public.positive", ValueKind.Text, ["1", "2147483647"] },
        { "code", "public.code", ValueKind.Text, ["'ab'"] },
        { "pair", "public.pair", ValueKind.Text, ["'(1,\"a \"\"b\"\"\")'", "'(,)'", "'(1,\"\")'"] },
        { "integer[]", "integer[]", ValueKind.Text, ["'{}'", "'{1,NULL,3}'", "'[0:1]={1,2}'", "'{{1,2},{3,4}}'"] },
        { "text[]", "text[]", ValueKind.Text, ["ARRAY['a', NULL, 'NULL', '', 'x\"y', '{', ',', E'\\\\']"] },
        { "char(3)[]", "character(3)[]", ValueKind.Text, ["ARRAY['a', 'b ']::char(3)[]"] },
        { "timestamptz[]", "timestamp with time zone[]", ValueKind.Text, ["ARRAY['2024-01-01 00:00+02', 'infinity']::timestamptz[]"] },
        { "float8[]", "double precision[]", ValueKind.Text, ["'{0.1,-0,NaN,1e300}'"] },
        { "bytea[]", "bytea[]", ValueKind.Text, [@"ARRAY['\x00ff', NULL]::bytea[]"] },
        { "mood[]", "public.mood[]", ValueKind.Text, ["'{sad,ok}'"] },
        { "pair[]", "public.pair[]", ValueKind.Text, ["ARRAY['(1,a)', '(,)']::pair[]"] },
        { "int4range", "int4range", ValueKind.Text, ["'empty'", "'[1,5)'", "'(,)'", "'[7,]'"] },
        { "numrange", "numrange", ValueKind.Text, ["'(1.50,2.0]'"] },
        { "tstzrange", "tstzrange", ValueKind.Text, ["'[2024-01-01 00:00+02,infinity)'"] },
        { "datemultirange", "datemultirange", ValueKind.Text, ["'{}'", "'{[2024-01-01,2024-02-01), [2025-01-01,)}'"] },
        { "point", "point", ValueKind.Text, ["'(0.1,-0)'"] },
        { "polygon", "polygon", ValueKind.Text, ["'((0,0),(1,0.1),(2,1e-300))'"] },
        { "circle", "circle", ValueKind.Text, ["'<(1,2),0.3>'"] },
        { "oid", "oid", ValueKind.Text, ["4294967295"] },
        { "pg_lsn", "pg_lsn", ValueKind.Text, ["'16/B374D848'"] },
        { "jsonpath", "jsonpath", ValueKind.Text, ["'$.a[*] ? (@ > 1)'"] },
        { "xid8", "xid8", ValueKind.Text, ["'18446744073709551615'"] },
    };

    public static TheoryData<int> Versions => [15, 18];

    [Theory]
    [MemberData(nameof(Versions))]
    public void Every_type_round_trips_exactly(int version)
    {
        var address = PostgresTestServer.NewDatabase(version);
        PostgresTestServer.Execute(address, Types);
        var wrong = new List<string>();
        foreach (var row in Values)
        {
            var (declared, written, kind, values) = row.Data;
            try
            {
                if (RoundTrip(address, declared, written, kind, values) is { } problem) wrong.Add($"{declared}: {problem}");
            }
            catch (DbVcException failure)
            {
                wrong.Add($"{declared}: {failure.Message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string? RoundTrip(PostgresAddress address, string declared, string written, ValueKind kind, string[] values)
    {
        var list = string.Join(", ", values.Select((v, i) => $"({i}, CAST({v} AS {declared}))").Append($"({values.Length}, NULL)"));
        PostgresTestServer.Execute(address,
            $"""
            DROP TABLE IF EXISTS t, copy; CREATE TABLE t (id integer PRIMARY KEY, v {declared}); CREATE TABLE copy (LIKE t INCLUDING ALL);
            SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'SQL, DMY'; SET IntervalStyle = 'postgres_verbose'; SET bytea_output = 'escape';
            INSERT INTO t VALUES {list};
            """);
        using var snapshot = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
        var content = DatabaseContent.Read(snapshot);
        var column = content.Schema.FindTable("t")!.FindColumn("v")!;
        if (column.DeclaredType != written) return $"its type reads '{column.DeclaredType}'";
        var rows = content.Rows["t"];
        if (rows.Take(values.Length).FirstOrDefault(r => r[1].Kind != kind) is { } odd) return $"a value reads as {odd[1].Kind}";
        if (!rows[^1][1].IsNull) return "NULL reads as something";
        using (var connection = PostgresConnection.Open(address))
        {
            foreach (var row in rows) Insert(connection, row[0].AsInteger, column.DeclaredType, row[1]);
            if (!Bytes(connection, "t").SequenceEqual(Bytes(connection, "copy"))) return "the engine has other bytes: " + Show(rows);
        }

        using var again = PostgresReadSnapshot.Open(address, TimeSpan.FromSeconds(5));
        var copied = DatabaseContent.Read(again).Rows["copy"];
        return Show(rows) == Show(copied) ? null : $"{Show(rows)} became {Show(copied)}";
    }

    private static void Insert(PostgresConnection connection, long id, string type, Value value)
    {
        var text = value.Kind switch
        {
            ValueKind.Null => null,
            ValueKind.Integer => value.AsInteger.ToString(CultureInfo.InvariantCulture),
            ValueKind.Real => value.AsReal.ToString("R", CultureInfo.InvariantCulture),
            ValueKind.Blob => @"\x" + Convert.ToHexStringLower(value.AsBytes.Span),
            _ => value.AsText,
        };
        connection.Execute($"INSERT INTO public.copy VALUES ({id}, $1::{PostgresTypes.CastOf(type)})", text);
    }

    private static byte[] Bytes(PostgresConnection connection, string table)
    {
        using var stream = connection.Native.BeginRawBinaryCopy($"COPY (SELECT * FROM public.{table} ORDER BY id) TO STDOUT (FORMAT binary)");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static string Show(List<Value[]> rows) => string.Join(", ", rows.Select(r =>
        r[1].ToString() is { Length: > 200 } text ? $"{text[..200]}… ({text.GetHashCode(StringComparison.Ordinal)})" : r[1].ToString()));
}
