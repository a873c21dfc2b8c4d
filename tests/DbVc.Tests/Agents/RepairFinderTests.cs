using DbVc.Agents;
using Xunit;

namespace DbVc.Tests;

/// <summary>A repair is a refusal, edits after it, and then a pass; nothing else.</summary>
public sealed class RepairFinderTests
{
    private const string Refused = """
        {"passed":false,"gates":[{"name":"unit","passed":false,"findings":[{"message":"age failed"}]},{"name":"lint","passed":true,"findings":[]}]}
        """;

    private const string Passed = """{"passed":true,"gates":[]}""";
    private const string NotRun = """{"succeeded":false,"problem":"the code does not compile","findings":[{"message":"CS0019 in Validators.cs"}]}""";

    private const string No = "validate_results " + Refused;
    private const string Yes = "validate_results " + Passed;

    public static TheoryData<string, string[], string[]> Stories => new()
    {
        { "an edit mends a gate", [No, "edit_file 1", Yes], ["unit: age failed => old1>new1"] },
        { "only edits after the last refusal", [No, "edit_file 1", No, "edit_file 2", Yes],
            ["unit: age failed => old2>new2"] },
        { "code that did not run", ["execute_in_branch " + NotRun, "edit_file 3", Yes],
            ["the code does not compile CS0019 in Validators.cs => old3>new3"] },
        { "two in one task", [No, "edit_file 1", Yes, No, "edit_file 2", Yes],
            ["unit: age failed => old1>new1", "unit: age failed => old2>new2"] },
        { "edits that nothing objected to", ["edit_file 1", Yes], [] },
        { "a refusal that nothing mended", [No, "edit_file 1"], [] },
        { "an edit that failed", [No, "edit_file! 1", Yes], [] },
    };

    [Theory]
    [MemberData(nameof(Stories))]
    public void What_mended_an_objection_is_found(string what, string[] story, string[] repairs)
    {
        var lines = new List<string> { """{"kind":"task","task":"t"}""" };
        foreach (var (step, i) in story.Select((s, i) => (s, i)))
        {
            var (tool, rest) = (step.Split(' ')[0], step.Split(' ', 2)[1]);
            var isEdit = tool.StartsWith("edit_file", StringComparison.Ordinal);
            var arguments = isEdit ? $$"""{"path":"generated/Validators.cs","old_text":"old{{rest}}","new_text":"new{{rest}}"}""" : "{}";
            lines.Add($$"""{"kind":"answer","text":"","calls":[{"id":"c{{i}}","tool":"{{tool.TrimEnd('!')}}","arguments":{{arguments}}}]}""");
            var state = tool.EndsWith('!') ? "error" : "passed";
            var content = isEdit ? "{}" : rest;
            lines.Add($$"""{"kind":"result","id":"c{{i}}","tool":"{{tool.TrimEnd('!')}}","state":"{{state}}","content":{{content}}}""");
        }

        var found = RepairFinder.Find("t", string.Join('\n', lines) + "\n");

        Assert.True(repairs.SequenceEqual(found.Select(r => $"{r.Objection} => {string.Join(' ', r.Edits.Select(e => $"{e.Before}>{e.After}"))}")),
            what + ": " + string.Join("; ", found));
    }
}
