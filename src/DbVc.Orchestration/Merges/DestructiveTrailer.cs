using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>The lines at the end of a commit's message that say what it took away, and that somebody allowed it.</summary>
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
}
