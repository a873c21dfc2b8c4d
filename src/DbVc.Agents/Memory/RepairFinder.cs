using System.Text.Json;

namespace DbVc.Agents;

/// <summary>Reads out of transcripts which edits mended what was objected to: a refusal, edits after it, and then a pass.</summary>
public static class RepairFinder
{
    private const int MostFindings = 3;
    private const int MostCharacters = 8_000;

    /// <summary>The repairs of a task, in order.</summary>
    /// <param name="task">Its id.</param>
    /// <param name="transcript">JSON lines.</param>
    public static IReadOnlyList<PastRepair> Find(string task, string transcript)
    {
        var repairs = new List<PastRepair>();
        var (calls, edits) = (new Dictionary<string, JsonElement>(), new List<PastEdit>());
        string? objection = null;
        foreach (var line in TranscriptReader.ReadLines(transcript))
        {
            var kind = line.GetProperty("kind").GetString();
            if (kind == "answer") foreach (var call in line.GetProperty("calls").EnumerateArray()) calls[call.GetProperty("id").GetString()!] = call;
            if (kind != "result") continue;
            var (tool, content) = (line.GetProperty("tool").GetString(), line.GetProperty("content"));
            if (FindObjection(tool, content) is { } refused)
            {
                edits.Clear();
                objection = refused;
            }
            else if (objection is not null && tool == ToolCatalog.ValidateResults && IsTrue(content, "passed"))
            {
                if (edits.Count > 0 && edits.Sum(e => (e.Before?.Length ?? 0) + e.After.Length) <= MostCharacters)
                    repairs.Add(new PastRepair(task, objection, [.. edits]));
                objection = null;
            }
            else if (line.GetProperty("state").GetString() == "passed" && calls.TryGetValue(line.GetProperty("id").GetString()!, out var call)
                && ReadEdit(tool, call.GetProperty("arguments")) is { } edit)
            {
                edits.Add(edit);
            }
        }

        return repairs;
    }

    /// <summary>What is objected to, in the words that a model is told; null where nothing is.</summary>
    internal static string? FindObjection(string? tool, JsonElement content) => tool switch
    {
        ToolCatalog.ExecuteInBranch when IsFalse(content, "succeeded") => Join([content.GetProperty("problem").GetString() ?? "", .. Messages(content)]),
        ToolCatalog.ValidateResults when IsFalse(content, "passed") => Join(
        [
            .. from gate in content.GetProperty("gates").EnumerateArray()
               where IsFalse(gate, "passed")
               from text in Messages(gate).Prepend(gate.GetProperty("name").GetString()! + ":")
               select text,
        ]),
        _ => null,
    };

    private static string Join(IEnumerable<string> parts) => OneLine.Of(string.Join(' ', parts.Where(p => p.Length > 0)), 2_000);

    private static IEnumerable<string> Messages(JsonElement of) =>
        of.GetProperty("findings").EnumerateArray().Take(MostFindings).Select(f => f.GetProperty("message").GetString()!);

    private static PastEdit? ReadEdit(string? tool, JsonElement arguments) => tool switch
    {
        ToolCatalog.EditFile => new PastEdit(Text(arguments, "path"), Text(arguments, "old_text"), Text(arguments, "new_text")),
        ToolCatalog.WriteFile => new PastEdit(Text(arguments, "path"), null, Text(arguments, "content")),
        _ => null,
    };

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static bool IsTrue(JsonElement of, string name) => of.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static bool IsFalse(JsonElement of, string name) => of.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.False;
}
