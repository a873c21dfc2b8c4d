using System.Text;
using DbVc.PipelineRuntime;
using Xunit;

namespace DbVc.Tests;

public sealed class JsonReaderTests
{
    /// <summary>Form, source, then what comes out at the paths a, b.c and d[0]: records separated by " / ", "!rule" after one with a problem.</summary>
    public static TheoryData<string, string, string> Quirks => new()
    {
        { "lines", "{\"a\":1,\"b\":{\"c\":2},\"d\":[3,4]}\n", "1|2|3" },
        { "lines", "{\"d\":[3],\"b\":{\"x\":9,\"c\":\"y\"},\"a\":\"x\"}\r\n\n  {\"a\":2}", "x|y|3 / 2|NULL|NULL" },
        { "lines", "{\"a\":null,\"b\":null,\"d\":null}\n{}\n{\"a\":\"\"}", "NULL|NULL|NULL / NULL|NULL|NULL / |NULL|NULL" },
        { "lines", "{\"a\":12345678901234567890123456789.123456789012345678}", "12345678901234567890123456789.123456789012345678|NULL|NULL" },
        { "lines", "{\"a\":9007199254740993}\n{\"a\":-0}\n{\"a\":1E400}\n{\"a\":1.50}",
            "9007199254740993|NULL|NULL / -0|NULL|NULL / 1E400|NULL|NULL / 1.50|NULL|NULL" },
        { "lines", "{\"a\":true}\n{\"a\":\"true\"}\n{\"a\":{\"x\": [1]}}\n{\"a\":[1, 2]}",
            "true|NULL|NULL / true|NULL|NULL / {\"x\": [1]}|NULL|NULL / [1, 2]|NULL|NULL" },
        { "lines", "{\"a\":1,\"a\":2}\n{\"a\":3}", "2|NULL|NULL!duplicate_key / 3|NULL|NULL" },
        { "lines", "{\"b\":{\"c\":1},\"b\":{\"c\":2}}\n{\"z\":1,\"z\":2,\"a\":3}", "NULL|2|NULL!duplicate_key / 3|NULL|NULL" },
        { "lines", "{\"\\u0061\":1}\n{\"a\":1,\"\\u0061\":2}", "1|NULL|NULL / 2|NULL|NULL!duplicate_key" },
        { "lines", "{\"b\":5}\n{\"b\":{\"c\":5}}\n{\"d\":5}\n{\"d\":[]}", "NULL|NULL|NULL / NULL|5|NULL / NULL|NULL|NULL / NULL|NULL|NULL" },
        { "lines", "{\"a\":1\n{\"a\":2}\nno\n{\"a\":3}}\n{\"a\":4}",
            "NULL|NULL|NULL!json / 2|NULL|NULL / NULL|NULL|NULL!json / 3|NULL|NULL!json / 4|NULL|NULL" },
        { "lines", "[1]\n7\n\"x\"\n{\"a\":1}", "NULL|NULL|NULL!json / NULL|NULL|NULL!json / NULL|NULL|NULL!json / 1|NULL|NULL" },
        { "lines", "{\"a\":1}\n{\"a\":\"trunc", "1|NULL|NULL / NULL|NULL|NULL!json" },
        { "lines", "\uFEFF{\"a\":1}", "1|NULL|NULL" },
        { "lines", "{\"a\":\"ä\\n\\t\\u00e9\\ud83d\\ude00\"}", "ä\n\té😀|NULL|NULL" },
        { "lines", "{\"a\":\"\\ud800\"}\n{\"a\":1}", "NULL|NULL|NULL!encoding / 1|NULL|NULL" },
        { "lines", "{\"a\":\"\\u0000\"}\n{\"z\":\"\\u0000\",\"a\":1}", "\0|NULL|NULL!nul / 1|NULL|NULL" },
        { "lines", "{\"a\":01}\n{\"a\":+1}\n{\"a\":NaN}\n{'a':1}\n{\"a\":1,}",
            string.Join(" / ", Enumerable.Repeat("NULL|NULL|NULL!json", 4)) + " / 1|NULL|NULL!json" },
        { "lines", "{\"a\":" + new string('[', 100) + new string(']', 100) + "}\n{\"a\":1}", "NULL|NULL|NULL!json / 1|NULL|NULL" },
        { "array", "[]", "" },
        { "array", " [ {\"a\":1} , {\"a\":\"]},{\\\"\"} ]\n", "1|NULL|NULL / ]},{\"|NULL|NULL" },
        { "array", "[\n{\n\"a\": 1\n},\n{\"a\":2}\n]", "1|NULL|NULL / 2|NULL|NULL" },
        { "array", "[{\"a\":1,},{\"a\":2}]", "1|NULL|NULL!json / 2|NULL|NULL" },
        { "array", "[1,null,\"x\",[2],{\"a\":3}]", string.Join(" / ", Enumerable.Repeat("NULL|NULL|NULL!json", 4)) + " / 3|NULL|NULL" },
        { "array", "[{\"a\":1},{\"a\":2", "1|NULL|NULL / NULL|NULL|NULL!json" },
        { "array", "[{\"a\":1},", "1|NULL|NULL / NULL|NULL|NULL!json" },
        { "array", "[{\"a\":1}", "1|NULL|NULL / NULL|NULL|NULL!json" },
        { "array", "\uFEFF[{\"a\":1}]", "1|NULL|NULL" },
        { "array", "[" + new string('[', 100_000) + new string(']', 100_000) + "]", "NULL|NULL|NULL!json" },
        { "data.items", "{\"x\":[{\"items\":1}],\"data\":{\"n\":\"}\",\"items\":[{\"a\":1},{\"a\":2}],\"more\":[{}]}}", "1|NULL|NULL / 2|NULL|NULL" },
        { "sequence", "{\"a\":1}{\"a\":2}\n{\n\"a\":3}\n", "1|NULL|NULL / 2|NULL|NULL / 3|NULL|NULL" },
        { "sequence", "{\"a\":1} {\"a\":", "1|NULL|NULL / NULL|NULL|NULL!json" },
    };

    [Theory]
    [MemberData(nameof(Quirks))]
    public void Records_come_out_as_their_json_says_and_broken_ones_are_a_problem(string form, string source, string expected)
    {
        Assert.Equal(expected, ReadAll(Encoding.UTF8.GetBytes(source), Options(form)));
        var seed = Environment.TickCount;
        var actual = ReadAll(new JsonReader(new ChunkedStream(Encoding.UTF8.GetBytes(source), new Random(seed), 3), Options(form)), "a", "b.c", "d[0]");
        Assert.True(expected == actual, $"seed {seed}: {actual}");
    }

    /// <summary>Where the next record begins cannot be told: nothing is guessed.</summary>
    [Theory]
    [InlineData("array", "[{\"a\":1} {\"a\":2}]", "source.json", "Line 1: a comma is missing")]
    [InlineData("array", "[{\"a\":1},\n{\"a\":\"open},\n{\"a\":2}]", "source.json", "Line 2: a text is not closed")]
    [InlineData("array", "[{\"a\":1},,{\"a\":2}]", "source.json", "stands where a record should be")]
    [InlineData("array", "[{\"a\":1}]\n[{\"a\":2}]", "source.json", "Line 2: text follows the end of the array")]
    [InlineData("array", "{\"a\":1}", "source.records", "no array of records, but begins with")]
    [InlineData("data.items", "{\"data\":{\"rows\":[]}}", "source.records", "no 'items' on the way to 'data.items'")]
    [InlineData("data.items", "{\"data\":{\"items\":{}}}", "source.records", "'data.items' is no array")]
    [InlineData("data.items", "[]", "source.records", "no 'data'")]
    [InlineData("lines", " \n ", "source.empty", "no record")]
    public void What_cannot_be_told_into_records_is_refused(string form, string source, string code, string message)
    {
        var failure = Assert.Throws<PipelineException>(() => ReadAll(Encoding.UTF8.GetBytes(source), Options(form)));
        Assert.Equal(code, failure.Code);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Paths, the exploded one, source, and what comes out.</summary>
    [Theory]
    [InlineData("id,items.sku", "items", "{\"items\":[{\"sku\":\"x\"},{\"sku\":\"y\"}],\"id\":1}\n{\"id\":2}", "1|x / 1|y / 2|NULL")]
    [InlineData("id,items.sku", "items", "{\"id\":1,\"items\":[]}\n{\"id\":2,\"items\":null}\n{\"id\":3,\"items\":[null]}", "1|NULL / 2|NULL / 3|NULL")]
    [InlineData("id,tags", "tags", "{\"id\":\"\\u0041\",\"tags\":[1, \"\\u0042\" ,true,null,[2]]}", "A|1 / A|B / A|true / A|NULL / A|[2]")]
    [InlineData("id,o.items.sku", "o.items", "{\"id\":1,\"o\":{\"items\":[{\"sku\":1,\"sku\":2},{\"sku\":3}]}}", "1|2!duplicate_key / 1|3")]
    [InlineData("id,items.sku", "items", "{\"id\":1,\"items\":5}\n{\"id\":2,\"items\":{\"sku\":1}}", "1|NULL!json / 2|1!json")]
    [InlineData("id,items.sku", "items", "{\"id\":1,\"id\":2,\"items\":[{\"sku\":1},{\"sku\":2}]}", "2|1!duplicate_key / 2|2!duplicate_key")]
    [InlineData("id,items.sku", "items", "{\"id\":1,\"items\":[{\"sku\":1},{\"sku\":}]}\n{\"id\":2}", "1|NULL!json / 2|NULL")]
    public void An_inner_array_gives_a_record_for_each_element(string paths, string explode, string source, string expected)
    {
        var options = JsonOptions.Default with { Explode = explode };
        Assert.Equal(expected, ReadAll(new JsonReader(new MemoryStream(Encoding.UTF8.GetBytes(source)), options), paths.Split(',')));
        var counter = new JsonReader(new MemoryStream(Encoding.UTF8.GetBytes(source)), options);
        while (counter.Read())
        {
        }

        Assert.Equal(expected.Split(" / ").Length, counter.Record);
    }

    [Fact]
    public void Records_know_their_number_line_and_text()
    {
        var reader = new JsonReader(new MemoryStream("[\n{\"a\":\n1},\n\n{\"a\":2}]"u8.ToArray()), Options("array"));
        Assert.True(reader.Read());
        Assert.Equal((1, 2, "{\"a\":\n1}"), (reader.Record, reader.Line, Encoding.UTF8.GetString(reader.Raw)));
        Assert.True(reader.Read());
        Assert.Equal((2, 5, "{\"a\":2}"), (reader.Record, reader.Line, Encoding.UTF8.GetString(reader.Raw)));
        Assert.False(reader.Read());
        Assert.False(reader.Read());
        Assert.Equal(2, reader.Record);
    }

    [Theory]
    [InlineData("lines", "{\"a\":1}\n", "{\"a\":2}\n")]
    [InlineData("array", "[{\"a\":1},", "{\"a\":2}]")]
    [InlineData("sequence", "{\"a\":1}", "{\"a\":2}")]
    public void A_record_that_is_too_long_is_rejected_and_memory_stays_bounded(string form, string before, string after)
    {
        var source = before + "{\"a\":\"" + new string('x', 3_000_000) + "\"}" + (form == "array" ? "," : "\n") + after;
        var options = Options(form) with { MaxRecordBytes = 1_000_000 };
        var reader = new JsonReader(new MemoryStream(Encoding.UTF8.GetBytes(source)), options);
        Assert.Equal("1 / NULL!too_long / 2", ReadAll(reader, "a"));
        reader = new JsonReader(new MemoryStream(Encoding.UTF8.GetBytes(source)), options);
        reader.Read();
        reader.Read();
        Assert.Equal(65_536, reader.Raw.Length);
    }

    [Fact]
    public void Other_encodings_come_out_as_utf8_and_what_has_no_meaning_is_a_problem()
    {
        byte[] wide = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("{\"a\":\"ä😀\"}\n")];
        Assert.Equal("ä😀|NULL|NULL", ReadAll(wide, Options("lines")));
        byte[] broken = [.. "{\"a\":\""u8, 0xE4, .. "\"}\n{\"a\":1}"u8];
        Assert.Equal("NULL|NULL|NULL!encoding / 1|NULL|NULL", ReadAll(broken, Options("lines")));
        Assert.Equal("ä|NULL|NULL / 1|NULL|NULL", ReadAll(broken, Options("lines") with { Encoding = "latin-1" }));
    }

    [Fact]
    public void A_path_that_the_database_fills_must_not_appear()
    {
        var reader = new JsonReader(new MemoryStream("{\"a\":1}\n{\"b\":1}"u8.ToArray()), JsonOptions.Default);
        reader.RefuseColumn("b");
        Assert.True(reader.Read());
        Assert.Equal("source.changed", Assert.Throws<PipelineException>(() => reader.Read()).Code);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("$.a.b", "a.b")]
    [InlineData("a['b.c'][0].d", "a['b.c'][0].d")]
    [InlineData("$['it\\'s']", "['it\\'s']")]
    [InlineData("full name", "full name")]
    [InlineData("a..b", null)]
    [InlineData("a.", null)]
    [InlineData("a[", null)]
    [InlineData("a[-1]", null)]
    [InlineData("a[x]", null)]
    [InlineData("a]b['c", null)]
    [InlineData("", null)]
    public void Paths_are_read_or_refused(string path, string? expected) =>
        Assert.Equal(expected, JsonPath.TryParse(path, out var steps) ? JsonPath.Write(steps) : null);

    [Fact]
    public void Texts_that_stand_for_null_do_and_numbers_never()
    {
        var reader = new JsonReader(new MemoryStream("{\"a\":\"-1\",\"b\":-1}"u8.ToArray()), JsonOptions.Default with { NullTokens = ["-1"] });
        var (a, b) = (reader.FindColumn("a"), reader.FindColumn("b"));
        Assert.True(reader.Read());
        Assert.Equal((true, "-1"), (reader.Cell(a).IsNull, reader.Cell(b).ToString()));
    }

    private static JsonOptions Options(string form) => form switch
    {
        "lines" => JsonOptions.Default,
        "array" => new JsonOptions { Form = JsonForm.Array },
        "sequence" => new JsonOptions { Form = JsonForm.Sequence },
        _ => new JsonOptions { Form = JsonForm.Array, Records = form },
    };

    private static string ReadAll(byte[] source, JsonOptions options) => ReadAll(new JsonReader(new MemoryStream(source), options), "a", "b.c", "d[0]");

    private static string ReadAll(JsonReader reader, params string[] paths)
    {
        var columns = paths.Select(reader.FindColumn).ToList();
        var records = new List<string>();
        while (reader.Read())
        {
            records.Add(string.Join('|', columns.Select(c => reader.Cell(c).ToString())) + (reader.Problem is null ? "" : "!" + reader.Problem.Rule));
        }

        return string.Join(" / ", records);
    }
}
