using System.Text.RegularExpressions;
using Xunit;

namespace DbVc.Tests;

/// <summary>The rules of docs/style.md that a program can check on the text of the code.</summary>
public sealed partial class TidyCodeTests
{
    private const int MaxFunctionLines = 70;
    private const int MaxFileLines = 400;
    private const int MaxTestFileLines = 600;
    private const int MaxLineLength = 160;

    private static readonly string[] ForbiddenSuffixes = ["Helper", "Helpers", "Util", "Utils", "Common", "Service", "Base", "Manager"];

    [Fact]
    public void Functions_end_by_70_lines() => Violation.AssertNone(
        from file in SourceTree.CSharp
        from function in FunctionLengths.Find(file)
        where function.Length > MaxFunctionLines
        select new Violation(file.Path, function.Line, $"{function.Name} has {function.Length} lines; stop at {MaxFunctionLines}"));

    [Fact]
    public void Files_end_by_400_lines_and_tests_by_600() => Violation.AssertNone(
        from file in SourceTree.CSharp
        let limit = file.IsTest ? MaxTestFileLines : MaxFileLines
        where file.Lines.Length - 1 > limit
        select new Violation(file.Path, limit, $"the file has {file.Lines.Length - 1} lines; stop at {limit}"));

    [Fact]
    public void Lines_end_by_160_characters() => Violation.AssertNone(
        from file in SourceTree.CSharp
        from line in file.Lines.Index()
        where line.Item.Length > MaxLineLength
        select new Violation(file.Path, line.Index + 1, $"the line has {line.Item.Length} characters; stop at {MaxLineLength}"));

    [Fact]
    public void No_type_is_named_after_its_lack_of_a_purpose() => Violation.AssertNone(
        from file in SourceTree.CSharp
        from Match type in TypeName().Matches(file.Code)
        let name = type.Groups["name"].Value
        from suffix in ForbiddenSuffixes
        where name.EndsWith(suffix, StringComparison.Ordinal) && name != "BranchManager"
        select new Violation(file.Path, file.LineAt(type.Index), $"{name}: the suffix {suffix} says nothing; name what it is"));

    [Fact]
    public void A_project_has_one_namespace_named_like_it() => Violation.AssertNone(
        from file in SourceTree.CSharp
        let declared = Namespace().Match(file.Code)
        where declared.Success ? declared.Groups["name"].Value != file.Project || declared.Groups["end"].Value != ";" : !IsProgram(file)
        select new Violation(file.Path, declared.Success ? file.LineAt(declared.Index) : 1, $"expected 'namespace {file.Project};'"));

    [Fact]
    public void No_regions_and_no_notes_to_finish_later()
    {
        var note = new Regex(@"\b(TO" + @"DO|FIX" + @"ME|XX" + @"X|HA" + @"CK)\b|^\s*#\s*(end)?reg" + "ion", RegexOptions.CultureInvariant);
        Violation.AssertNone(
            from file in SourceTree.CSharp
            from line in file.Lines.Index()
            where note.IsMatch(line.Item)
            select new Violation(file.Path, line.Index + 1, "finish it, or describe it in an issue"));
    }

    [Fact]
    public void Clock_and_chance_come_in_from_outside()
    {
        var allowed = ReadAllowed();
        Violation.AssertNone(
            from file in SourceTree.CSharp
            from Match call in ClockOrChance().Matches(file.Code)
            where !allowed.Any(entry => entry.Call == call.Value && file.Path.StartsWith(entry.Path, StringComparison.Ordinal))
            select new Violation(file.Path, file.LineAt(call.Index),
                $"{call.Value}: take a TimeProvider or a seeded Random, or name the reason in tests/DbVc.Tests/Tidy/allowed.txt"));
    }

    [Fact]
    public void Every_exception_that_is_allowed_is_still_needed() => Violation.AssertNone(
        from entry in ReadAllowed()
        where entry.Reason.Length < 10 || !SourceTree.CSharp.Any(file =>
            file.Path.StartsWith(entry.Path, StringComparison.Ordinal) && file.Code.Contains(entry.Call, StringComparison.Ordinal))
        select new Violation("tests/DbVc.Tests/Tidy/allowed.txt", entry.Line, $"{entry.Path} {entry.Call}: not needed, or without a reason"));

    [Fact]
    public void Only_the_programs_touch_the_console() => Violation.AssertNone(
        from file in SourceTree.CSharp
        where file.Path.StartsWith("src/", StringComparison.Ordinal) && file.Project is not ("DbVc.Commands" or "DbVc.Mcp" or "DbVc.Server" or "DbVc.Worker")
        from Match call in ConsoleUse().Matches(file.Code)
        select new Violation(file.Path, file.LineAt(call.Index),
            "Console belongs to the programs, DbVc.Commands, DbVc.Mcp, DbVc.Server and DbVc.Worker; return what you have to say"));

    private static bool IsProgram(SourceFile file) => Path.GetFileName(file.Path) == "Program.cs" && !TypeName().IsMatch(file.Code);

    private static List<(string Path, string Call, string Reason, int Line)> ReadAllowed() =>
    [
        .. from line in SourceTree.Read("tests/DbVc.Tests/Tidy/allowed.txt").Split('\n').Index()
           where line.Item.Length > 0 && line.Item[0] != '#'
           let parts = line.Item.Split('|', StringSplitOptions.TrimEntries)
           select (parts[0], parts[1], parts.Length > 2 ? parts[2] : "", line.Index + 1),
    ];

    [GeneratedRegex(@"\b(class|struct|record|interface|enum)\s+(?!class\b|struct\b|where\b)(?<name>\w+)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)\s*(?<end>.)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(DateTime|DateTimeOffset)\.(Now|UtcNow|Today)\b|\bGuid\.(NewGuid|CreateVersion7)\b|\bRandom\.Shared\b|\bnew Random\(\)")]
    private static partial Regex ClockOrChance();

    [GeneratedRegex(@"\bConsole\.")]
    private static partial Regex ConsoleUse();
}
