using System.Globalization;
using DbVc.PipelineRuntime;
using Xunit;

namespace DbVc.Tests;

public sealed class CellsTests
{
    /// <summary>Type, text, then the cell as a sink records it; "fails" where the text has another type.</summary>
    public static TheoryData<string, string?, string?> Cases => new()
    {
        { "integer", "42", "42" }, { "integer", " +42 ", "42" }, { "integer", "-007", "-7" }, { "integer", "9223372036854775807", "9223372036854775807" },
        { "integer", "-9223372036854775808", "-9223372036854775808" }, { "integer", "9223372036854775808", "fails" }, { "integer", "1.0", "fails" },
        { "integer", "1e3", "fails" }, { "integer", "1,234", "fails" }, { "integer", "0x10", "fails" }, { "integer", "--1", "fails" },
        { "integer", "+", "fails" },
        { "integer", "1 2", "fails" }, { "integer", "١", "fails" }, { "integer", "", null }, { "integer", "  ", null }, { "integer", null, null },
        { "integer", "+-1", "fails" },
        { "real", "1.5", "1.5" }, { "real", "-2e10", "-20000000000" }, { "real", ".5", "0.5" }, { "real", "5.", "5" }, { "real", "NaN", "fails" },
        { "real", "Infinity", "fails" },
        { "real", "1e999", "fails" }, { "real", "1,5", "fails" }, { "real", "abc", "fails" }, { "real", "", null }, { "real", "-0", "-0" },
        { "decimal", "1.50", "1.5" }, { "decimal", "007.00", "7" }, { "decimal", "-0.0", "0" }, { "decimal", "+1", "1" },
        { "decimal", "1234567890123456789012345678", "1234567890123456789012345678" },
        { "decimal", "12345678901234567890123456789", "fails" }, { "decimal", "0.1234567890123456789012345678", "0.1234567890123456789012345678" },
        { "decimal", "1.12345678901234567890123456789", "fails" }, { "decimal", "1e5", "fails" }, { "decimal", "$5", "fails" },
        { "decimal", "1,234.50", "fails" }, { "decimal", "", null },
        { "boolean", "true", "1" }, { "boolean", "Yes", "1" }, { "boolean", "F", "0" }, { "boolean", "0", "0" }, { "boolean", "OFF", "0" },
        { "boolean", "2", "fails" }, { "boolean", "truely", "fails" }, { "boolean", "", null },
        { "date", "2024-01-31", "2024-01-31" }, { "date", "2024/02/29", "2024-02-29" }, { "date", "2023-02-29", "fails" },
        { "date", "2024-13-01", "fails" }, { "date", "2024-1-31", "fails" },
        { "date", "31.01.2024", "fails" }, { "date", "2024-01/31", "fails" }, { "date", "0000-01-01", "fails" }, { "date", "2024-01-31T00:00", "fails" },
        { "date", " 2024-01-31 ", "2024-01-31" },
        { "timestamp", "2024-01-31", "2024-01-31 00:00:00" }, { "timestamp", "2024-01-31T12:30", "2024-01-31 12:30:00" },
        { "timestamp", "2024-01-31 12:30:59", "2024-01-31 12:30:59" },
        { "timestamp", "2024-01-31 12:30:59.1200", "2024-01-31 12:30:59.12" }, { "timestamp", "2024-01-31T12:30:59Z", "2024-01-31 12:30:59Z" },
        { "timestamp", "2024-01-31T00:30:00+02:00", "2024-01-30 22:30:00Z" }, { "timestamp", "2024-01-31T00:30:00-0530", "2024-01-31 06:00:00Z" },
        { "timestamp", "2024-01-31 10:00 +01", "2024-01-31 09:00:00Z" },
        { "timestamp", "2024-01-31 24:00:00", "fails" }, { "timestamp", "2024-01-31 23:59:60", "fails" },
        { "timestamp", "2024-01-31 12:30:59.12345678", "fails" }, { "timestamp", "2024-01-31 12", "fails" },
        { "timestamp", "2024-01-31T12:30:59+15:00", "fails" }, { "timestamp", "0001-01-01T00:00:00+01:00", "fails" },
        { "timestamp", "2024-01-31 12:30 pm", "fails" }, { "timestamp", "2024-01-31 12:30:59.", "fails" },
        { "timestamp", "now", "fails" }, { "timestamp", "", null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cells_are_typed_strictly_and_written_canonically(string type, string? text, string? expected) => Assert.Equal(expected, Round(type, text));

    [Fact]
    public void What_is_written_reads_back_as_the_same_and_is_canonical()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var i = 0; i < 3000; i++)
        {
            var ticks = random.NextInt64(DateTime.MaxValue.Ticks);
            var time = new DateTime(i % 3 == 0 ? ticks - (ticks % TimeSpan.TicksPerSecond) : ticks, i % 2 == 0 ? DateTimeKind.Utc : DateTimeKind.Unspecified);
            AssertStable("timestamp", Record(s => Cells.Write(s, (DateTime?)time)), seed);
            AssertStable("date", Record(s => Cells.Write(s, (DateOnly?)DateOnly.FromDateTime(time))), seed);
            AssertStable("decimal", Record(s => Cells.Write(s, (decimal?)new decimal(random.Next(), random.Next(), 0, i % 2 == 0, (byte)random.Next(15)))),
                seed);
        }
    }

    [Theory]
    [InlineData("1.50", false)]
    [InlineData("1.5", true)]
    [InlineData("-0", false)]
    [InlineData(" 1", false)]
    [InlineData("", false)]
    public void Only_one_text_of_a_decimal_is_canonical(string text, bool expected) =>
        Assert.Equal(expected, Cells.IsCanonicalDecimal(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void AssertStable(string type, string text, int seed)
    {
        Assert.True(text == Round(type, text), $"seed {seed}: {text}");
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var canonical = type switch
        {
            "timestamp" => Cells.IsCanonicalTimestamp(bytes),
            "date" => Cells.IsCanonicalDate(bytes),
            _ => Cells.IsCanonicalDecimal(bytes),
        };
        Assert.True(canonical, $"seed {seed}: {text} is not canonical");
    }

    private static string? Round(string type, string? text)
    {
        var cell = Text.From(text);
        switch (type)
        {
            case "integer":
                return Cells.TryParseInteger(cell, out var integer) ? integer?.ToString(CultureInfo.InvariantCulture) : "fails";
            case "real":
                return Cells.TryParseReal(cell, out var real) ? real?.ToString("R", CultureInfo.InvariantCulture) : "fails";
            case "boolean":
                return Cells.TryParseBoolean(cell, out var truth) ? truth is null ? null : truth.Value ? "1" : "0" : "fails";
            case "decimal":
                return Cells.TryParseDecimal(cell, out var number) ? number is null ? null : Record(s => Cells.Write(s, number)) : "fails";
            case "date":
                return Cells.TryParseDate(cell, out var date) ? date is null ? null : Record(s => Cells.Write(s, date)) : "fails";
            default:
                return Cells.TryParseTimestamp(cell, out var time) ? time is null ? null : Record(s => Cells.Write(s, time)) : "fails";
        }
    }

    private static string Record(Action<IRowSink> write)
    {
        var sink = new RecordingSink();
        sink.Begin(1);
        write(sink);
        sink.Accept();
        return (string)sink.Accepted[0][0]!;
    }
}
