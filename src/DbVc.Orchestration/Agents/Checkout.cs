using System.Text;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The files of a branch's folder that an agent may see, opened without following links.</summary>
internal sealed class Checkout(string folder)
{
    private const long MaxFileBytes = 4 * 1024 * 1024;

    public string Folder { get; } = folder;

    /// <summary>Throws <c>branch.file-link</c> where the branch's folder, its metadata or its results are links: nothing is read or written through
    /// one.</summary>
    public static void RefuseLinks(string folder)
    {
        foreach (var path in new[] { folder, Path.Combine(folder, BranchPath.MetadataFile), Path.Combine(folder, "results") })
        {
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new DbVcException(FailureKind.Refused, "branch.file-link",
                    "A link is in the way; files of a branch are never reached through links.", path);
            }
        }
    }

    /// <summary>Metadata, generated code and tests, in ordinal order.</summary>
    public IReadOnlyList<BranchPath> List()
    {
        var found = new List<BranchPath>();
        foreach (var name in new[] { BranchPath.GeneratedFolder, BranchPath.TestsFolder }) Add(found, new DirectoryInfo(Path.Combine(Folder, name)));
        if (File.Exists(Path.Combine(Folder, BranchPath.MetadataFile))) found.Add(BranchPath.Metadata);
        found.Sort();
        return found;
    }

    /// <summary>Throws <c>branch.file-missing</c>, or <c>branch.file-link</c> where a link lies on the way.</summary>
    public string Read(BranchPath path)
    {
        var file = new FileInfo(Resolve(path));
        if (!file.Exists)
        {
            throw new DbVcException(FailureKind.Failed, "branch.file-missing", "There is no such file in the branch.", path.Text);
        }

        return file.Length > MaxFileBytes
            ? throw new DbVcException(FailureKind.Refused, "branch.file-large", "The file is larger than 4 MiB.", path.Text)
            : File.ReadAllText(file.FullName, Encoding.UTF8);
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    public void Write(BranchPath path, string text)
    {
        var target = Resolve(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var draft = target + ".new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write)) stream.Write(Encoding.UTF8.GetBytes(text));
        File.Move(draft, target, overwrite: true);
    }

    /// <summary>The C# files as the compiler takes them.</summary>
    public IReadOnlyList<CodeFile> Code() =>
        [.. List().Where(p => Path.GetExtension(p.Text) == ".cs").Select(p => new CodeFile(p.Text, Read(p), p.IsTest))];

    private string Resolve(BranchPath path)
    {
        var current = Folder;
        foreach (var segment in path.Text.Split('/'))
        {
            current = Path.Combine(current, segment);
            if (new FileInfo(current).LinkTarget is not null)
            {
                throw new DbVcException(FailureKind.Refused, "branch.file-link",
                    "A link is in the way; files of a branch are never reached through links.", path.Text);
            }
        }

        return current;
    }

    private void Add(List<BranchPath> found, DirectoryInfo folder)
    {
        if (!folder.Exists || folder.LinkTarget is not null) return;
        foreach (var file in folder.EnumerateFiles().Where(f => f.LinkTarget is null))
        {
            if (BranchPath.TryParse(Path.GetRelativePath(Folder, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), out var path)) found.Add(path);
        }

        foreach (var child in folder.EnumerateDirectories().Where(d => d.Name is not ("bin" or "obj"))) Add(found, child);
    }
}
