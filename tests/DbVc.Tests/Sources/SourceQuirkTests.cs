using System.Text;
using Xunit;

namespace DbVc.Tests;

/// <summary>Every quirk of real sources with what becomes of it: bytes in, rows and quarantine out; the dialect is found out, not told.</summary>
public sealed class SourceQuirkTests
{
    private const string IdName = "\"id\": \"integer\", \"name\": \"string\"";
    private const string NamePrice = "\"name\": \"string\", \"price\": \"decimal\"";
    private static readonly Encoding s_latin = Encoding.Latin1;

    /// <summary>Members of <c>source</c>, schema, bytes, outcome.</summary>
    public static TheoryData<string, string, byte[], string> Csv => new()
    {
        // Encodings.
        { "", IdName, [0xEF, 0xBB, 0xBF, .. "id,name\n1,é\n"u8], "1|é" },
        { "", IdName, [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("id,name\r\n1,é😀\r\n")], "1|é😀" },
        { "", IdName, [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("id,name\n1,é\n")], "1|é" },
        { "", IdName, Encoding.Unicode.GetBytes("id,name\n1,é\n"), "1|é" },
        { "", IdName, Encoding.BigEndianUnicode.GetBytes("id;name\n1;é\n"), "1|é" },
        { "", IdName, [.. Encoding.Unicode.GetBytes("id,name\n1,a\n2,"), 0x00, 0xD8, .. Encoding.Unicode.GetBytes("\n3,c\n")],
            "1|a 3|c; 3:encoding «2,\uFFFD\uFFFD\uFFFD»" },
        { "", IdName, s_latin.GetBytes("id,name\n1,Müller\n2,x\n"), "2|x; 2:encoding «1,M\uFFFDller»" },
        { "\"encoding\": \"latin-1\"", IdName, s_latin.GetBytes("id,name\n1,Müller\n"), "1|Müller" },
        { "\"encoding\": \"cp1252\"", IdName, [.. "id,name\n1,"u8, 0x80, .. "\n2,"u8, 0x81, .. "\n"u8], "1|€; 3:encoding «2,\uFFFD»" },
        { "\"encoding\": \"cp1250\"", IdName, [.. "id,name\n1,"u8, 0xB9, 0xE6, .. "\n2,"u8, 0x81, .. "\n"u8], "1|ąć; 3:encoding «2,\uFFFD»" },
        { "\"encoding\": \"cp1251\"", IdName, [.. "id,name\n1,"u8, 0xC6, .. "\n"u8], "1|Ж" },
        { "\"encoding\": \"iso-8859-15\"", IdName, [.. "id,name\n1,"u8, 0xA4, .. "\n"u8], "1|€" },
        { "\"encoding\": \"shift_jis\"", IdName, [.. "id,name\n1,"u8, 0x93, 0xFA, 0x96, 0x7B, .. "\n2,"u8, 0x93, (byte)'\n'], "1|日本; 3:encoding «2,\uFFFD»" },
        { "\"encoding\": \"gb18030\"", IdName, [.. "id,name\n1,"u8, 0xD6, 0xD0, .. "\n2,x"u8, 0xD6], "1|中; 3:encoding «2,x\uFFFD»" },
        { "\"encoding\": \"euc-kr\"", IdName, [.. "id,name\n1,"u8, 0xC7, 0xD1, .. "\n"u8], "1|한" },
        { "", IdName, "id,name\n1,a\0b\n2,c\n"u8.ToArray(), "2|c; 2:nul «1,a\0b»" },

        // Line ends.
        { "", IdName, "id,name\r\n1,a\n2,b\r3,c"u8.ToArray(), "1|a 2|b 3|c" },
        { "", IdName, "id,name\r1,a\r2,b\r"u8.ToArray(), "1|a 2|b" },
        { "", IdName, "\n\nid,name\n\n1,a\n\n\n2,b\n\n"u8.ToArray(), "1|a 2|b" },
        { "", IdName, Encoding.UTF8.GetBytes("id,name\n1,\"a\nb\"\n2,c\u2028d\n"), "1|a\nb 2|c\u2028d" },

        // Delimiters.
        { "", IdName, "id;name\n1;a,b\n"u8.ToArray(), "1|a,b" },
        { "", IdName, "id\tname\n1\ta\n"u8.ToArray(), "1|a" },
        { "", IdName, "id|name\n1|a\n"u8.ToArray(), "1|a" },
        { "\"delimiter\": \"~\"", IdName, "id~name\n1~a\n"u8.ToArray(), "1|a" },
        { "", IdName, "sep=;\nid;name\n1;a\n"u8.ToArray(), "1|a" },
        { "", IdName, "sep=^\r\nid^name\r\n1^a\r\n"u8.ToArray(), "1|a" },
        { "\"header\": false", IdName, "1;a\n2;b\n"u8.ToArray(), "1|a 2|b" },
        { "", IdName, "id,name\n1,a,\n2,b,\n"u8.ToArray(), "1|a 2|b" },
        { "", IdName, "id,name\n1,a,\n2,b\n"u8.ToArray(), "2|b; 2:ragged «1,a,»" },
        { "", IdName, "id,name,\n1,a,\n2,b,\n"u8.ToArray(), "1|a 2|b" },

        // Quotes.
        { "", IdName, "\"id\",\"name\"\n\"1\",\"a\"\"b\"\n"u8.ToArray(), "1|a\"b" },
        { "", IdName, "id,name\n1,a\"b\n2,\"c\" \n"u8.ToArray(), "1|a\"b 2|c" },
        { "", IdName, "id,name\n1,\"a\"b\n2,c\n"u8.ToArray(), "2|c; 2:quote «1,\"a\"b»" },
        { "", IdName, "id,name\n1,\"open\n2,b\n3,c\n"u8.ToArray(), "2|b 3|c; 2:quote «1,\"open»" },
        { "", IdName, "id,name\n1,\"open\n2,\"b\"\n3,c\n"u8.ToArray(), "2|b 3|c; 2:quote «1,\"open»" },
        { "", IdName, "id,name\n1,a\n2,\""u8.ToArray(), "1|a; 3:quote «2,\"»" },
        { "", IdName, "id,name\n1,\"a \\\" b\"\n2,\"c \\\\ d\"\n"u8.ToArray(), "1|a \" b 2|c \\ d" },
        { "\"escape\": \"\\\\\"", IdName, "id,name\n1,a\\,b\n2,\\N\n"u8.ToArray(), "1|a,b 2|\\N" },
        { "\"escape\": \"\\\\\", \"null_tokens\": [\"\\\\N\"]", IdName, "id,name\n1,\\N\n2,\n"u8.ToArray(), "1|~ 2|" },
        { "", IdName, "id,name\n1,'a,b'\n2,'c'\n"u8.ToArray(), "1|a,b 2|c" },
        { "", IdName, "'id','name'\n'1','it''s'\n"u8.ToArray(), "1|it's" },
        { "", IdName, "id,name\n1,O'Brien\n2,'tis\n"u8.ToArray(), "1|O'Brien 2|'tis" },
        { "\"quote\": \"none\"", IdName, "id,name\n1,\"a\n2,b\"\n"u8.ToArray(), "1|\"a 2|b\"" },
        { "", IdName, "id,name\n1, \"a, b\"\n2,c\n"u8.ToArray(), "2|c; 2:ragged «1, \"a, b\"»" },

        // Ragged records.
        { "", IdName, "id,name\n1\n2,b,x\n3,c\n"u8.ToArray(), "3|c; 2:ragged «1» 3:ragged «2,b,x»" },
        { "", "\"a\": \"string\", \"b\": \"string\", \"c\": \"string\"", "a,b,c\nx,z\n1,2,3\n"u8.ToArray(), "1|2|3; 2:ragged «x,z»" },

        // Headers.
        { "\"header\": false", IdName, "1,a\n2,b\n"u8.ToArray(), "1|a 2|b" },
        { "", IdName, "id,name,name\n1,a,b\n"u8.ToArray(), "source.header The header names 'name' twice, as column 2 and as column 3." },
        { "", IdName, "id,name,x,x\n1,a,b,c\n"u8.ToArray(), "1|a" },
        { "", IdName, "id,,name,\n1,x,a,y\n"u8.ToArray(), "1|a" },
        { "", IdName, " ID , Name \n1,a\n"u8.ToArray(), "1|a" },
        { "", IdName, "ID,Id,name\n1,2,a\n"u8.ToArray(), "source.header The header has both 'ID' and 'Id', and none is written exactly 'id'." },
        { "", IdName, "id,name\n1,a\nid,name\n2,b\n"u8.ToArray(), "1|a 2|b; 3:header «id,name»" },
        { "", IdName, "id,title\n1,a\n"u8.ToArray(), "source.column-missing The source has no column 'name'. Its header has 'id', 'title'." },
        { "", IdName, "id,name\nnumber,text\n1,a\n"u8.ToArray(), "1|a; 2:type «number,text»" },
        { "", "\"a.b\": \"integer\", \"order\": \"string\", \"$x y\": \"string\"", "a.b,order,$x y\n1,2,3\n"u8.ToArray(), "1|2|3" },

        // What is around the records.
        { "", IdName, "Report of 2024\n\nas of today, all\nid,name\n1,a\n"u8.ToArray(), "1|a" },
        { "\"skip_rows\": 2", IdName, "x\ny\nid,name\n1,a\n"u8.ToArray(), "1|a" },
        { "\"skip\": 1, \"header\": false", IdName, "Report\n1,a\n"u8.ToArray(), "1|a" },
        { "", IdName, "id,name\n1,a\nTotal: 1\n"u8.ToArray(), "1|a; 3:ragged «Total: 1»" },
        { "\"footer\": 2", IdName, "id,name\n1,a\nTotal,1\n\nprinted,today\n\n"u8.ToArray(), "1|a" },
        { "\"footer\": \"Total\"", IdName, "id,name\n1,Total\nTotal,1\n2,b\n"u8.ToArray(), "1|Total" },
        { "\"comment\": \"#\"", IdName, "# made by hand\nid,name\n#0,x\n1,#a\n"u8.ToArray(), "1|#a" },
        { "", IdName, "id,name\n1,a\n#2,x,y\n"u8.ToArray(), "1|a; 3:ragged «#2,x,y»" },
        { "", IdName, "id,name\n1,a\n\ncity,mayor,since\nBonn,X,2020\n"u8.ToArray(), "1|a; 4:ragged «city,mayor,since» 5:ragged «Bonn,X,2020»" },
        { "\"footer\": \"city\"", IdName, "id,name\n1,a\n\ncity,mayor\nBonn,X\n"u8.ToArray(), "1|a" },
        {
            "\"encoding\": \"latin-1\", \"decimal\": \",\", \"footer\": \"Opis\"", NamePrice,
            s_latin.GetBytes("data;name;price\n1;Dolar ä;3,9876\n2;Euro;1.234,5\n\nOpis;notowa\xF1\n1;x\n"), "Dolar ä|3.9876 Euro|1234.5"
        },

        // Numbers and NULL.
        { "\"thousands\": \",\"", NamePrice, "name,price\na,\"1,234.50\"\nb,(5)\nc,7-\n"u8.ToArray(), "a|1234.5 b|-5 c|-7" },
        { "\"decimal\": \",\", \"thousands\": \"'\", \"delimiter\": \";\"", NamePrice, "name;price\na;1'234,50\n"u8.ToArray(), "a|1234.5" },
        { "", NamePrice, "name,price\na,\"1,5\"\nb,1e5\nc,12345678901234567890.12345678\n"u8.ToArray(),
            "c|12345678901234567890.12345678; 2:type «a,\"1,5\"» 3:type «b,1e5»" },
        { "", "\"id\": \"integer\", \"zip\": \"string\"", "id,zip\n+1,00123\n9223372036854775807,-0\n9223372036854775808,x\n"u8.ToArray(),
            "1|00123 9223372036854775807|-0; 4:type «9223372036854775808,x»" },
        { "", "\"a\": \"float\"", "a\n1e5\n-0\nInfinity\nNaN\n"u8.ToArray(), "100000 -0; 4:type «Infinity» 5:type «NaN»" },
        { "", "\"id\": \"integer\", \"country\": \"string\"", "id,country\n1,NA\n2,\n3,NULL\n"u8.ToArray(), "1|NA 2|~ 3|NULL" },
        { "\"null_tokens\": [\"NA\", \"-\"]", IdName, "id,name\n1,NA\n2,\n3,-\n"u8.ToArray(), "1|~ 2| 3|~" },
    };

    [Theory]
    [MemberData(nameof(Csv))]
    public void Csv_sources_come_out_whole_or_go_to_quarantine(string source, string schema, byte[] bytes, string expected) =>
        Assert.Equal(expected, SourceOutcome.Of("csv", source, schema, bytes));

    /// <summary>Members of <c>source</c>, schema, text, outcome.</summary>
    public static TheoryData<string, string, string, string> Json => new()
    {
        { "", IdName, "[{\"id\":1,\"name\":\"a\"},{\"id\":\"2\",\"name\":5}]", "1|a 2|5" },
        { "", IdName, "{\"id\":1,\"name\":\"a\"}\n{\"id\":2}\n{\"name\":\"b\",\"id\":null}\n", "1|a 2|~; 3:not_null «{\"name\":\"b\",\"id\":null}»" },
        { "", IdName, "{\n\"id\":1,\n\"name\":\"a\"\n}\n{\"id\":2,\n\"name\":\"b\"}\n", "1|a 2|b" },
        { "", IdName, "{\"id\":1,\"name\":\"a\"}", "1|a" },
        { "\"records\": \"$.data.items\"", IdName, "{\"total\":1,\"data\":{\"items\":[{\"id\":1,\"name\":\"a\"}]}}", "1|a" },
        { "", IdName, "{\"total\":1,\"data\":{\"items\":[{\"id\":1,\"name\":\"a\"}]}}",
            "source.records The source is one object without 'id'. Say where its records are, for example \"records\": \"data.items\". "
            + "Arrays of objects are at 'data.items'." },
        { "\"records\": \"features\"",
            "\"name\": {\"type\": \"string\", \"path\": \"properties.name\"}, \"lon\": {\"type\": \"float\", \"from\": \"geometry.coordinates[0]\"}",
            "{\"type\":\"FeatureCollection\",\"features\":[{\"geometry\":{\"coordinates\":[7.1,50.7]},\"properties\":{\"name\":\"Bonn\"}}]}", "Bonn|7.1" },
        { "\"explode\": \"items\"", "\"order\": {\"type\": \"integer\", \"path\": \"id\"}, \"sku\": {\"type\": \"string\", \"path\": \"items.sku\"}",
            "{\"id\":1,\"items\":[{\"sku\":\"x\"},{\"sku\":\"y\"}]}\n{\"id\":2,\"items\":[]}\n", "1|x 1|y 2|~" },
        { "", "\"a\": \"decimal\", \"b\": \"string\"", "{\"a\":12345678901234567890.12345678,\"b\":9007199254740993}\n{\"a\":1e400,\"b\":1}\n",
            "12345678901234567890.12345678|9007199254740993; 2:type «{\"a\":1e400,\"b\":1}»" },
        { "", IdName, "{\"id\":1,\"name\":\"a\",\"id\":2}\n{\"id\":3,\"name\":{\"x\":1}}\n{\"id\":{},\"name\":\"b\"}\n",
            "3|{\"x\":1}; 1:duplicate_key «{\"id\":1,\"name\":\"a\",\"id\":2}» 3:type «{\"id\":{},\"name\":\"b\"}»" },
        { "", IdName, "[{\"id\":1,\"name\":\"a\"},\n{\"id\":2,\"na", "1|a; 2:json «{\"id\":2,\"na»" },
        { "", IdName, "{\"id\":1,\"name\":\"\\ud800\"}\n{\"id\":2,\"name\":\"\\u00e9\"}\n", "2|é; 1:encoding «{\"id\":1,\"name\":\"\\ud800\"}»" },
        { "", IdName, "{\"id\":1,\"nam\":\"a\"}\n",
            "source.column-missing None of the first 1 records has 'name'. Did you mean 'nam'? They have 'id', 'nam'." },
        { "\"null_tokens\": [\"N/A\"]", IdName, "{\"id\":1,\"name\":\"N/A\"}\n{\"id\":2,\"name\":\"\"}\n", "1|~ 2|" },
        { "", "\"x.y\": \"integer\"", "{\"x\":{\"y\":1}}\n", "1" },
        { "", "\"xy\": {\"type\": \"integer\", \"path\": \"['x.y']\"}", "{\"x.y\":1}\n", "1" },
        { "", IdName, "", "source.empty The source is empty: it has no record." },
        { "", IdName, "\u0001\u0002\u0003\u0004", "source.binary The source is no text: more than a tenth of its first bytes are control characters." },
    };

    [Theory]
    [MemberData(nameof(Json))]
    public void Json_sources_come_out_whole_or_go_to_quarantine(string source, string schema, string text, string expected) =>
        Assert.Equal(expected, SourceOutcome.Of("json", source, schema, Encoding.UTF8.GetBytes(text)));

    /// <summary>Members of <c>source</c>, text, how the source is described, what was assumed.</summary>
    [Theory]
    [InlineData("", "id;name\r\n1;a\r\n", "CSV in utf-8, semicolons between fields, with a header, line ends CRLF",
        "Fields are separated by semicolons: so the declared columns come out.")]
    [InlineData("", "About\nid,name\n", "CSV in utf-8, commas between fields, after 1 lines that are passed over, with a header",
        "1 lines before the header are passed over; the first is 'About'.")]
    [InlineData("\"quote\": \"none\", \"footer\": 1, \"comment\": \"#\"", "id,name\n1,a\nend\n",
        "CSV in utf-8, commas between fields, no quotes, lines from # on are comments, with a header, without its last line", null)]
    public void How_a_source_is_written_is_said(string source, string text, string description, string? note)
    {
        var spec = SourceOutcome.Inspect("csv", source, IdName, Encoding.UTF8.GetBytes(text));
        Assert.Equal(description, spec.Source.Describe());
        if (note is not null) Assert.Contains(note, spec.Assumptions);
    }
}
