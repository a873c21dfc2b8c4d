using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DbVc.Commands;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>How an agent's transcript is told to people, and how it is followed while it grows.</summary>
public sealed partial class TranscriptViewTests
{
    private static readonly string[] s_lines =
    [
        """{"time":"2026-01-31T10:00:00Z","kind":"task","task":"20260131-100000-a","branch":"agent-a","model":"work"}""",
        """{"time":"2026-01-31T10:00:00Z","kind":"message","role":"system","text":"You build one data pipeline\nin a branch"}""",
        """{"time":"2026-01-31T10:00:01Z","kind":"answer","text":"I run it.","calls":[{"tool":"execute_in_branch"}],"inputTokens":1200,"outputTokens":34}""",
        """{"time":"2026-01-31T10:00:02Z","kind":"result","tool":"execute_in_branch","state":"passed","seconds":0.8,"""
            + """ "summary":"9 read, 8 loaded","content":{}}""",
        """{"time":"2026-01-31T10:00:03Z","kind":"answer","text":"","calls":[],"inputTokens":0,"outputTokens":0}""",
        """{"time":"2026-01-31T10:00:04Z","kind":"result","tool":"validate_results","state":"failed","seconds":3,"""
            + """ "summary":"refused by unit","content":{"gates":[{"findings":[{"message":"is 12\u001b[2J, not 120","file":"tests/A.cs","line":7}]}]}}""",
        """{"time":"2026-01-31T10:00:05Z","kind":"end","state":"stopped","end":"tokens","reason":"The limit was met."}""",
    ];

    [Fact]
    public void A_transcript_is_told_line_by_line()
    {
        var terminal = new FakeTerminal();
        var view = new TranscriptView(terminal.Output());
        foreach (var line in s_lines) view.Write(JsonNode.Parse(line)!);
        Assert.Equal(
            """
            TIME  task 20260131-100000-a on agent-a, model work
            TIME  system: You build one data pipeline
            TIME    1. I run it.  calls execute_in_branch  1,234 tokens
            TIME     ✓ execute_in_branch  9 read, 8 loaded · 0.8 s
            TIME    2.   calls nothing
            TIME     ✗ validate_results  refused by unit · 3.0 s
                            tests/A.cs:7: is 12\u001b[2J, not 120
            TIME  end  stopped (tokens) The limit was met.

            """, Clock().Replace(terminal.Out, "TIME"));
    }

    [Fact]
    public void A_transcript_is_followed_until_nothing_more_is_written_and_whole_lines_alone_are_given()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var rounds = new Queue<string>(["one\ntw", "o\nthr", "ee\n\nfour"]);
            bool Write()
            {
                if (!rounds.TryDequeue(out var text)) return false;
                File.AppendAllText(path, text);
                return true;
            }

            Assert.Equal(["one", "two", "three"], TranscriptTail.Read(path, Write, CancellationToken.None));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_transcript_that_nobody_writes_is_empty() => Assert.Empty(TranscriptTail.Read("/nonexistent/log", () => false, CancellationToken.None));

    [Fact]
    public void Following_ends_when_it_is_interrupted() => Assert.Throws<OperationCanceledException>(
        () => TranscriptTail.Read("/nonexistent/log", () => true, new CancellationToken(canceled: true)).ToList());

    [GeneratedRegex("^[0-9]{2}:[0-9]{2}:[0-9]{2}", RegexOptions.Multiline)]
    private static partial Regex Clock();
}
