using System.Globalization;
using System.Text.Json.Nodes;

namespace DbVc.Commands;

/// <summary>What an agent was asked, said and did, for people: one line per entry of its transcript, in the order of time.</summary>
internal sealed class TranscriptView(Output output)
{
    private const int MostText = 200;
    private const int MostErrors = 3;

    private int _answers;

    /// <summary>Shows an entry as the transcript holds it.</summary>
    public void Write(JsonNode entry)
    {
        switch (Text(entry, "kind"))
        {
            case "task":
                Line(entry, Piece.Strong("task "), Piece.Id(Text(entry, "task")), " on ", Piece.Name(Text(entry, "branch")),
                    Piece.Dim($", model {Text(entry, "model")}"));
                break;
            case "message":
                Line(entry, Piece.Dim($"{Text(entry, "role")}: {Shorten(Text(entry, "text"))}"));
                break;
            case "answer":
                WriteAnswer(entry);
                break;
            case "result":
                WriteResult(entry);
                break;
            case "end":
                var isReady = Text(entry, "state") == "ready";
                Line(entry, Piece.Strong("end  "), isReady ? Piece.Good("ready") : Piece.Bad(Text(entry, "state")), Piece.Dim($" ({Text(entry, "end")}) "),
                    Shorten(Text(entry, "reason")));
                break;
        }

        output.Flush();
    }

    private void WriteAnswer(JsonNode entry)
    {
        _answers++;
        var tokens = Number(entry, "inputTokens") + Number(entry, "outputTokens");
        var cost = tokens == 0 ? "" : $"  {Shown.Count(tokens, "token")}";
        var called = entry["calls"]?.AsArray().Select(call => Text(call!, "tool")) ?? [];
        Line(entry, Piece.Strong($"{_answers,3}. "), Shorten(Text(entry, "text")),
            Piece.Dim($"  calls {string.Join(", ", called.DefaultIfEmpty("nothing"))}{cost}"));
    }

    private void WriteResult(JsonNode entry)
    {
        var passed = Text(entry, "state") == "passed";
        Line(entry, passed ? Piece.Good("   ✓ ") : Piece.Bad("   ✗ "), Text(entry, "tool"), "  ",
            passed ? Piece.Dim(Shorten(Text(entry, "summary"))) : Shorten(Text(entry, "summary")),
            Piece.Dim($" · {Pace.Seconds(TimeSpan.FromSeconds((double?)entry["seconds"] ?? 0))}"));
        if (passed) return;
        foreach (var finding in Findings(entry["content"]).Take(MostErrors)) output.Line(Piece.Dim("                "), Piece.Dim(Shorten(finding)));
    }

    /// <summary>What gates or the compiler objected to, with the place.</summary>
    private static IEnumerable<string> Findings(JsonNode? content)
    {
        if (content is not JsonObject result) return [];
        var own = result["findings"] as JsonArray ?? [];
        var ofGates = (result["gates"] as JsonArray ?? []).SelectMany(gate => gate!["findings"] as JsonArray ?? []);
        return own.Concat(ofGates).OfType<JsonObject>().Select(f =>
            $"{(f["file"] is { } file ? $"{file}{(f["line"] is { } line ? $":{line}" : "")}: " : "")}{f["message"]}");
    }

    private void Line(JsonNode entry, params ReadOnlySpan<Piece> pieces) => output.Line([Piece.Dim(Clock(entry) + "  "), .. pieces]);

    private static string Clock(JsonNode entry) =>
        DateTimeOffset.TryParse(Text(entry, "time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture)
        : "        ";

    private static string Shorten(string text) => Shown.Cut(Shown.Title(text), MostText);

    private static string Text(JsonNode entry, string name) => entry[name]?.ToString() ?? "";

    private static long Number(JsonNode entry, string name) => (long?)entry[name] ?? 0;
}
