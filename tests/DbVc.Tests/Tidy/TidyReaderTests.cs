using Xunit;

namespace DbVc.Tests;

/// <summary>The tidy tests stand on a small reader of C#; these show that it sees what it must.</summary>
public sealed class TidyReaderTests
{
    private const string Quote3 = "\"\"\"";

    [Theory]
    [InlineData("a = 1; // } note", "a=1;")]
    [InlineData("a /* { */ b", "ab")]
    [InlineData("f(\"{\\\"}\", '{', '\\'')", "f(,,)")]
    [InlineData("f(@\"c:\\\", x)", "f(,x)")]
    [InlineData("f(@\"a\"\"}\", x)", "f(,x)")]
    [InlineData("f($\"{{ {g(\"}\")} }}\", x)", "f(,x)")]
    [InlineData("f($\"{h($\"{i}\")}\", x)", "f(,x)")]
    [InlineData("f(" + Quote3 + " \" { " + Quote3 + ", x)", "f(,x)")]
    [InlineData("f($$" + Quote3 + "{ {{g(\"}\")}} }" + Quote3 + ", x)", "f(,x)")]
    [InlineData("f(\"\", x)", "f(,x)")]
    [InlineData("#pragma warning disable {\nx", "\nx")]
    public void Blanking_leaves_code_and_lines(string text, string code)
    {
        var blanked = CodeText.Blank(text);
        Assert.Equal(text.Length, blanked.Length);
        Assert.Equal(code, blanked.Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Functions_are_found_with_their_lines()
    {
        const string Text = """
            namespace X;
            public sealed class A(int start) : B(start), IDisposable
            {
                private readonly Func<int> _f = () =>
                {
                    return 1;
                };
                public A() : this(1)
                {
                }
                public int P
                {
                    get
                    {
                        return 1;
                    }
                    set => _ = value;
                }
                public int Q =>
                    3;
                [Fact]
                public async Task<T> M<T>(
                    (int A, int B) pair) where T : class, new()
                {
                    if (pair is { A: 1 } && pair.B == 2)
                    {
                        foreach (var x in new List<int>(3) { 1, 2 }) Use(x);
                    }
                    int Local(int y)
                    {
                        return y;
                    }
                }
                public record struct R(int X)
                {
                    public static R operator +(R a, R b)
                    {
                        return a;
                    }
                }
            }
            """;

        var found = FunctionLengths.Find(new SourceFile("src/X/A.cs", Text)).Select(f => $"{f.Name} {f.Line}-{f.LastLine}");
        Assert.Equal(
            ["=> 4-7", "A 8-10", "get 13-16", "=> 19-20", "Local 29-32", "M 22-33", "operator + 36-39"],
            found.Order(StringComparer.Ordinal).OrderBy(text => int.Parse(text.Split('-')[^1])));
    }

    [Fact]
    public void A_function_of_71_lines_is_seen_as_such()
    {
        var body = string.Concat(Enumerable.Repeat("        x++;\n", 68));
        var file = new SourceFile("src/X/A.cs", $"class A\n{{\n    void M(int x)\n    {{\n{body}    }}\n}}\n");
        Assert.Equal(71, Assert.Single(FunctionLengths.Find(file)).Length);
    }
}
