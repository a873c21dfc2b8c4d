using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Requests as documents.</summary>
internal static class RequestShapes
{
    public static JsonObject ToJson(this IReadOnlyList<RequestBrief> requests) => new() { ["requests"] = Json.Array(requests, ToJson) };

    public static JsonObject ToJson(this RequestBrief request) => new()
    {
        ["number"] = request.Number,
        ["title"] = request.Title,
        ["source"] = request.Source,
        ["target"] = request.Target,
        ["state"] = Json.Name(request.State),
        ["openedBy"] = request.By.Name,
        ["opened"] = Json.Time(request.Opened),
        ["head"] = request.Head.ToString(),
        ["comments"] = request.Comments,
        ["unresolved"] = request.Unresolved,
        ["new"] = request.IsNew,
    };

    public static JsonObject ToJson(this RequestReport report)
    {
        var document = report.Brief.ToJson();
        document["text"] = report.Text;
        document["commit"] = report.Commit?.ToString();
        document["ready"] = report.IsReady;
        document["behind"] = report.Behind;
        document["checks"] = Json.Array(report.Checks, check => new JsonObject
        {
            ["name"] = check.Name,
            ["passed"] = check.Passed,
            ["blocks"] = check.Blocks,
            ["summary"] = check.Summary,
        });
        document["rule"] = report.Approvals?.Rule.ToJson();
        document["approvals"] = report.Approvals?.State.ToJson();
        document["rejections"] = Json.Array(report.Approvals?.Rejections ?? [], rejection => rejection.ToJson());
        document["events"] = Json.Array(report.Events, Event);
        document["conversation"] = Json.Array(report.Comments, Comment);
        document["since"] = report.News is { } news ? Since(news) : null;
        return document;
    }

    private static JsonObject Event(RequestEvent happened) => new()
    {
        ["event"] = Json.Name(happened.Kind),
        ["by"] = Person(happened.By),
        ["time"] = Json.Time(happened.Time),
        ["head"] = happened.Head.ToString(),
        ["text"] = happened.Text.Length == 0 ? null : happened.Text,
        ["comment"] = happened.Comment,
    };

    private static JsonObject Comment(RequestCommentReport comment) => new()
    {
        ["id"] = comment.Id,
        ["by"] = Person(comment.By),
        ["time"] = Json.Time(comment.Time),
        ["head"] = comment.Head.ToString(),
        ["text"] = comment.Text,
        ["replyTo"] = comment.ReplyTo,
        ["resolvedBy"] = comment.ResolvedBy,
        ["place"] = comment.Place is { } place ? Place(place) : null,
    };

    private static JsonObject Place(RequestPlaceReport place) => place.File is not null
        ? new JsonObject { ["file"] = place.File, ["line"] = place.Line, ["lineNow"] = place.LineNow, ["outdated"] = place.IsOutdated }
        : new JsonObject { ["table"] = place.Table, ["key"] = Json.Row(place.Key), ["column"] = place.Column, ["outdated"] = place.IsOutdated };

    private static JsonObject Since(RequestNews news) => new()
    {
        ["head"] = news.From.ToString(),
        ["time"] = Json.Time(news.Time),
        ["commits"] = Json.Array(news.Commits, commit => new JsonObject
        {
            ["id"] = commit.Id.ToString(),
            ["author"] = Person(commit.Commit.Author),
            ["time"] = Json.Time(commit.Commit.Time),
            ["message"] = commit.Commit.Message,
        }),
        ["tables"] = news.Tables.ToJson(),
        ["files"] = Json.Array(news.Files),
        ["comments"] = news.Comments,
    };

    private static JsonObject Person(Author author) => author.ToJson();
}
