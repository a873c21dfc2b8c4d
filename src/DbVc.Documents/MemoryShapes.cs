using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What merged and rejected pipelines taught, as a document.</summary>
internal static class MemoryShapes
{
    public static JsonObject ToJson(this Lesson lesson)
    {
        var document = Describe(lesson);
        if (lesson.Rule is { } rule) document["rule"] = new JsonObject { ["sentence"] = rule.Sentence, ["canonical"] = rule.Canonical, ["code"] = rule.Code };
        if (lesson.Dialect is { } dialect) document["dialect"] = Describe(dialect);
        if (lesson.Rejection is { } rejection)
        {
            document["rejection"] = new JsonObject
            {
                ["by"] = rejection.By,
                ["branch"] = rejection.Branch,
                ["reason"] = rejection.Reason,
                ["tables"] = Json.Array(rejection.Tables),
            };
        }

        return document;
    }

    private static JsonObject Describe(Lesson lesson) => new()
    {
        ["id"] = lesson.Id,
        ["kind"] = Json.Name(lesson.Kind),
        ["task"] = lesson.Task.Length == 0 ? null : lesson.Task,
        ["pipeline"] = lesson.Pipeline.Length == 0 ? null : lesson.Pipeline,
        ["learned"] = Json.Time(lesson.Learned),
        ["about"] = lesson.About,
        ["files"] = new JsonObject(lesson.Files.Select(f => KeyValuePair.Create<string, JsonNode?>(f.Key, f.Value))),
        ["edits"] = Json.Array(lesson.Edits, edit => new JsonObject { ["path"] = edit.Path, ["before"] = edit.Before, ["after"] = edit.After }),
    };

    private static JsonObject Describe(LessonDialect dialect) => new()
    {
        ["supplier"] = dialect.Supplier,
        ["commit"] = dialect.Commit,
        ["delimiter"] = dialect.Dialect.Delimiter?.ToString(),
        ["encoding"] = dialect.Dialect.Encoding,
        ["decimal"] = dialect.Dialect.DecimalMark,
        ["dates"] = Json.Array(dialect.Dialect.DateFormats),
        ["nullTokens"] = new JsonObject(dialect.Dialect.NullTokens.Select(n => KeyValuePair.Create<string, JsonNode?>(n.Key, Json.Array(n.Value)))),
    };
}
