namespace DbVc.Orchestration;

/// <summary>What a lesson is about.</summary>
public enum LessonKind
{
    /// <summary>A pipeline that was merged: done again as it is where the very same is asked for.</summary>
    Pipeline,

    /// <summary>What mended an objection of the gates: offered where they object to the like.</summary>
    Repair,
}

/// <summary>An edit that mended something.</summary>
/// <param name="Before">What it replaced; null where it wrote the file as a whole.</param>
public sealed record LessonEdit(string Path, string? Before, string After);

/// <summary>Something that a merged task taught.</summary>
/// <param name="Id">Of the task and its place there; the same whenever it is learned.</param>
/// <param name="About">The words by which it is found.</param>
/// <param name="Learned">When its task was made, UTC.</param>
public sealed record Lesson(string Id, LessonKind Kind, string Task, string Pipeline, string About, DateTimeOffset Learned)
{
    /// <summary>What was done to mend it.</summary>
    public IReadOnlyList<LessonEdit> Edits { get; init; } = [];

    /// <summary>Files that are not as they were generated, by path.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Of all that the generator made; null for a repair.</summary>
    public string? Fingerprint { get; init; }
}
