using System.Globalization;
using System.Text;
using DbVc.Databases;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public sealed class MySqlStatementTests
{
    /// <summary>A type, a literal, and what it is read as.</summary>
    public static TheoryData<string, string, string> Values => new()
    {
        { "TINYINT", "-128", "Integer -128" },
        { "TINYINT UNSIGNED", "255", "Integer 255" },
        { "SMALLINT", "-32768", "Integer -32768" },
        { "SMALLINT UNSIGNED", "65535", "Integer 65535" },
        { "MEDIUMINT", "-8388608", "Integer -8388608" },
        { "MEDIUMINT UNSIGNED", "16777215", "Integer 16777215" },
        { "INT", "-2147483648", "Integer -2147483648" },
        { "INT UNSIGNED", "4294967295", "Integer 4294967295" },
        { "INT(5) ZEROFILL", "42", "Integer 42" },
        { "BIGINT", "-9223372036854775808", "Integer -9223372036854775808" },
        { "BIGINT UNSIGNED", "9223372036854775807", "Integer 9223372036854775807" },
        { "BIGINT UNSIGNED", "9223372036854775808", "Text 9223372036854775808" },
        { "BIGINT UNSIGNED", "18446744073709551615", "Text 18446744073709551615" },
        { "BOOLEAN", "TRUE", "Integer 1" },
        { "YEAR", "2155", "Integer 2155" },
        { "YEAR", "0", "Integer 0" },
        { "DECIMAL(65,30)", "-12345678901234567890123456789012345.123456789012345678901234567890",
            "Text -12345678901234567890123456789012345.123456789012345678901234567890" },
        { "DECIMAL(5,2)", "1", "Text 1.00" },
        { "FLOAT", "0.1", "Real 0.10000000149011612" },
        { "FLOAT", "16777217", "Real 16777216" },
        { "DOUBLE", "0.1", "Real 0.1" },
        { "DOUBLE", "1.7976931348623157e308", "Real 1.7976931348623157E+308" },
        { "DOUBLE", "5e-324", "Real 5E-324" },
        { "DATE", "'2024-02-29'", "Text 2024-02-29" },
        { "DATE", "'0000-00-00'", "Text 0000-00-00" },
        { "DATE", "'2024-00-00'", "Text 2024-00-00" },
        { "DATETIME", "'2024-02-29 00:00:00'", "Text 2024-02-29 00:00:00" },
        { "DATETIME", "'0000-00-00 00:00:00'", "Text 0000-00-00 00:00:00" },
        { "DATETIME(6)", "'9999-12-31 23:59:59.999999'", "Text 9999-12-31 23:59:59.999999" },
        { "DATETIME(6)", "'2024-01-01 00:00:00'", "Text 2024-01-01 00:00:00.000000" },
        { "DATETIME(3)", "'2024-01-01 10:20:30.5'", "Text 2024-01-01 10:20:30.500" },
        { "TIMESTAMP(6) NULL", "'2024-03-31 01:30:00.000001'", "Text 2024-03-31 01:30:00.000001" },
        { "TIMESTAMP NULL", "'0000-00-00 00:00:00'", "Text 0000-00-00 00:00:00" },
        { "TIME", "'-838:59:59'", "Text -838:59:59" },
        { "TIME", "'00:00:00'", "Text 00:00:00" },
        { "TIME(6)", "'-00:00:00.000001'", "Text -00:00:00.000001" },
        { "TIME(2)", "'100:01:02.03'", "Text 100:01:02.03" },
        { "CHAR(5)", "'a  '", "Text a" },
        { "VARCHAR(20)", "'ß 表 😀'", "Text ß 表 😀" },
        { "VARCHAR(20) CHARACTER SET latin1", "'é€'", "Text é€" },
        { "VARCHAR(20) CHARACTER SET utf16", "'é表'", "Text é表" },
        { "TEXT", "''", "Text " },
        { "ENUM('a','b''c')", "'b''c'", "Text b'c" },
        { "SET('x','y','z')", "'z,x'", "Text x,z" },
        { "JSON", "'{\"a\": [1, 2]}'", "Text {\"a\": [1, 2]}" },
        { "BINARY(4)", "x'ff00'", "Blob ff000000" },
        { "VARBINARY(4)", "x'ff00'", "Blob ff00" },
        { "TINYBLOB", "x'00'", "Blob 00" },
        { "LONGBLOB", "''", "Blob " },
        { "BIT(10)", "b'1000000001'", "Blob 0201" },
        { "BIT(64)", "b'1'", "Blob 0000000000000001" },
        { "INT", "NULL", "Null" },
        { "UUID", "'123e4567-e89b-12d3-a456-426655440000'", "Text 123e4567-e89b-12d3-a456-426655440000" },
        { "INET6", "'::1'", "Text ::1" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_read_exactly_and_what_was_read_can_be_written_back(string type, string literal, string expected)
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute($"CREATE TABLE t (id INT PRIMARY KEY, v {type})");
        handle.Execute($"INSERT INTO t VALUES (1, {literal})");
        var value = Assert.Single(ReadAll(handle, "SELECT v FROM t"))[0];
        Assert.Equal(expected, Show(value));
        using var insert = handle.Prepare("INSERT INTO t VALUES (2, ?)");
        insert.Bind(0, value);
        insert.Execute();
        Assert.Equal(0, handle.WarningCount);
        Assert.Equal(1, handle.ReadInteger("SELECT count(*) FROM t AS a JOIN t AS b ON a.id = 1 AND b.id = 2 AND a.v <=> b.v"));
        Assert.Equal([value, value], ReadAll(handle, "SELECT v FROM t").Select(r => r[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Dates_and_times_are_written_as_the_server_writes_them(int seed)
    {
        var random = new Random(seed);
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute("CREATE TABLE t (d DATE, dt DATETIME, dt6 DATETIME(6), dt4 DATETIME(4), t TIME, t6 TIME(6), t1 TIME(1))");
        for (var i = 0; i < 200; i++)
        {
            var date = new DateTime(random.NextInt64(DateTime.MaxValue.Ticks)).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
            var time = $"{(random.Next(2) == 0 ? "-" : "")}{random.Next(838)}:{random.Next(60)}:{random.Next(60)}.{random.Next(1_000_000):D6}";
            handle.Execute($"INSERT INTO t VALUES (left('{date}', 10), '{date}', '{date}', '{date}', '{time}', '{time}', '{time}')");
        }

        string[] columns = ["d", "dt", "dt6", "dt4", "t", "t6", "t1"];
        foreach (var row in ReadAll(handle, $"SELECT {string.Join(", ", columns)}, {string.Join(", ", columns.Select(c => $"CAST({c} AS CHAR)"))} FROM t"))
        {
            for (var i = 0; i < columns.Length; i++) Assert.Equal(row[i + columns.Length].AsText, row[i].AsText);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Doubles_and_floats_survive_bit_for_bit(int seed)
    {
        var random = new Random(seed);
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute("CREATE TABLE t (id INT PRIMARY KEY, d DOUBLE, f FLOAT)");
        using var insert = handle.Prepare("INSERT INTO t VALUES (?, ?, ?)");
        // There is no negative zero: the server stores it as zero.
        var written = new List<(double, double)> { (double.MaxValue, float.MaxValue), (double.Epsilon, float.Epsilon) };
        while (written.Count < 300)
        {
            var (wide, narrow) = (BitConverter.Int64BitsToDouble(random.NextInt64()), BitConverter.Int32BitsToSingle(random.Next()));
            if (double.IsFinite(wide) && float.IsFinite(narrow)) written.Add((wide, narrow));
        }

        for (var i = 0; i < written.Count; i++)
        {
            insert.BindInteger(0, i);
            insert.BindReal(1, written[i].Item1);
            insert.BindReal(2, written[i].Item2);
            insert.Execute();
        }

        Assert.Equal(written.Select(w => DatabaseContent.Show([Value.Real(w.Item1), Value.Real(w.Item2)])),
            ReadAll(handle, "SELECT d, f FROM t ORDER BY id").Select(DatabaseContent.Show));
    }

    [Fact]
    public void Bytes_of_every_length_survive_and_a_statement_runs_again_with_other_values()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute("CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY AUTO_INCREMENT, a LONGBLOB, b LONGTEXT)");
        using var insert = handle.Prepare("INSERT INTO t (a, b) VALUES (?, ?), (?, ?)");
        Assert.Equal(4, insert.ParameterCount);
        var random = new Random(7);
        var rows = new List<Value[]>();
        foreach (var length in new[] { 0, 1, 250, 251, 252, 65_535, 65_536, 5_000_000 })
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var (blob, text) = (Value.Blob(bytes), Value.Text(new string('ß', length / 2)));
            insert.Bind(0, blob);
            insert.Bind(1, text);
            insert.Bind(2, Value.Null);
            insert.Bind(3, Value.Text("x"));
            insert.Execute();
            Assert.Equal(2, insert.AffectedRows);
            rows.AddRange([[blob, text], [Value.Null, Value.Text("x")]]);
            Assert.Equal((ulong)rows.Count - 1, insert.InsertId);
        }

        Assert.Equal(rows.Select(DatabaseContent.Show), ReadAll(handle, "SELECT a, b FROM t ORDER BY id").Select(DatabaseContent.Show));
        using var update = handle.Prepare("UPDATE t SET id = ? WHERE id = ?");
        update.BindUnsigned(0, ulong.MaxValue);
        update.BindInteger(1, 1);
        update.Execute();
        Assert.Equal("18446744073709551615", ReadAll(handle, "SELECT max(id) FROM t").Single()[0].AsText);
        update.BindUnsigned(0, ulong.MaxValue);
        update.BindUnsigned(1, ulong.MaxValue);
        update.Execute();
        Assert.Equal(1, update.AffectedRows);
        Assert.Throws<ArgumentOutOfRangeException>(() => update.BindNull(2));
    }

    [Fact]
    public void Columns_are_described_and_rows_that_were_not_read_are_passed_over()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        using var statement = handle.Prepare("SELECT seq AS `a b`, 'x' AS c FROM seq_1_to_50000 WHERE seq > ?");
        Assert.True(statement.ReturnsRows);
        for (var i = 0; i < 2; i++)
        {
            statement.BindInteger(0, i);
            using var rows = statement.Query();
            Assert.Equal(["a b", "c"], new[] { rows.NameAt(0), rows.NameAt(1) });
            Assert.True(rows.Read());
            Assert.Equal(i + 1, rows.IntegerAt(0));
        }

        Assert.Equal(1, handle.ReadInteger("SELECT 1"));
    }

    [Fact]
    public void Text_results_stream_and_null_is_not_empty()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        using (var result = handle.Query("SELECT 42 AS n, NULL, '', 'ß'"))
        {
            Assert.Equal((4, "n"), (result.FieldCount, result.NameAt(0)));
            Assert.True(result.Read());
            Assert.Equal((42, true, null), (result.IntegerAt(0), result.IsNull(1), result.NullableTextAt(1)));
            Assert.Equal(("", "ß"), (result.NullableTextAt(2), result.TextAt(3)));
            Assert.False(result.Read());
        }

        Assert.Null(handle.ReadText("SELECT 1 WHERE 1 = 0"));
        Assert.Equal("statement.no-rows", Assert.Throws<DbVcException>(() => handle.Query("DO 1")).Code);
        handle.Execute("SELECT * FROM seq_1_to_1000");
        Assert.Equal(7, handle.ReadInteger("SELECT 7"));
    }

    [Fact]
    public void Two_statements_in_one_text_are_refused()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute("CREATE TABLE t (id INT)");
        Assert.Throws<DbVcException>(() => handle.Execute("SELECT 1; DROP TABLE t"));
        Assert.Throws<DbVcException>(() => handle.Prepare("SELECT 1; DROP TABLE t"));
        Assert.Equal(0, handle.ReadInteger("SELECT count(*) FROM t"));
    }

    [Fact]
    public void Warnings_and_counts_of_the_last_statement_are_told()
    {
        using var handle = MySqlTestServer.OpenNewDatabase();
        handle.Execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)");
        handle.Execute("INSERT INTO t (v) VALUES (1), (2), (3)");
        Assert.Equal((3, 1UL), (handle.AffectedRows, handle.InsertId));
        handle.Execute("UPDATE t SET v = 2 WHERE id > 1");
        Assert.Equal(2, handle.AffectedRows);
        Assert.Empty(handle.ReadWarnings());
        handle.Execute("INSERT IGNORE INTO t VALUES (1, 9), (4, 'x')");
        Assert.Equal([1062, 1366], handle.ReadWarnings().Select(w => w.Number));
    }

    internal static List<Value[]> ReadAll(MySqlHandle handle, string sql)
    {
        using var statement = handle.Prepare(sql);
        using var rows = statement.Query();
        var all = new List<Value[]>();
        while (rows.Read()) all.Add(rows.RowAt(0));
        return all;
    }

    private static string Show(Value value) => value.Kind switch
    {
        ValueKind.Null => "Null",
        ValueKind.Blob => "Blob " + Convert.ToHexStringLower(value.AsBytes.Span),
        ValueKind.Text => "Text " + Encoding.UTF8.GetString(value.AsBytes.Span),
        _ => $"{value.Kind} {value}",
    };
}
