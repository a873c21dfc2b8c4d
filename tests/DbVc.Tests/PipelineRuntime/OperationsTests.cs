using DbVc.PipelineRuntime;
using Xunit;

namespace DbVc.Tests;

public sealed class OperationsTests
{
    public static TheoryData<string, string?, string?> Cases => new()
    {
        { "trim", " a b ", "a b" }, { "trim", "\u00A0\u2003x\u3000\u0085", "x" }, { "trim", "\t\r\n", "" }, { "trim", "\u200Bx", "\u200Bx" },
        { "trim", "", "" }, { "trim", null, null }, { "trim", "é", "é" },
        { "ltrim", "  a ", "a " }, { "rtrim", "  a ", "  a" },
        { "collapse", "  a \t\u00A0 b  ", "a b" }, { "collapse", "a b", "a b" }, { "collapse", "é  é", "é é" },
        { "remove", " 1 234\u00A0567 ", "1234567" }, { "remove", "abc", "abc" },
        { "lower", "ABC", "abc" }, { "lower", "ÄÖÜ İI", "äöü İi" }, { "lower", "abc", "abc" }, { "lower", "ΑΣ", "ας".Replace('ς', 'σ') },
        { "upper", "abc", "ABC" }, { "upper", "äöüß", "ÄÖÜß" }, { "upper", "ıi", "ıI" },
        { "email", " Ann.Lee@EXAMPLE.org ", "Ann.Lee@example.org" }, { "email", "no mail", "no mail" }, { "email", "A@B@C.D", "A@B@c.d" },
        { "int", "42", "42" }, { "int", " 42.00 ", "42" }, { "int", "-7.0", "-7" }, { "int", "1.5", "1.5" }, { "int", "1,234", "1,234" },
        { "int", ".0", ".0" }, { "int", "-.0", "-.0" }, { "int", "x.0", "x.0" },
        { "nulls", "N/A", null }, { "nulls", " nan ", null }, { "nulls", "None", null }, { "nulls", "-", null }, { "nulls", "\\N", null },
        { "nulls", "", null },
        { "nulls", "Namibia", "Namibia" }, { "nulls", "0", "0" },
        { "empty", "", null }, { "empty", " \u00A0", null }, { "empty", "a", "a" },
        { "replace", "a-b-c", "a--b--c" }, { "replace", "-", "--" }, { "replace", "", "" }, { "replace", null, null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operations_change_what_they_say_and_nothing_else(string operation, string? input, string? expected) =>
        Assert.Equal(expected, Apply(operation, input));

    [Theory]
    [InlineData("trim")]
    [InlineData("collapse")]
    [InlineData("remove")]
    [InlineData("lower")]
    [InlineData("upper")]
    [InlineData("email")]
    [InlineData("int")]
    [InlineData("nulls")]
    [InlineData("empty")]
    public void Operations_are_total_and_idempotent_on_random_text(string operation)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var alphabet = new[] { "a", "B", " ", "\t", "\u00A0", "é", "İ", "😀", "@", ".", "0", "-", "\u2028", "ß" };
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var once = Apply(operation, text);
            Assert.True(once == Apply(operation, once), $"seed {seed}: '{text}' gives '{once}', which changes again");
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_come_through_unharmed()
    {
        byte[] bytes = [(byte)' ', 0xFF, (byte)'A', 0xC3];
        Assert.Equal([0xFF, (byte)'A', 0xC3], Operations.Trim(new Text(bytes)).Bytes.ToArray());
        Assert.Equal([(byte)' ', 0xFF, (byte)'a', 0xC3], Operations.Lowercase(new Text(bytes), new Scratch()).Bytes.ToArray());
        Assert.Equal([0xFF, (byte)'A', 0xC3], Operations.RemoveSpaces(new Text(bytes), new Scratch()).Bytes.ToArray());
    }

    [Fact]
    public void Scratch_keeps_earlier_spans_when_it_grows()
    {
        var scratch = new Scratch();
        var first = scratch.Take(10);
        first.Fill(1);
        scratch.Take(1_000_000).Fill(2);
        Assert.Equal(10, first.Length);
        Assert.False(first.ContainsAnyExcept((byte)1));
    }

    private static string? Apply(string operation, string? input)
    {
        var text = Text.From(input);
        var scratch = new Scratch();
        return (operation switch
        {
            "trim" => Operations.Trim(text),
            "ltrim" => Operations.LeftTrim(text),
            "rtrim" => Operations.RightTrim(text),
            "collapse" => Operations.CollapseWhitespace(text, scratch),
            "remove" => Operations.RemoveSpaces(text, scratch),
            "lower" => Operations.Lowercase(text, scratch),
            "upper" => Operations.Uppercase(text, scratch),
            "email" => Operations.NormalizeEmail(text, scratch),
            "int" => Operations.ConvertToInt(text),
            "nulls" => Operations.HandleNulls(text),
            "empty" => Operations.EmptyToNull(text),
            _ => Operations.Replace(text, "-"u8, "--"u8, scratch),
        }).ToStringOrNull();
    }
}
