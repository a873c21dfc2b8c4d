using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>Requests as documents.</summary>
internal static class RequestShapes
{
    public static RequestsDocument ToJson(this IReadOnlyList<RequestBrief> requests) => new(Json.List(requests, ToJson));

    public static RequestBriefDocument ToJson(this RequestBrief request) => new(request.Number, request.Title, request.Source, request.Target, request.State,
        request.By.Name, request.Opened, request.Head, request.Comments, request.Unresolved, request.IsNew);

    public static RequestDocument ToJson(this RequestReport report)
    {
        var brief = report.Brief;
        return new RequestDocument(brief.Number, brief.Title, brief.Source, brief.Target, brief.State, brief.By.Name, brief.Opened, brief.Head, brief.Comments,
            brief.Unresolved, brief.IsNew, report.Text, report.Commit, report.IsReady, report.Behind,
            Json.List(report.Checks, check => new RequestCheckDocument(check.Name, check.Passed, check.Blocks, check.Summary)),
            report.Approvals?.Rule.ToJson(), report.Approvals?.State.ToJson(), report.Approvals?.Rejections.ToJson() ?? [],
            Json.List(report.Events, Event), Json.List(report.Comments, Comment), report.News is { } news ? Since(news) : null);
    }

    private static RequestEventDocument Event(RequestEvent happened) => new(happened.Kind, happened.By.ToJson(), happened.Time, happened.Head,
        happened.Text.Length == 0 ? null : happened.Text, happened.Comment);

    private static RequestCommentDocument Comment(RequestCommentReport comment) =>
        new(comment.Id, comment.By.ToJson(), comment.Time, comment.Head, comment.Text,
        comment.ReplyTo, comment.ResolvedBy, comment.Place is { } place ? Place(place) : null);

    private static RequestPlaceDocument Place(RequestPlaceReport place) => place.File is not null
        ? new RequestPlaceDocument { File = place.File, Line = place.Line, LineNow = place.LineNow, Outdated = place.IsOutdated }
        : new RequestPlaceDocument { Table = place.Table, Key = Json.Row(place.Key), Column = place.Column, Outdated = place.IsOutdated };

    private static RequestNewsDocument Since(RequestNews news) => new(news.From, news.Time,
        Json.List(news.Commits, commit => new RequestCommitDocument(commit.Id, commit.Commit.Author.ToJson(), commit.Commit.Time, commit.Commit.Message)),
        news.Tables.ToJson(), news.Files, news.Comments);
}

[Description("Requests.")]
internal sealed record RequestsDocument([Description("In the order of their numbers.")] IReadOnlyList<RequestBriefDocument> Requests) : Document;

[Description("A request at a glance: a branch that somebody asks to have merged.")]
internal sealed record RequestBriefDocument(
    [Description("Its number.")] long Number,
    [Description("One line.")] string Title,
    [Description("The branch.")] string Source,
    [Description("The branch that is to receive it.")] string Target,
    [Description("How it stands.")] RequestState State,
    [Description("Who opened it.")] string OpenedBy,
    [Description("When.")] DateTimeOffset Opened,
    [Description("The source's head; of a closed request, what it was then.")] CommitId Head,
    [Description("How many comments there are.")] int Comments,
    [Description("How many of those are not settled.")] int Unresolved,
    [Description("Whether there is something that the caller has not looked at.")] bool New) : Document;

[Description("A request with all that was said, and whether everything is there for its merge.")]
internal sealed record RequestDocument(
    [Description("Its number.")] long Number,
    [Description("One line.")] string Title,
    [Description("The branch.")] string Source,
    [Description("The branch that is to receive it.")] string Target,
    [Description("How it stands.")] RequestState State,
    [Description("Who opened it.")] string OpenedBy,
    [Description("When.")] DateTimeOffset Opened,
    [Description("The source's head; of a closed request, what it was then.")] CommitId Head,
    [Description("How many comments there are.")] int Comments,
    [Description("How many of those are not settled.")] int Unresolved,
    [Description("Whether there is something that the caller has not looked at.")] bool New,
    [Description("What whoever opened it wrote.")] string Text,
    [Description("The target's commit that brought it; null for none.")] CommitId? Commit,
    [Description("Whether nothing keeps it out.")] bool Ready,
    [Description("Commits of the target that the source does not hold.")] int Behind,
    [Description("What keeps it out, or could; none for a closed one.")] IReadOnlyList<RequestCheckDocument> Checks,
    [Description("The target's rule; null for a closed request.")] BranchRuleDocument? Rule,
    [Description("How far the head is approved; null for a closed request.")] ApprovalsDocument? Approvals,
    [Description("Those who said no to the head.")] IReadOnlyList<RejectionDocument> Rejections,
    [Description("What happened, in order.")] IReadOnlyList<RequestEventDocument> Events,
    [Description("What was said, in order.")] IReadOnlyList<RequestCommentDocument> Conversation,
    [Description("What changed since the caller looked last; null where they never did.")] RequestNewsDocument? Since) : Document;

[Description("One thing that a merge takes, or that a reviewer should know.")]
internal sealed record RequestCheckDocument(
    [Description("gates, up-to-date, conflicts, constraints, destructive, approvals, rejections, or branch.")] string Name,
    [Description("Whether it is as it should be.")] bool Passed,
    [Description("Whether it keeps the request out where it is not.")] bool Blocks,
    [Description("One sentence for a person.")] string Summary) : Document;

[Description("Something that happened to a request.")]
internal sealed record RequestEventDocument(
    [Description("What.")] RequestEventKind Event,
    [Description("Who did it.")] AuthorDocument By,
    [Description("When.")] DateTimeOffset Time,
    [Description("The source's head then.")] CommitId Head,
    [Description("A reason, a commit's title, the comment of an approval; null for nothing.")] string? Text,
    [Description("The comment that was said or settled; null for none.")] int? Comment) : Document;

[Description("A comment.")]
internal sealed record RequestCommentDocument(
    [Description("Its number within the request.")] int Id,
    [Description("Who said it.")] AuthorDocument By,
    [Description("When.")] DateTimeOffset Time,
    [Description("The source's head that it was said about.")] CommitId Head,
    [Description("Any text.")] string Text,
    [Description("The comment that it answers; null for none.")] int? ReplyTo,
    [Description("Who settled it; null for nobody.")] string? ResolvedBy,
    [Description("What it hangs on; null for the whole.")] RequestPlaceDocument? Place) : Document;

[Description("What a comment hangs on: a line of a file, or a row or cell.")]
internal sealed record RequestPlaceDocument : Document
{
    [Description("The file's path in the branch.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    [Description("The line, from 1.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Line { get; init; }

    [Description("Where that line is now.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? LineNow { get; init; }

    [Description("The row's table.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Table { get; init; }

    [Description("The row's key.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, Value>? Key { get; init; }

    [Description("The cell's column.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Column { get; init; }

    [Description("Whether it is another one by now, or gone.")]
    public required bool Outdated { get; init; }
}

[Description("What changed since somebody looked last.")]
internal sealed record RequestNewsDocument(
    [Description("The head that they saw.")] CommitId Head,
    [Description("When.")] DateTimeOffset Time,
    [Description("The source's own commits since, newest first.")] IReadOnlyList<RequestCommitDocument> Commits,
    [Description("Counts of rows between then and now.")] IReadOnlyDictionary<string, TableChangeDocument> Tables,
    [Description("Paths that differ.")] IReadOnlyList<string> Files,
    [Description("What others said since.")] int Comments) : Document;

[Description("A commit since somebody looked.")]
internal sealed record RequestCommitDocument(
    [Description("Its id.")] CommitId Id,
    [Description("Who made it.")] AuthorDocument Author,
    [Description("When.")] DateTimeOffset Time,
    [Description("What was changed and why.")] string Message) : Document;
