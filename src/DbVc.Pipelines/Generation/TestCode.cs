using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Values in generated tests.</summary>
internal static class TestCode
{
    private const int LongestInline = 60;

    /// <summary>The type of a test's parameter; types that attributes cannot hold come as text.</summary>
    public static string ParameterType(FieldType type) => type switch
    {
        FieldType.Integer => "long?",
        FieldType.Real => "double?",
        FieldType.Boolean => "bool?",
        _ => "string?",
    };

    /// <summary>A value for such a parameter.</summary>
    public static string Value(FieldType type, string? text)
    {
        if (text is null) return "null";
        return type switch
        {
            FieldType.Integer => decimal.Parse(text, CultureInfo.InvariantCulture) == long.MinValue ? "long.MinValue" : text + "L",
            FieldType.Real => text.Contains('.', StringComparison.Ordinal) ? text : text + "d",
            FieldType.Boolean => text,
            _ => Quote(text),
        };
    }

    /// <summary>Turns a parameter into what the generated code takes.</summary>
    public static string Convert(FieldType type, string parameter) => type switch
    {
        FieldType.Text => $"Text.From({parameter})",
        FieldType.Decimal or FieldType.Date or FieldType.Timestamp => $"Parse{type}({parameter})",
        _ => parameter,
    };

    /// <summary>A text, written by its repetition when it is long and made of one letter.</summary>
    public static string Quote(string text) => IsRun(text) ? $"new string({Literals.Character(text[0])}, {text.Length})" : Literals.Text(text);

    /// <summary>Whether a text can stand in an attribute.</summary>
    public static bool IsConstant(string? text) => text is null || !IsRun(text);

    /// <summary>The methods that <see cref="Convert"/> calls, for the types that occur.</summary>
    public static void WriteParsers(CodeWriter code, IEnumerable<FieldType> types)
    {
        foreach (var type in types.Distinct().Order())
        {
            if (type is not (FieldType.Decimal or FieldType.Date or FieldType.Timestamp)) continue;
            code.Line();
            code.Open($"private static {CSharpTypes.Of(type)} Parse{type}(string? text)");
            code.Line($"Assert.True(Cells.TryParse{type}(Text.From(text), out var value));");
            code.Line("return value;");
            code.Close();
        }
    }

    private static bool IsRun(string text) => text.Length > LongestInline && text.All(c => c == text[0]);
}
