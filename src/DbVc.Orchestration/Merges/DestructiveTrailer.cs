using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What is said about what a change takes away: the refusal, and the lines at the end of a commit's message once somebody allowed it.</summary>
internal static class DestructiveTrailer
{
    private const string Name = "Allowed: ";
    private const int Most = 50;

    /// <summary>The message with a line for each; as it is where there are none.</summary>
    public static string Add(string message, IReadOnlyList<DestructiveChange> changes)
    {
        if (changes.Count == 0) return message;
        var lines = changes.Take(Most).Select(c => Name + c.Message.ReplaceLineEndings(" "));
        return message + (message.Contains("\n\n", StringComparison.Ordinal) ? "\n" : "\n\n") + string.Join('\n', lines);
    }

    /// <param name="command">The command that takes it away, as it is typed.</param>
    /// <param name="changes">What.</param>
    public static MergeReport Refuse(string command, IReadOnlyList<DestructiveChange> changes) => new()
    {
        State = MergeState.Refused,
        Destructive = changes,
        Message = "It takes something away that only history brings back, and nobody has said that it may. "
            + $"If it may: db-vc {command} --allow-destructive.",
    };
}
