using System.Globalization;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>Identifies one task of an agent; also the name of its transcript's file.</summary>
public readonly record struct TaskId
{
    /// <summary>Longest allowed id, in characters: a branch name and the time in front of it.</summary>
    public const int MaxLength = BranchName.MaxLength + 20;

    private TaskId(string text) => Text = text;

    public string Text { get; }

    /// <summary>An id that sorts by time: <c>20261231-235959-agent-users-ingest</c>.</summary>
    public static TaskId For(BranchName branch, DateTimeOffset created) =>
        new($"{created.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{branch.Folder}");

    /// <summary>Accepts what <see cref="For"/> makes and other plain names; nothing that could leave a folder.</summary>
    public static TaskId Parse(string? text)
    {
        var valid = !string.IsNullOrEmpty(text) && text.Length <= MaxLength && text[0] is not ('.' or '-') && text[^1] != '.'
            && !text.Contains("..", StringComparison.Ordinal)
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '+');
        return valid
            ? new TaskId(text!)
            : throw new DbVcException(FailureKind.Usage, "task.id", "This is not a task id.",
                hint: "Use letters, digits, '.', '_' and '-', for example 20261231-235959-agent-users-ingest.");
    }

    public override string ToString() => Text;
}
