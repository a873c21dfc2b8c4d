using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What chat said, as a document.</summary>
internal static class ChatShapes
{
    public static JsonObject ToJson(this ChatReply reply) => new()
    {
        ["kind"] = Json.Name(reply.Kind),
        ["verb"] = reply.Verb,
        ["command"] = reply.CommandLine,
        ["lines"] = Json.Array(reply.Lines.Select(line => line.ToString())),
        ["document"] = reply.Document,
        ["model"] = reply.Model,
    };
}
