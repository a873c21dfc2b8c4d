using System.Text;
using System.Text.Json;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Merges the trees of files: a text that both sides changed merges line by line; where they contradict each other it is a conflict, and so is
/// whatever is no text, and a JSON file of which lines would make no JSON.
/// </summary>
internal sealed class FileMerge(IChunkWriter chunks, ConflictLog conflicts)
{
    public void Run(TreeRoot start, TreeRoot source, TreeRoot target, SnapshotEditor editor)
    {
        foreach (var sides in TreeSides.Changed(chunks, start, source, target))
        {
            if (sides.IsSourceOnly) editor.PutFileEntry(sides.Key, sides.Source);
            else if (!sides.IsConvergent) Merge(sides, editor);
        }
    }

    private void Merge(TreeSides sides, SnapshotEditor editor)
    {
        var path = Encoding.UTF8.GetString(sides.Key.Span);
        var merge = TryMerge(path, sides);
        if (merge?.Conflicts.Count == 0)
        {
            editor.PutFile(path, Encoding.UTF8.GetBytes(merge.Take(ResolutionKind.Target)));
            return;
        }

        var resolution = conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.File,
            Table = path,
            Parts = [.. merge?.Conflicts.Select(c => $"{c.Source} of the source, {c.Target} of the target") ?? []],
            Base = Text(sides.Base),
            Source = Text(sides.Source),
            Target = Text(sides.Target),
        });
        if (resolution is null) return;
        if (merge is not null) editor.PutFile(path, Encoding.UTF8.GetBytes(merge.Take(resolution.Kind)));
        else if (resolution.Kind == ResolutionKind.Source) editor.PutFileEntry(sides.Key, sides.Source);
        else if (resolution.Kind == ResolutionKind.Base) editor.PutFileEntry(sides.Key, sides.Base);
    }

    /// <summary>Null where the file merges as a whole only.</summary>
    private TextMerge? TryMerge(string path, TreeSides sides)
    {
        if (ReadText(sides.Base) is not { } start || ReadText(sides.Source) is not { } source || ReadText(sides.Target) is not { } target) return null;
        var merge = TextMerge.Run(start, source, target, GeneratedCode.Stamp);
        if (merge is null || !path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return merge;
        return new[] { ResolutionKind.Source, ResolutionKind.Target, ResolutionKind.Base }.All(side => IsJson(merge.Take(side))) ? merge : null;
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text.TrimStart('\uFEFF')).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private string? ReadText(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } hash) return null;
        var bytes = chunks.Read(Hash.Read(hash.Span)).Span;
        return System.Text.Unicode.Utf8.IsValid(bytes) && !bytes.Contains((byte)0) ? Encoding.UTF8.GetString(bytes) : null;
    }

    private IReadOnlyList<NamedValue>? Text(ReadOnlyMemory<byte>? value) =>
        value is { } v ? ConflictFactory.TextSide("text", Encoding.UTF8.GetString(chunks.Read(Hash.Read(v.Span)).Span)) : null;
}
