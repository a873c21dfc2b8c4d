using System.Text.Json.Nodes;

namespace DbVc.Documents;

/// <summary>A failure as it is told: what was wrong, where, and what to do.</summary>
internal sealed record FailureText(string Code, string Message, string? Where = null, string? Hint = null)
{
    public JsonObject ToJson() => new()
    {
        ["error"] = new JsonObject { ["code"] = Code, ["message"] = Message, ["where"] = Where, ["hint"] = Hint },
    };
}
