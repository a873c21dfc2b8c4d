using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What merged pipelines taught, as a document.</summary>
internal static class MemoryShapes
{
    public static JsonObject ToJson(this Lesson lesson) => new()
    {
        ["id"] = lesson.Id,
        ["kind"] = Json.Name(lesson.Kind),
        ["task"] = lesson.Task,
        ["pipeline"] = lesson.Pipeline,
        ["learned"] = Json.Time(lesson.Learned),
        ["about"] = lesson.About,
        ["files"] = new JsonObject(lesson.Files.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Key, f.Value))),
        ["edits"] = Json.Array(lesson.Edits, edit => new JsonObject { ["path"] = edit.Path, ["before"] = edit.Before, ["after"] = edit.After }),
    };
}
