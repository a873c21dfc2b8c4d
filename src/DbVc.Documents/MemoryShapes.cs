using System.ComponentModel;
using System.Text.Json.Serialization;
using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What merged and rejected pipelines taught, as a document.</summary>
internal static class MemoryShapes
{
    public static LessonsDocument ToJson(this IEnumerable<Lesson> lessons) => new(Json.List(lessons, ToJson));

    public static LessonDocument ToJson(this Lesson lesson) => new(lesson.Id, lesson.Kind, lesson.Task.Length == 0 ? null : lesson.Task,
        lesson.Pipeline.Length == 0 ? null : lesson.Pipeline, lesson.Learned, lesson.About, lesson.Files,
        Json.List(lesson.Edits, edit => new LessonEditDocument(edit.Path, edit.Before, edit.After)))
    {
        Rule = lesson.Rule is { } rule ? new LessonRuleDocument(rule.Sentence, rule.Canonical, rule.Code) : null,
        Dialect = lesson.Dialect is { } learned ? ToJson(learned) : null,
        Rejection = lesson.Rejection is { } rejection
            ? new LessonRejectionDocument(rejection.By, rejection.Branch, rejection.Reason, rejection.Tables)
            : null,
    };

    private static LessonDialectDocument ToJson(LessonDialect learned)
    {
        var dialect = learned.Dialect;
        return new LessonDialectDocument(learned.Supplier, learned.Commit, dialect.Delimiter?.ToString(), dialect.Encoding, dialect.DecimalMark,
            dialect.DateFormats, dialect.NullTokens);
    }
}

[Description("Lessons, newest first.")]
internal sealed record LessonsDocument([Description("The lessons.")] IReadOnlyList<LessonDocument> Lessons) : Document;

[Description("What a merged pipeline or a rejected branch taught. What it says in particular stands under its kind.")]
internal sealed record LessonDocument(
    [Description("Its id.")] string Id,
    [Description("What was learned.")] LessonKind Kind,
    [Description("The task that taught it; null for a rejected branch without.")] string? Task,
    [Description("The pipeline; null for a rejected branch without.")] string? Pipeline,
    [Description("When.")] DateTimeOffset Learned,
    [Description("What it is about, for people.")] string About,
    [Description("Files as people made them, by path.")] IReadOnlyDictionary<string, string> Files,
    [Description("What was changed in files.")] IReadOnlyList<LessonEditDocument> Edits) : Document
{
    [Description("Only of a rule.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LessonRuleDocument? Rule { get; init; }

    [Description("Only of a dialect.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LessonDialectDocument? Dialect { get; init; }

    [Description("Only of a rejection.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LessonRejectionDocument? Rejection { get; init; }
}

[Description("A change to a file.")]
internal sealed record LessonEditDocument(
    [Description("The file.")] string Path,
    [Description("What stood there; null for a new file.")] string? Before,
    [Description("What stands there then.")] string After) : Document;

[Description("What a sentence turned out to mean.")]
internal sealed record LessonRuleDocument(
    [Description("As somebody wrote it.")] string Sentence,
    [Description("What it means, in the words of rules.")] string Canonical,
    [Description("What it became; null where only the host judges it.")] string? Code) : Document;

[Description("How a supplier writes files; null for what was not learned.")]
internal sealed record LessonDialectDocument(
    [Description("Who.")] string Supplier,
    [Description("The commit that a file of theirs came in with.")] string Commit,
    [Description("What stands between cells.")] string? Delimiter,
    [Description("The encoding.")] string? Encoding,
    [Description("What stands before the decimals.")] string? Decimal,
    [Description("Formats of dates.")] IReadOnlyList<string> Dates,
    [Description("Texts that mean NULL, by field.")] IReadOnlyDictionary<string, IReadOnlyList<string>> NullTokens) : Document;

[Description("Why a branch was rejected.")]
internal sealed record LessonRejectionDocument(
    [Description("Who said no.")] string By,
    [Description("To which branch.")] string Branch,
    [Description("Why.")] string Reason,
    [Description("The tables that it changed.")] IReadOnlyList<string> Tables) : Document;

[Description("A lesson that is forgotten.")]
internal sealed record ForgottenDocument([Description("Its id.")] string Forgotten) : Document;
