using System.Text;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class CsvReaderTests
{
    /// <summary>Source, then what comes out: records separated by " / ", fields by "|", "!rule" after a record with a problem.</summary>
    public static TheoryData<string, string> Quirks => new()
    {
        { "a,b\n1,2\n", "1|2" },
        { "a,b\r\n1,2\r\n3,4\r\n", "1|2 / 3|4" },
        { "a,b\r1,2\r3,4", "1|2 / 3|4" },
        { "a,b\n1,2\r\n3,4\r5,6", "1|2 / 3|4 / 5|6" },
        { "a,b\n1,2", "1|2" },
        { "a,b\n", "" },
        { "a,b", "" },
        { "a,b\n\n\n1,2\n\n3,4\n\n\n", "1|2 / 3|4" },
        { "\n\na,b\n1,2", "1|2" },
        { "a,b\n,\n", "|" },
        { "a,b\n\"x\",\"y\"\n", "x|y" },
        { "a,b\n\"x,y\",z\n", "x,y|z" },
        { "a,b\n\"x\ny\",z\n", "x\ny|z" },
        { "a,b\n\"x\r\ny\",z\r\n1,2", "x\r\ny|z / 1|2" },
        { "a,b\n\"x\"\"y\",z\n", "x\"y|z" },
        { "a,b\n\"\"\"\",\"\"\"\"\n", "\"|\"" },
        { "a,b\n\"\",\"\"\n", "|" },
        { "a,b\nx\"y,z\n", "x\"y|z" },
        { "a,b\nx\"y\"z,\"q\"\n", "x\"y\"z|q" },
        { "a,b\n\"x\" ,\"y\"\t\n", "x|y" },
        { "a,b\n\"x\"y,z\n1,2\n", "x|z!quote / 1|2" },
        { "a,b\n1,2\n\"x,y\n3,4\n", "1|2 / !quote / 3|4" },
        { "a,b\n\"x,y\n3,\"4\",\n5,6", "!quote / 3|4|!ragged / 5|6" },
        { "a,b\n\"x,y\n3,4 5\" long\n5,6", "!quote / 3|4 5\" long!quote / 5|6" },
        { "a,b\nx, \"y, z\"\n", "x| \"y| z\"!ragged" },
        { "a,b\na,b\n1,2\n", "a|b!header / 1|2" },
        { "a,b,\n1,2,\n", "1|2|" },
        { "sep=,\na,b\n1,2\n", "1|2" },
        { "a,b\n1,\"open", "1|open!quote" },
        { "a,b\n1,\"", "1|!quote" },
        { "a,b\n1\n2,3\n", "1!ragged / 2|3" },
        { "a,b\n1,2,3\n2,3\n", "1|2|3!ragged / 2|3" },
        { "a,b\n1,2,\n", "1|2|!ragged" },
        { "a,b\n1,\0\n2,3", "1|\0!nul / 2|3" },
        { "\uFEFFa,b\n1,2", "1|2" },
        { "a\n1\n2\n", "1 / 2" },
        { "a\n\"\"\nx\n", " / x" },
        { "a,b\nä,日本\n", "ä|日本" },
        { "a,b\n\u2028x,y\n", "\u2028x|y" },
        { "\"a\",\"b\"\n1,2", "1|2" },
        { " a , b \n1,2", "1|2" },
    };

    [Theory]
    [MemberData(nameof(Quirks))]
    public void Sources_are_split_as_their_quotes_and_line_ends_say(string source, string expected) =>
        Assert.Equal(expected, ReadAll(Encoding.UTF8.GetBytes(source), CsvOptions.Default));

    [Fact]
    public void Bytes_that_are_not_utf8_are_a_problem_with_their_offset()
    {
        var reader = Open([.. "a,b\n1,2\nx"u8, 0xFF, .. ",3\n4,5\n"u8]);
        Assert.True(reader.Read());
        Assert.Null(reader.Problem);
        Assert.True(reader.Read());
        Assert.Equal(new RecordProblem("encoding", "Byte 2 of the record has no meaning in the source's encoding."), reader.Problem);
        Assert.True(reader.Read());
        Assert.Null(reader.Problem);
    }

    [Fact]
    public void Records_know_their_number_line_and_raw_bytes()
    {
        var reader = Open("a,b\n\n1,\"x\ny\"\r\n3,4\n"u8);
        Assert.True(reader.Read());
        Assert.Equal((1, 3, "1,\"x\ny\""), (reader.Record, reader.Line, Encoding.UTF8.GetString(reader.Raw)));
        Assert.True(reader.Read());
        Assert.Equal((2, 5, "3,4"), (reader.Record, reader.Line, Encoding.UTF8.GetString(reader.Raw)));
        Assert.False(reader.Read());
        Assert.False(reader.Read());
    }

    public static TheoryData<string, byte[], string> Encodings => new()
    {
        { "utf-8", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("a,b\nä,😀\n")], "ä|😀" },
        { "utf-8", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("a,b\nä,😀\n")], "ä|😀" },
        { "utf-16", Encoding.Unicode.GetBytes("a,b\nä,日\n"), "ä|日" },
        { "UTF-16BE", Encoding.BigEndianUnicode.GetBytes("a,b\nä,日\n"), "ä|日" },
        { "utf-16le", [.. Encoding.Unicode.GetBytes("a,b\nx"), 0x00, 0xD8, .. Encoding.Unicode.GetBytes(",2\n3,4\n")], "x???|2!encoding / 3|4" },
        { "utf-16le", [.. Encoding.Unicode.GetBytes("a,b\n1,2\n3,4"), 0x41], "1|2 / 3|4?!encoding" },
        { "latin-1", [.. "a,b\n"u8, 0xE4, (byte)',', 0x80, (byte)'\n'], "ä|\u0080" },
        { "iso-8859-1", [.. "a,b\n"u8, 0xFF, (byte)',', 0xA4, (byte)'\n'], "ÿ|¤" },
        { "windows-1252", [.. "a,b\n"u8, 0x80, (byte)',', 0x9F, (byte)'\n'], "€|Ÿ" },
        { "cp1252", [.. "a,b\n"u8, 0x81, (byte)',', (byte)'x', (byte)'\n', .. "1,2"u8], "?|x!encoding / 1|2" },
        { "latin-1", [0xEF, 0xBB, 0xBF, .. "a,b\nä,2\n"u8], "ä|2" },
    };

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Other_encodings_come_out_as_utf8_and_what_has_no_meaning_is_a_problem(string encoding, byte[] source, string expected) =>
        Assert.Equal(expected, ReadAll(source, new CsvOptions { Encoding = encoding }).Replace('\uFFFD', '?'));

    public static TheoryData<byte[], string> Refused => new()
    {
        { [], "source.empty" },
        { [0xEF, 0xBB, 0xBF], "source.empty" },
        { "\n\r\n"u8.ToArray(), "source.empty" },
        { "PK\x03\x04rest"u8.ToArray(), "source.binary" },
        { [0x1F, 0x8B, 8, 0], "source.binary" },
        { "SQLite format 3\0"u8.ToArray(), "source.binary" },
        { [1, 2, 3, 4, 5, 6, 7, 8], "source.binary" },
        { [.. Encoding.Unicode.GetBytes("a,b\n1,2\n")], "source.encoding" },
        { [.. Encoding.BigEndianUnicode.GetBytes("a,b\n1,2\n")], "source.encoding" },
        { [(byte)'a', 0xFF, (byte)'\n'], "source.header" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Sources_that_are_no_csv_are_refused_as_a_whole(byte[] source, string code) =>
        Assert.Equal(code, Assert.Throws<PipelineException>(() => Open(source)).Code);

    [Fact]
    public void Columns_are_found_by_exact_name_then_ignoring_case()
    {
        var reader = Open("Id,EMAIL,email, Full Name \n"u8);
        Assert.Equal(0, reader.FindColumn("id"));
        Assert.Equal(2, reader.FindColumn("email"));
        Assert.Equal(3, reader.FindColumn("full name"));
        Assert.Equal(-1, reader.FindOptionalColumn("age"));
        var missing = Assert.Throws<PipelineException>(() => reader.FindColumn("age"));
        Assert.Equal("source.column-missing", missing.Code);
        Assert.Contains("'EMAIL'", missing.Message, StringComparison.Ordinal);
        Assert.Equal("source.header", Assert.Throws<PipelineException>(() => reader.FindColumn("eMail")).Code);
    }

    [Fact]
    public void Without_header_the_first_record_is_data()
    {
        var options = new CsvOptions { HasHeader = false, FieldNames = ["x", "y"], Delimiter = ';' };
        Assert.Equal("1|2 / 3!ragged", ReadAll("1;2\n3\n"u8.ToArray(), options));
    }

    [Fact]
    public void Null_tokens_read_as_null_and_others_do_not()
    {
        var reader = new CsvReader(new MemoryStream("a,b,c\n,NA,-\n"u8.ToArray()), new CsvOptions { NullTokens = ["NA"] });
        Assert.True(reader.Read());
        Assert.Equal("", reader.Cell(0).ToStringOrNull());
        Assert.Null(reader.Cell(1).ToStringOrNull());
        Assert.Equal("-", reader.Cell(2).ToStringOrNull());
        Assert.Null(reader.Cell(-1).ToStringOrNull());
    }

    [Fact]
    public void A_name_that_is_there_twice_can_only_be_left_alone()
    {
        var reader = Open("a,b,a\n1,2,3\n"u8);
        Assert.Equal(1, reader.FindColumn("b"));
        var failure = Assert.Throws<PipelineException>(() => reader.FindColumn("a"));
        Assert.Equal(("source.header", "The header names 'a' twice, as column 1 and as column 3."), (failure.Code, failure.Message));
    }

    /// <summary>Record, line, whether it has a problem, and how much of it is kept: long lines and open quotes cost themselves only.</summary>
    [Theory]
    [InlineData("\"", "quote", 4)]
    [InlineData("", "too_long", 4)]
    public void A_record_that_is_too_long_is_rejected_and_memory_stays_bounded(string start, string rule, long lineAfter)
    {
        var lineEnd = rule == "quote" ? "\n" : "x";
        var source = "a,b\n1,2\n" + start + "x" + lineEnd + (rule == "quote" ? "" : new string('x', 3_000_000) + "\n") + "3,4\n";
        if (rule == "quote") source += string.Concat(Enumerable.Repeat("5,6\n", 1_000_000));
        var reader = new CsvReader(new MemoryStream(Encoding.UTF8.GetBytes(source)), new CsvOptions { MaxRecordBytes = 1_000_000 });
        Assert.True(reader.Read());
        Assert.True(reader.Read());
        Assert.Equal((rule, 3), (reader.Problem?.Rule, reader.Line));
        Assert.True(reader.Raw.Length is > 0 and <= 65_536);
        Assert.True(reader.Read());
        Assert.Equal((null, lineAfter, "3", "4"), (reader.Problem, reader.Line, reader.Cell(0).ToString(), reader.Cell(1).ToString()));
    }

    [Fact]
    public void A_long_field_grows_the_buffer()
    {
        var big = new string('y', 2_000_000);
        Assert.Equal($"1|{big} / 3|{big}\n{big}", ReadAll(Encoding.UTF8.GetBytes($"a,b\n1,{big}\n3,\"{big}\n{big}\"\n"), CsvOptions.Default));
    }

    [Fact]
    public void Headers_with_very_many_columns_are_read_and_absurd_ones_refused()
    {
        var names = Encoding.UTF8.GetBytes(string.Join(",", Enumerable.Range(0, 50_000).Select(i => "c" + i)) + "\n");
        Assert.Equal(50_000, Open(names).Header.Count);
        var absurd = Encoding.UTF8.GetBytes(string.Join(",", Enumerable.Range(0, 200_000).Select(i => "c" + i)) + "\n");
        Assert.Equal("source.columns", Assert.Throws<PipelineException>(() => Open(absurd)).Code);
    }

    [Fact]
    public void Splitting_agrees_with_a_plain_parser_on_random_bytes()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var alphabet = new[] { "a", "b", ",", ",", "\"", "\"", "\n", "\r", "\r\n", "\0", "é", " ", "long text without anything special in it", "\uFFFD" };

        // A long header keeps the few NUL bytes from looking like a binary file.
        var header = new string('h', 600) + ",h2\n";
        for (var round = 0; round < 3000; round++)
        {
            var text = header + string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var bytes = Encoding.UTF8.GetBytes(text);
            if (round % 5 == 0 && bytes.Length > header.Length + 2) bytes[random.Next(header.Length, bytes.Length)] = 0xC3;
            var expected = PlainCsv.Read(bytes);
            var actual = ReadAll(new CsvReader(new ChunkedStream(bytes, random, 7), CsvOptions.Default));
            Assert.True(expected == actual, $"seed {seed}, round {round}\nsource   {Show(text)}\nexpected {Show(expected)}\nactual   {Show(actual)}");
        }
    }

    [Fact]
    public void Records_across_buffer_ends_are_whole()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var records = Enumerable.Range(0, 20_000).Select(i => $"{i},{new string((char)('a' + (i % 26)), random.Next(120))}{(i % 7 == 0 ? "é" : "")}").ToList();
        var quoted = records.Select((r, i) => i % 11 == 0 ? r.Replace(",", ",\"", StringComparison.Ordinal) + "\"" : r);
        var bytes = Encoding.UTF8.GetBytes("n,t\n" + string.Join("\r\n", quoted));
        var reader = new CsvReader(new ChunkedStream(bytes, random, 100_000), CsvOptions.Default);
        foreach (var record in records)
        {
            Assert.True(reader.Read(), $"seed {seed}");
            Assert.True(reader.Problem is null, $"seed {seed}: {reader.Problem}");
            var actual = Encoding.UTF8.GetString(reader.Field(0)) + "," + Encoding.UTF8.GetString(reader.Field(1));
            Assert.True(record == actual, $"seed {seed}, record {reader.Record}: {actual}");
        }

        Assert.False(reader.Read());
        Assert.Equal(records.Count, new SourceSpec("csv", "", CsvOptions.Default).Count(new MemoryStream(bytes)));
    }

    private static CsvReader Open(ReadOnlySpan<byte> source) => new(new MemoryStream(source.ToArray()), CsvOptions.Default);

    private static string ReadAll(byte[] source, CsvOptions options) => ReadAll(new CsvReader(new MemoryStream(source), options));

    private static string ReadAll(CsvReader reader)
    {
        var records = new List<string>();
        while (reader.Read())
        {
            var fields = Enumerable.Range(0, reader.FieldCount).Select(i => Encoding.UTF8.GetString(reader.Field(i)));
            records.Add(string.Join('|', fields) + (reader.Problem is null ? "" : "!" + reader.Problem.Rule));
        }

        return string.Join(" / ", records);
    }

    private static string Show(string text) => text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\0", "\\0", StringComparison.Ordinal);
}
