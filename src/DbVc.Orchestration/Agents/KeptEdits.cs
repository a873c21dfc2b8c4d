using System.Text;
using DbVc.Agents;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Generated code that meets what people made of the last generation: a three-way merge of each file. The base is what the generator made then; it is kept
/// beside the code (<see cref="Checkout.OriginalFolder"/>), as another version of db-vc would make something else of the metadata of then.
/// Nothing is written here.
/// </summary>
internal sealed class KeptEdits
{
    private readonly Dictionary<BranchPath, BranchFile> _files = [];
    private readonly IReadOnlyDictionary<string, byte[]> _present;
    private readonly EditConflicts _choice;
    private readonly List<string> _conflicts = [];
    private readonly List<BranchPath> _gone = [];
    private readonly List<BranchPath> _edited = [];

    /// <param name="present">All files of the pipeline as they are now, its originals among them.</param>
    /// <param name="generated">All that the generator makes now.</param>
    /// <param name="choice">What becomes of lines that were edited and are generated otherwise.</param>
    public KeptEdits(IReadOnlyDictionary<string, byte[]> present, IReadOnlyList<BranchFile> generated, EditConflicts choice)
    {
        (_present, _choice) = (present, choice);
        foreach (var file in generated) _files[file.Path] = Merge(file);
        foreach (var path in present.Keys.Where(p => p.StartsWith(Checkout.OriginalFolder + "/", StringComparison.Ordinal)))
        {
            var name = path[(Checkout.OriginalFolder.Length + 1)..];
            if (BranchPath.TryParse(name, out var known) && !_files.ContainsKey(known)) Drop(known);
        }
    }

    /// <summary>Files in which edits were kept.</summary>
    public IReadOnlyList<BranchPath> Edited => _edited;

    /// <summary>Files that nobody edited and that are generated no more.</summary>
    public IReadOnlyList<BranchPath> Gone => _gone;

    /// <summary>A generated file as it is written.</summary>
    public BranchFile Of(BranchFile generated) => _files[generated.Path];

    /// <summary>Throws kind Conflict, <c>generate.conflict</c>, that names file and lines of each edit that contradicts the new generation.</summary>
    public void Require()
    {
        if (_conflicts.Count == 0) return;
        throw new DbVcException(FailureKind.Conflict, "generate.conflict",
            "Edits of generated code contradict what is generated now: " + string.Join("; ", _conflicts) + ". Nothing was written.",
            hint: "db-vc pipeline generate PIPELINE --metadata FILE --conflicts mine (or generated, or mark) decides these lines, and keeps all other edits.");
    }

    private BranchFile Merge(BranchFile file)
    {
        if (!_present.TryGetValue(file.Path.Text, out var bytes)) return file;
        var original = _present.TryGetValue($"{Checkout.OriginalFolder}/{file.Path}", out var kept) ? Read(kept) : null;
        if (Read(bytes) is not { } edited) return Decide(file, "the whole file, which is no text", () => file, null);
        if (edited == original || edited == file.Text) return file;
        var merge = TextMerge.Run(original ?? "", file.Text, edited, GeneratedCode.Stamp);
        if (merge is null) return Decide(file, "the whole file, which is too long to be compared", () => With(file, edited), null);
        if (merge.Conflicts.Count == 0)
        {
            var text = merge.Take(ResolutionKind.Target);
            if (text != file.Text) _edited.Add(file.Path);
            return With(file, text);
        }

        var places = original is null
            ? "what db-vc made of it is not on record"
            : string.Join(", ", merge.Conflicts.Select(c => $"{c.Target} as edited, {c.Source} as generated"));
        return Decide(file, places, () => With(file, merge.Take(ResolutionKind.Target)), merge);
    }

    private BranchFile Decide(BranchFile file, string where, Func<BranchFile> mine, TextMerge? merge)
    {
        switch (_choice)
        {
            case EditConflicts.Mine:
                _edited.Add(file.Path);
                return mine();
            case EditConflicts.Generated:
                if (merge is null) return file;
                var text = merge.Take(ResolutionKind.Source);
                if (text != file.Text) _edited.Add(file.Path);
                return With(file, text);
            case EditConflicts.Mark when merge is not null:
                _edited.Add(file.Path);
                return With(file, merge.Mark("generated", "edited"));
            default:
                _conflicts.Add($"{file.Path} ({where})");
                return file;
        }
    }

    /// <summary>A file that is generated no more goes, unless somebody made it their own.</summary>
    private void Drop(BranchPath path)
    {
        if (!_present.TryGetValue(path.Text, out var bytes)) return;
        if (_choice == EditConflicts.Generated || bytes.AsSpan().SequenceEqual(_present[$"{Checkout.OriginalFolder}/{path}"])) _gone.Add(path);
        else if (_choice == EditConflicts.Refuse) _conflicts.Add($"{path} (it was edited, and is generated no more)");
        else _edited.Add(path);
    }

    private static BranchFile With(BranchFile generated, string text) => generated with { Text = text, Original = generated.Text };

    private static string? Read(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) && !bytes.Contains((byte)0) ? Encoding.UTF8.GetString(bytes) : null;
}
