using DbVc.Databases;
using Xunit;

namespace DbVc.Tests;

/// <summary>What is decoded here is letter for letter what the server itself writes.</summary>
public sealed class PostgresDecoderTests
{
    private const string Timestamps =
        "SELECT timestamp '4713-01-01 00:00:00 BC' + i * interval '97 years 13 days 3 hours 7 minutes 11.000100 s' AS v FROM generate_series(0, 2900) i "
        + "UNION ALL SELECT timestamp '1999-12-27' + i * interval '6 hours 13 minutes 1.230004 s' FROM generate_series(0, 3000) i "
        + "UNION ALL SELECT unnest('{infinity,-infinity,0001-01-01 BC,0001-12-31 23:59:59.999999 BC,0001-01-01,9999-12-31,10000-01-01}'::timestamp[])";

    private const string Numerics =
        "SELECT (sign * mantissa * power(10::numeric, exponent))::numeric AS v FROM unnest('{1,-1}'::int[]) sign, "
        + "unnest('{0,1,9,10,9999,10000,10001,99999999,100000000,123456789.987654321,0.0001,0.00010,1.0,1.50,0.000000001}'::numeric[]) mantissa, "
        + "generate_series(-20, 20) exponent UNION ALL SELECT unnest('{NaN,Infinity,-Infinity,0.0,0.0000000,1e300,1e-300}'::numeric[])";

    public static TheoryData<int, string, string> Cases
    {
        get
        {
            var cases = new TheoryData<int, string, string>();
            foreach (var version in new[] { 15, 18 })
            {
                cases.Add(version, "timestamp without time zone", Timestamps);
                cases.Add(version, "timestamp with time zone", $"SELECT v::timestamptz AS v FROM ({Timestamps}) t");
                cases.Add(version, "date", $"SELECT v::date AS v FROM ({Timestamps}) t UNION ALL SELECT '5874897-12-31'");
                cases.Add(version, "numeric", Numerics);
                cases.Add(version, "uuid", "SELECT md5(i::text)::uuid AS v FROM generate_series(1, 500) i");
                cases.Add(version, "boolean", "SELECT unnest('{true,false}'::boolean[]) AS v");
                cases.Add(version, "jsonb", """SELECT unnest(ARRAY['{"b": [1, null], "a": "ä"}', '1.10', 'null']::jsonb[]) AS v""");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoded_values_are_what_the_server_writes(int version, string type, string query)
    {
        using var connection = PostgresConnection.Open(PostgresTestServer.NewDatabase(version));
        using var cursor = PostgresRowCursor.Open(connection, $"SELECT v, v::text FROM ({query}) q", [PostgresTypes.ReadingOf(type), PostgresReading.Text]);
        var count = 0;
        for (; cursor.Read(); count++)
        {
            Assert.Equal(System.Text.Encoding.UTF8.GetString(cursor.BytesAt(1)), System.Text.Encoding.UTF8.GetString(cursor.BytesAt(0)));
        }

        Assert.True(count > 1);
    }
}
