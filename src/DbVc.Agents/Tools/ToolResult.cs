using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>What a tool call came to.</summary>
public sealed class ToolResult
{
    private const int MaxSummaryLength = 300;

    private ToolResult(StepState state, string summary, JsonElement content, string? detail = null)
    {
        State = state;
        Summary = OneLine.Of(summary, MaxSummaryLength);
        Content = content;
        Detail = detail;
    }

    public StepState State { get; }

    /// <summary>One line for a person.</summary>
    public string Summary { get; }

    /// <summary>What the model gets.</summary>
    public JsonElement Content { get; }

    /// <summary>What only the transcript gets.</summary>
    public string? Detail { get; }

    /// <summary>It was done.</summary>
    public static ToolResult Passed(string summary, JsonNode content) => new(StepState.Passed, summary, ToElement(content));

    /// <summary>It was done, and the answer is no.</summary>
    public static ToolResult Failed(string summary, JsonNode content) => new(StepState.Failed, summary, ToElement(content));

    /// <summary>It could not be done, for a reason the model may know.</summary>
    public static ToolResult Error(DbVcException failure) =>
        new(StepState.Error, Describe(failure), ToElement(new JsonObject { ["error"] = ErrorOf(failure) }));

    /// <summary>It could not be done; the reason may hold secrets and stays with the host.</summary>
    public static ToolResult Broken(Exception failure)
    {
        var error = new JsonObject { ["code"] = "agent.tool-failed", ["message"] = "The tool failed." };
        return new ToolResult(StepState.Error, "the tool failed", ToElement(new JsonObject { ["error"] = error }), failure.ToString());
    }

    private static JsonObject ErrorOf(DbVcException failure)
    {
        var error = new JsonObject { ["code"] = failure.Code, ["message"] = failure.Message };
        if (failure.Where is not null) error["where"] = failure.Where;
        if (failure.Hint is not null) error["hint"] = failure.Hint;
        if (failure.Kind == FailureKind.Locked) error["retryable"] = true;
        return error;
    }

    private static string Describe(DbVcException failure) => failure.Where is null ? failure.Message : $"{failure.Message} ({failure.Where})";

    private static JsonElement ToElement(JsonNode content) => JsonSerializer.SerializeToElement(content);
}
