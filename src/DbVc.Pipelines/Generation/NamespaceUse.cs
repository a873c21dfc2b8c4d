using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

/// <summary>Knows what generated code takes from each namespace, so that no using directive is written in vain.</summary>
internal static partial class NamespaceUse
{
    public static bool IsNeeded(string name, string code) => name switch
    {
        "System" => System().IsMatch(WithoutText(code)),
        "System.IO" => IO().IsMatch(WithoutText(code)),
        "System.Linq" => Linq().IsMatch(WithoutText(code)),
        "System.Text" => Text().IsMatch(WithoutText(code)),
        "DbVc.PipelineRuntime" => Runtime().IsMatch(WithoutText(code)),
        "Xunit" => Xunit().IsMatch(WithoutText(code)),
        _ => true,
    };

    /// <summary>The code without comments and the content of literals, where names mean nothing.</summary>
    private static string WithoutText(string code) => Literal().Replace(Comment().Replace(code, ""), "\"\"");

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex("\"(?:[^\"\\\\\\n]|\\\\.)*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\b(DateOnly|DateTime|DateTimeKind|TimeOnly|TimeSpan|TimeProvider|Array|Math|ReadOnlySpan|Span|StringComparison|"
        + @"Func|Action|Convert|GC|Random|Exception|\w+OperationException|\w*ArgumentException)\b|\.AsSpan\(")]
    private static partial Regex System();

    [GeneratedRegex(@"\b(\w*Stream|\w*Reader|\w*Writer|File|Path)\b(?<!CsvReader|JsonReader)")]
    private static partial Regex IO();

    [GeneratedRegex(@"\.(Select|SelectMany|All|Any|Where|Count|"
        + @"ToList|ToArray|First|Single|Skip|Take|Concat|Order|OrderBy|Sum|Distinct|Zip)\(")]
    private static partial Regex Linq();

    [GeneratedRegex(@"\b(Encoding|StringBuilder|Rune|UTF8Encoding)\b")]
    private static partial Regex Text();

    [GeneratedRegex(@"\b(Arithmetic|CellKind|Cells|CountryForm|Csv\w+|DecimalMark|EmailAddress|EpochUnit|Fraction|IPipeline|IRowSink|"
        + @"Json(Form|Options|Reader)|Operations|Pattern(Replacement)?|"
        + @"Pipeline(Column|Exception)|RandomCells|Record(ed|ing)\w+|Rules|"
        + @"Scratch|SpreadsheetCalendar|Text(Map|Set)?|TimeFormat|UnicodeForm|Unique(Key|Set))\b")]
    private static partial Regex Runtime();

    [GeneratedRegex(@"\b(Fact|Theory|Assert)\b")]
    private static partial Regex Xunit();
}
