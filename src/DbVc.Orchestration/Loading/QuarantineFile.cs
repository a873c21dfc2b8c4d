using System.Text.Json;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Reads what a <see cref="Quarantine"/> has written.</summary>
internal static class QuarantineFile
{
    /// <summary>Its records, one after the other. Throws <c>quarantine.damaged</c>.</summary>
    public static IEnumerable<QuarantinedRecord> Read(string path, string run)
    {
        var number = 0;
        foreach (var line in File.ReadLines(path)) yield return Parse(line, run, $"{path}:{++number}");
    }

    private static QuarantinedRecord Parse(string line, string run, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            return new QuarantinedRecord(run, root.GetProperty("record").GetInt64(), root.GetProperty("line").GetInt64(),
                Text(root, "raw"), root.TryGetProperty("rawCut", out _),
            [
                .. root.GetProperty("reasons").EnumerateArray().Select(r => new QuarantineReason(
                    Text(r, "field"), Text(r, "rule"), Text(r, "value"), Text(r, "message"))),
            ]);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new DbVcException(FailureKind.Failed, "quarantine.damaged", "What a run rejected cannot be read.", where,
                "Remove the line or the file; the source still holds the record.", failure);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
