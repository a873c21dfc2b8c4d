using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What a person and chat spoke of last, so that "it" and "why?" mean something. One for each conversation, whichever workspace answers.</summary>
/// <param name="folder">Where files are named from.</param>
public sealed class Conversation(string folder)
{
    private readonly Dictionary<SlotKind, string> _named = [];

    /// <summary>What it costs is written down under this name, from the first answer on.</summary>
    internal string? CostName { get; set; }

    /// <summary>Where files are named from.</summary>
    public string Folder { get; } = folder;

    /// <summary>What went wrong last, and is not explained yet.</summary>
    internal DbVcException? Failure { get; set; }

    /// <summary>The branch with which something could not be done, if that was the last that was said.</summary>
    internal string? Refused { get; set; }

    /// <summary>Remembers what a sentence named.</summary>
    internal void Name(SlotKind kind, string value) => _named[kind] = value;

    /// <summary>What was named, for a model; empty for nothing.</summary>
    internal string Describe() => string.Join('\n', _named.Where(n => n.Key != SlotKind.Key).Select(n => $"{n.Key.ToString().ToLowerInvariant()}: {n.Value}"));

    /// <summary>What "it" stands for; null where nothing of the kind was named.</summary>
    internal string? Find(SlotKind kind) => _named.GetValueOrDefault(kind);
}
