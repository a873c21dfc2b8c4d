using System.Text.Json;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>Reads a transcript back, for showing it and for replaying it.</summary>
public static class TranscriptReader
{
    /// <summary>All lines in order. A last line that was cut off by a crash is left out; a damaged one elsewhere is an error with its number.</summary>
    public static IReadOnlyList<JsonElement> ReadLines(string text)
    {
        var lines = new List<JsonElement>();
        var rows = text.Split('\n');
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i].Length == 0) continue;
            try
            {
                using var document = JsonDocument.Parse(rows[i]);
                lines.Add(document.RootElement.Clone());
            }
            catch (JsonException) when (i == rows.Length - 1)
            {
                break;
            }
            catch (JsonException failure)
            {
                throw new DbVcException(FailureKind.Failed, "agent.log-damaged", "A line of the agent's log is no JSON.", $"line {i + 1}", null, failure);
            }
        }

        return lines;
    }

    /// <summary>What the model answered, in order; masked texts stay masked.</summary>
    public static IReadOnlyList<ChatResponse> ReadAnswers(string text) =>
        [.. ReadLines(text).Where(line => line.GetProperty("kind").GetString() == "answer").Select(ReadAnswer)];

    internal static ChatResponse ReadAnswer(JsonElement line)
    {
        var message = new ChatMessage(ChatRole.Assistant, line.GetProperty("text").GetString());
        foreach (var call in line.GetProperty("calls").EnumerateArray())
        {
            var arguments = call.GetProperty("arguments");
            message.Contents.Add(new FunctionCallContent(
                call.GetProperty("id").GetString()!, call.GetProperty("tool").GetString()!,
                arguments.ValueKind == JsonValueKind.Object ? arguments.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value) : null));
        }

        return new ChatResponse(message)
        {
            Usage = new UsageDetails
            {
                InputTokenCount = line.GetProperty("inputTokens").GetInt64(),
                OutputTokenCount = line.GetProperty("outputTokens").GetInt64(),
            },
        };
    }
}
