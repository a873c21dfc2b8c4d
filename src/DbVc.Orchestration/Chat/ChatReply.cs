using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What became of a sentence.</summary>
public enum ChatKind
{
    /// <summary>It was answered; nothing was changed.</summary>
    Answer,

    /// <summary>It would change something: shown, and not done until somebody says yes.</summary>
    Proposal,

    /// <summary>A proposal was carried out.</summary>
    Done,

    /// <summary>A proposal was carried out and did not come to its end, or nothing of it can be done.</summary>
    Failed,

    /// <summary>It was not understood, or names what is not there.</summary>
    Unknown,
}

/// <summary>What chat says to a sentence.</summary>
public sealed record ChatReply
{
    public required ChatKind Kind { get; init; }

    /// <summary>The row of the table of verbs, for example <c>branch_merge</c>; null where none fits.</summary>
    public string? Verb { get; init; }

    /// <summary>The words of the command that says or does the same; empty where there is none.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<ChatLine> Lines { get; init; } = [];

    /// <summary>What would be written, whole: a file's patch, or the metadata that was made. Null where there is no such thing.</summary>
    public string? Document { get; init; }

    /// <summary>The model that said or proposed it; null where the grammar did.</summary>
    public string? Model { get; init; }

    /// <summary>It is not what it was when somebody said yes to it, and nothing was done.</summary>
    public bool IsShownAnew { get; init; }

    /// <summary>Why it failed; decides the exit code.</summary>
    public FailureKind? Failure { get; init; }

    /// <summary>What was understood, by slot.</summary>
    internal ChatArguments Arguments { get; init; } = ChatArguments.None;

    /// <summary>The command as a person types it.</summary>
    public string? CommandLine => Command.Count == 0 ? null : "db-vc " + string.Join(' ', Command.Select(ShellWord.Quote));

    /// <summary>True where a person who said yes to the one has said yes to the other.</summary>
    internal bool ShowsTheSame(ChatReply other) => Kind == other.Kind && Verb == other.Verb && Command.SequenceEqual(other.Command)
        && Document == other.Document && Lines.Select(l => l.ToString()).SequenceEqual(other.Lines.Select(l => l.ToString()));
}

/// <summary>Words as a shell takes them.</summary>
internal static class ShellWord
{
    public static string Quote(string word) => word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "_-./=:,@~^+%".Contains(c, StringComparison.Ordinal))
        ? word
        : word.Length > 0 && word.IndexOfAny(['"', '$', '`', '\\', '!']) < 0 ? $"\"{word}\""
        : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
