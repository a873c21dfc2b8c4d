using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Merges the trees of files: a file that both sides changed differently is a conflict.</summary>
internal sealed class FileMerge(IChunkWriter chunks, ConflictLog conflicts)
{
    public void Run(TreeRoot start, TreeRoot source, TreeRoot target, SnapshotEditor editor)
    {
        foreach (var sides in TreeSides.Changed(chunks, start, source, target))
        {
            if (sides.IsSourceOnly) editor.PutFileEntry(sides.Key, sides.Source);
            else if (!sides.IsConvergent) Resolve(sides, editor);
        }
    }

    private void Resolve(TreeSides sides, SnapshotEditor editor)
    {
        var resolution = conflicts.Resolve(new Conflict
        {
            Id = "",
            Kind = ConflictKind.File,
            Table = Encoding.UTF8.GetString(sides.Key.Span),
            Base = Text(sides.Base),
            Source = Text(sides.Source),
            Target = Text(sides.Target),
        });
        if (resolution?.Kind == ResolutionKind.Source) editor.PutFileEntry(sides.Key, sides.Source);
        else if (resolution?.Kind == ResolutionKind.Base) editor.PutFileEntry(sides.Key, sides.Base);
    }

    private IReadOnlyList<NamedValue>? Text(ReadOnlyMemory<byte>? value) =>
        value is { } v ? ConflictFactory.TextSide("text", Encoding.UTF8.GetString(chunks.Read(Hash.Read(v.Span)).Span)) : null;
}
