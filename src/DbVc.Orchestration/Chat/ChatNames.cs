using System.Globalization;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Finds what the words of a sentence name among what is there. Looks only for what it is asked.</summary>
internal sealed class ChatNames(Workspace workspace, Conversation conversation, TimeProvider clock)
{
    /// <summary>Code of a failure: there is nothing of the name, and nothing like it.</summary>
    public const string Missing = "chat.name";

    /// <summary>Code of a failure: there is nothing of the name, but something like it.</summary>
    public const string Near = "chat.near-name";

    /// <summary>Code of a failure: the sentence has the form, and not the meaning.</summary>
    public const string Unmeant = "chat.meaning";

    private const string MetadataFolder = "metadata";
    private const int ShortestPart = 3;

    private readonly Lazy<IReadOnlyList<string>> _branches = new(() => [.. workspace.Branches.List().Select(b => b.Name)]);
    private readonly Lazy<IReadOnlyList<SchemaTable>> _tables = new(() => workspace.History.Schema("HEAD").Tables);
    private readonly Lazy<IReadOnlyList<AgentReport>> _tasks = new(workspace.Agents.List);

    /// <summary>Which files chat may read and write: those of the repository's folder.</summary>
    public FileBound Files { get; } = new(workspace.Root);

    /// <summary>The thing that a slot stands for, as the repository calls it. Throws a usage failure with what may be meant.</summary>
    /// <param name="slot">Which.</param>
    /// <param name="said">What stood there.</param>
    /// <param name="before">What the slots before it stand for.</param>
    public string Resolve(ChatSlot slot, SlotText said, IReadOnlyDictionary<string, string> before)
    {
        var text = said.Text.Trim();
        if (text.Length == 0) throw Unnamed(slot, "Nothing is named.", slot.Says);
        if (!said.IsQuoted && text.Equals(ChatWords.It, StringComparison.OrdinalIgnoreCase)
            && slot.Kind is not (SlotKind.Text or SlotKind.NewBranch or SlotKind.Number))
        {
            return conversation.Find(slot.Kind) ?? throw Unnamed(slot, $"Nothing was named before that '{text}' could stand for.", $"Name it: {slot.Says}");
        }

        return slot.Kind switch
        {
            SlotKind.Branch => FindBranch(slot, text),
            SlotKind.NewBranch => BranchName.Parse(text).Text,
            SlotKind.Revision => FindRevision(text),
            SlotKind.Table => FindTable(slot, text),
            SlotKind.Column => FindColumn(slot, text, before),
            SlotKind.File => FindFile(slot, text),
            SlotKind.Task => FindTask(slot, text),
            SlotKind.Pipeline => Choose(slot, text, [.. workspace.Pipelines.List().Select(p => p.Name)], "pipeline"),
            SlotKind.Number => int.TryParse(text.TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number.ToString(CultureInfo.InvariantCulture)
                : throw Unnamed(slot, $"'{text}' is no number above 0.", slot.Says),
            _ => text,
        };
    }

    /// <summary>Metadata files of the repository, as people name them from their folder.</summary>
    public IReadOnlyList<string> MetadataFiles()
    {
        var folder = Path.Combine(workspace.Root, MetadataFolder);
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder)
                .Where(f => Path.GetExtension(f).ToLowerInvariant() is ".json" or ".yaml" or ".yml").Order(StringComparer.Ordinal)
                .Select(Shown)]
            : [];
    }

    /// <summary>A path as it is named from where the person is.</summary>
    public string Shown(string path) => Path.GetRelativePath(conversation.Folder, path);

    /// <summary>The absolute path of a file that chat may read. Throws <c>access.file</c>.</summary>
    public string FullPath(string file) => Files.Find(file.Any(char.IsControl) ? file : Path.GetFullPath(Path.Combine(conversation.Folder, file)));

    private string FindBranch(ChatSlot slot, string text) => Choose(slot, text, _branches.Value, "branch");

    private string FindTask(ChatSlot slot, string text)
    {
        var tasks = _tasks.Value;
        if (tasks.LastOrDefault(t => t.Task.Equals(text, StringComparison.OrdinalIgnoreCase)
            || (text.Length > 3 && t.Task.StartsWith(text, StringComparison.OrdinalIgnoreCase))) is { } named) return named.Branch;
        if (text.ToLowerInvariant() is "last" or "latest" or "newest" && tasks.Count > 0) return tasks[^1].Branch;
        return Choose(slot, text, [.. tasks.Select(t => t.Branch).Distinct()], "task");
    }

    private string FindRevision(string text)
    {
        var day = clock.GetUtcNow().UtcDateTime.Date;
        var revision = text.ToLowerInvariant() switch
        {
            "head" or "now" or "newest" or "last" or "latest" => "HEAD",
            "previous" or "before" => "HEAD~1",
            // The last moment of the day before.
            "yesterday" => string.Create(CultureInfo.InvariantCulture, $"HEAD@{{{day.AddSeconds(-1):yyyy-MM-ddTHH:mm:ssZ}}}"),
            _ when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) => $"HEAD@{{{text}}}",
            _ => _branches.Value.FirstOrDefault(b => b.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? text,
        };
        workspace.History.Find(revision);
        return revision;
    }

    /// <summary>"customer" means the table customers.</summary>
    private string FindTable(ChatSlot slot, string text)
    {
        var names = _tables.Value.Select(t => t.Schema.Name).ToList();
        return names.FirstOrDefault(n => n.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? names.FirstOrDefault(n => Plurals(text).Contains(n, StringComparer.OrdinalIgnoreCase)
                || Plurals(n).Contains(text, StringComparer.OrdinalIgnoreCase))
            ?? Choose(slot, text, names, "table");
    }

    private string FindColumn(ChatSlot slot, string text, IReadOnlyDictionary<string, string> before)
    {
        var table = before.GetValueOrDefault("table") ?? throw Unnamed(slot, "No table is named.", "Say of which table.");
        var columns = _tables.Value.First(t => t.Schema.Name == table).Schema.StoredColumns.Select(c => c.Name).ToList();
        return columns.FirstOrDefault(n => Plain(n) == Plain(text)) ?? Choose(slot, text, columns, $"column of {table}");
    }

    private string FindFile(ChatSlot slot, string text)
    {
        foreach (var candidate in new[] { text, Path.Combine(workspace.Root, text), Path.Combine(workspace.Root, MetadataFolder, text) })
        {
            if (candidate.Contains("://", StringComparison.Ordinal) || candidate.Any(char.IsControl)) continue;
            var full = Path.GetFullPath(Path.Combine(conversation.Folder, candidate));
            if (File.Exists(full)) return Shown(FullPath(full));
        }

        return Choose(slot, text, MetadataFiles(), "file");
    }

    private static string Choose(ChatSlot slot, string text, IReadOnlyList<string> names, string thing)
    {
        if (names.Contains(text)) return text;
        var same = names.Where(n => n.Equals(text, StringComparison.OrdinalIgnoreCase)).ToList();
        if (same.Count == 1) return same[0];
        var near = text.Length < ShortestPart ? [] : names.Where(n => n.Contains(text, StringComparison.OrdinalIgnoreCase)).Take(4).ToList();
        if (near.Count == 0 && Suggestion.Nearest(text, names) is { } nearest) near = [nearest];
        var hint = near.Count > 0 ? $"Did you mean {string.Join(" or ", near)}?"
            : names.Count == 0 ? $"There is no {thing} yet." : $"There are: {string.Join(", ", names.Take(8))}{(names.Count > 8 ? ", …" : "")}.";
        throw new DbVcException(FailureKind.Usage, near.Count > 0 ? Near : Missing, $"There is no {thing} '{text}'.", slot.Name, hint);
    }

    private static DbVcException Unnamed(ChatSlot slot, string message, string hint) => new(FailureKind.Usage, Missing, message, slot.Name, hint);

    private static IEnumerable<string> Plurals(string word)
    {
        yield return word + "s";
        yield return word + "es";
        if (word.EndsWith('y')) yield return word[..^1] + "ies";
    }

    private static string Plain(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
}
