using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>What merged and rejected pipelines taught.</summary>
internal static class MemoryCommand
{
    private const int MostText = 100;

    public static Verb Create() => new("memory", "See and forget what merged and rejected pipelines taught.") { List(), Show(), Forget() };

    private static Argument<string> Id() => new("LESSON") { Description = "As db-vc memory list names it." };

    private static Verb List()
    {
        var words = new Argument<string?>("WORDS") { Description = "Only what these words find.", Arity = ArgumentArity.ZeroOrOne };
        return new Verb("list", "List lessons, newest first.", "db-vc memory list", "db-vc memory list \"age between\"")
        {
            words,
        }.Answers<LessonsDocument>().OnRepository((context, workspace) =>
        {
            var lessons = workspace.Memory.List(context.Get(words));
            if (lessons.Count == 0)
                context.Output.Line("Nothing was learned yet. Pipelines that are merged teach, and reasons for which branches are rejected.");
            var list = new TextTable("", "", "", "");
            foreach (var lesson in lessons)
                list.Add(Piece.Id(lesson.Id), Json.Name(lesson.Kind), Piece.Dim(Shown.Time(lesson.Learned)), Shown.Cut(TitleOf(lesson), MostText));
            context.Output.List(list);
            context.Output.Json(lessons.ToJson());
            return 0;
        });
    }

    private static Verb Show()
    {
        var id = Id();
        return new Verb("show", "Show a lesson.", "db-vc memory show TASK/repair-1") { id }.Answers<LessonDocument>().OnRepository((context, workspace) =>
        {
            var lesson = workspace.Memory.Show(context.Get(id)!);
            context.Output.Json(lesson.ToJson());
            var pipeline = lesson.Pipeline.Length == 0 ? "" : $"pipeline {lesson.Pipeline}, ";
            context.Output.Line(Piece.Id(lesson.Id), "  ", Json.Name(lesson.Kind), Piece.Dim($"  {pipeline}{Shown.Time(lesson.Learned)}"));
            context.Output.Line(TitleOf(lesson));
            foreach (var line in DetailsOf(lesson)) context.Output.Line("  ", line);
            foreach (var (path, text) in lesson.Files) Write(context.Output, path, null, text);
            foreach (var edit in lesson.Edits) Write(context.Output, edit.Path, edit.Before, edit.After);
            if (lesson.Kind == LessonKind.Pipeline && lesson.Files.Count == 0) context.Output.Line(Piece.Dim("All files are as they were generated."));
            return 0;
        });
    }

    private static Verb Forget()
    {
        var id = Id();
        return new Verb("forget", "Forget a lesson for good.", "db-vc memory forget TASK/repair-1") { id }
            .Answers<ForgottenDocument>().OnRepository((context, workspace) =>
        {
            workspace.Memory.Forget(context.Get(id)!);
            context.Output.Line("Forgotten: ", Piece.Id(context.Get(id)!));
            context.Output.Json(new ForgottenDocument(context.Get(id)!));
            return 0;
        });
    }

    private static string TitleOf(Lesson lesson) => lesson switch
    {
        { Rule: { } rule } => rule.Sentence,
        { Dialect: { } dialect } => dialect.Supplier,
        { Rejection: { } rejection } => rejection.Reason,
        _ => lesson.About,
    };

    private static IEnumerable<string> DetailsOf(Lesson lesson)
    {
        if (lesson.Rule is { } rule)
        {
            yield return $"means  {rule.Canonical}";
            yield return $"became  {rule.Code ?? "nothing in code: the host judges it"}";
        }

        foreach (var line in lesson.Dialect?.Dialect.Describe() ?? []) yield return line;
        if (lesson.Dialect is { } dialect) yield return $"as in commit {dialect.Commit}";
        if (lesson.Rejection is not { } rejection) yield break;
        yield return $"by {rejection.By}, of the branch {rejection.Branch}";
        if (rejection.Tables.Count > 0) yield return $"for {string.Join(", ", rejection.Tables)}";
    }

    private static void Write(Output output, string path, string? before, string after)
    {
        output.Line(Piece.Strong(path));
        foreach (var line in before?.TrimEnd('\n').Split('\n') ?? []) output.Line(Piece.Bad("- " + line.TrimEnd('\r')));
        foreach (var line in after.TrimEnd('\n').Split('\n')) output.Line(before is null ? "  " + line.TrimEnd('\r') : Piece.Good("+ " + line.TrimEnd('\r')));
    }
}
