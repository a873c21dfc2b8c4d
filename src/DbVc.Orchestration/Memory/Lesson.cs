using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What a lesson is about.</summary>
public enum LessonKind
{
    /// <summary>A pipeline that was merged: done again as it is where the very same is asked for.</summary>
    Pipeline,

    /// <summary>What mended an objection of the gates: offered where they object to the like.</summary>
    Repair,

    /// <summary>An English rule that was understood, and what it became.</summary>
    Rule,

    /// <summary>How a supplier writes: proposed where the next source of theirs does not say.</summary>
    Dialect,

    /// <summary>What a reviewer said no to, and why: told where the like begins.</summary>
    Rejection,
}

/// <summary>An edit that mended something.</summary>
/// <param name="Before">What it replaced; null where it wrote the file as a whole.</param>
public sealed record LessonEdit(string Path, string? Before, string After);

/// <summary>A rule as a person wrote it.</summary>
/// <param name="Sentence">As it was written.</param>
/// <param name="Canonical">The same in the one wording.</param>
/// <param name="Code">The C# expression that it became; null for what only the host judges.</param>
public sealed record LessonRule(string Sentence, string Canonical, string? Code);

/// <summary>How a supplier writes.</summary>
/// <param name="Supplier">See <see cref="Orchestration.Supplier"/>.</param>
/// <param name="Commit">The head that was merged, by its first digits.</param>
public sealed record LessonDialect(string Supplier, string Commit, SourceDialect Dialect);

/// <summary>A no of a reviewer.</summary>
/// <param name="By">Who.</param>
/// <param name="Branch">What the branch was called then.</param>
/// <param name="Reason">As the person wrote it.</param>
/// <param name="Tables">What it was to load, or changed.</param>
/// <param name="Pieces">What its metadata asked for.</param>
public sealed record LessonRejection(string By, string Branch, string Reason, IReadOnlyList<string> Tables, IReadOnlyList<string> Pieces);

/// <summary>Something that a merged task taught, or a rejected one.</summary>
/// <param name="Id">The same whenever it is learned.</param>
/// <param name="Task">Whose; empty for a rejected branch that no task made.</param>
/// <param name="Pipeline">Whose; empty for a rejected branch without one.</param>
/// <param name="About">The words by which it is found.</param>
/// <param name="Learned">When its task was made, or the branch rejected, UTC.</param>
public sealed record Lesson(string Id, LessonKind Kind, string Task, string Pipeline, string About, DateTimeOffset Learned)
{
    /// <summary>What was done to mend it.</summary>
    public IReadOnlyList<LessonEdit> Edits { get; init; } = [];

    /// <summary>Files that are not as they were generated, by path.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Of all that the generator made; null for anything but a pipeline.</summary>
    public string? Fingerprint { get; init; }

    public LessonRule? Rule { get; init; }

    public LessonDialect? Dialect { get; init; }

    public LessonRejection? Rejection { get; init; }
}
