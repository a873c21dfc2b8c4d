using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The files of a branch's folder that an agent may see, opened without following links.</summary>
internal sealed class Checkout(string folder)
{
    private const long MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>What a pipeline remembers of its loads; no agent may name it.</summary>
    public const string StateFolder = "state";

    /// <summary>What the generator made, file by file: the base from which edits of people are told apart.</summary>
    public const string OriginalFolder = StateFolder + "/original";

    private static readonly string[] s_folders = [BranchPath.GeneratedFolder, BranchPath.TestsFolder, StateFolder];

    public string Folder { get; } = folder;

    /// <summary>Throws <c>branch.file-link</c> where the branch's folder, its metadata or its results are links: nothing is read or written through
    /// one.</summary>
    public static void RefuseLinks(string folder)
    {
        foreach (var path in new[] { BranchPath.MetadataFile, "results", StateFolder }.Select(name => Path.Combine(folder, name)).Prepend(folder))
        {
            if (new FileInfo(path).LinkTarget is not null) throw Link(path);
        }
    }

    /// <summary>Metadata, generated code and tests, in ordinal order; what an agent may not name is left out.</summary>
    public List<BranchPath> List()
    {
        var found = new List<BranchPath>();
        foreach (var path in Walk())
        {
            if (BranchPath.TryParse(path, out var known)) found.Add(known);
        }

        found.Sort();
        return found;
    }

    /// <summary>Throws <c>branch.file-missing</c>, <c>branch.file-link</c> where a link lies on the way, or <c>branch.file-unreadable</c>.</summary>
    public string Read(BranchPath path)
    {
        _ = Resolve(path.Text);
        return Encoding.UTF8.GetString(ReadBytes(path.Text)).TrimStart('\uFEFF');
    }

    /// <summary>
    /// Reads what is versioned of a branch: metadata, generated code and tests. Build output is left alone; a link, pipe, socket or device
    /// among them is refused like in <see cref="Read"/>.
    /// </summary>
    public PipelineFiles Collect(string pipeline) =>
        new(pipeline, new SortedDictionary<string, byte[]>(Walk().ToDictionary(p => p, ReadBytes), StringComparer.Ordinal));

    /// <summary>Writes a file, whole or not at all.</summary>
    public void Write(BranchPath path, string text) => Write(path.Text, text);

    /// <summary>Keeps what the generator made of a file.</summary>
    public void WriteOriginal(BranchPath path, string text) => Write($"{OriginalFolder}/{path}", text);

    /// <summary>Whether the file is there, and the generator made this of it.</summary>
    public bool IsOriginal(BranchPath path, string text) => File.Exists(Resolve(path.Text)) && File.Exists(Resolve($"{OriginalFolder}/{path}"))
        && ReadBytes($"{OriginalFolder}/{path}").AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text));

    /// <summary>Removes a generated file and its original.</summary>
    public void Remove(BranchPath path)
    {
        File.Delete(Resolve(path.Text));
        File.Delete(Resolve($"{OriginalFolder}/{path}"));
    }

    /// <summary>The C# files as the compiler takes them.</summary>
    public IReadOnlyList<CodeFile> Code() =>
        [.. List().Where(p => Path.GetExtension(p.Text) == ".cs").Select(p => new CodeFile(p.Text, Read(p), p.IsTest))];

    private void Write(string path, string text)
    {
        var target = Resolve(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        WholeFile.Write(target, Encoding.UTF8.GetBytes(text));
    }

    private string Resolve(string path)
    {
        var current = Folder;
        foreach (var segment in path.Split('/'))
        {
            current = Path.Combine(current, segment);
            if (new FileInfo(current).LinkTarget is not null) throw Link(current);
        }

        return current;
    }

    /// <summary>Every file that belongs to the pipeline, relative to the folder.</summary>
    private IEnumerable<string> Walk()
    {
        if (RegularFile.Inspect(Path.Combine(Folder, BranchPath.MetadataFile)) is not { Kind: FileProblemKind.Missing }) yield return BranchPath.MetadataFile;
        foreach (var name in s_folders)
        {
            foreach (var path in Walk(name)) yield return path;
        }
    }

    private IEnumerable<string> Walk(string folder)
    {
        var full = Path.Combine(Folder, folder);
        if (RegularFile.Inspect(full) is { Kind: FileProblemKind.Link }) throw Link(full);
        if (!Directory.Exists(full)) yield break;
        foreach (var entry in new DirectoryInfo(full).EnumerateFileSystemInfos())
        {
            var path = folder + "/" + entry.Name;
            if (entry.LinkTarget is not null) throw Link(entry.FullName);
            if (entry is not DirectoryInfo)
            {
                // Left by a process that was killed: neither the agent's nor a person's.
                if (entry.Name.EndsWith(WholeFile.DraftEnding, StringComparison.Ordinal)) continue;
                if (RegularFile.Inspect(entry.FullName) is { } problem) throw Unreadable(path, problem);
                yield return path;
                continue;
            }

            if (entry.Name is "bin" or "obj") continue;
            foreach (var inner in Walk(path)) yield return inner;
        }
    }

    private byte[] ReadBytes(string path) =>
        RegularFile.TryRead(Path.Combine(Folder, path), followLink: false, MaxFileBytes, out var content) is { } problem
            ? throw Unreadable(path, problem)
            : content;

    private DbVcException Unreadable(string path, FileProblem problem)
    {
        var where = Path.Combine(Folder, path);
        return problem.Kind switch
        {
            FileProblemKind.Link => Link(where),
            FileProblemKind.Missing => new DbVcException(FailureKind.Failed, "branch.file-missing", "There is no such file in the branch.", path),
            FileProblemKind.TooLarge => new DbVcException(FailureKind.Refused, "branch.file-large", $"A file of the branch {problem.Text}.", where,
                "Only metadata, code and tests belong here; keep data elsewhere."),
            _ => new DbVcException(FailureKind.Refused, "branch.file-unreadable", $"A file of the branch {problem.Text}.", where,
                "Remove it from the branch's folder, or make it a plain file that you may read."),
        };
    }

    private static DbVcException Link(string path) => new(FailureKind.Refused, "branch.file-link",
        "A link is in the way; files of a branch are never reached through links.", path, "Put the file or folder itself there.");
}
