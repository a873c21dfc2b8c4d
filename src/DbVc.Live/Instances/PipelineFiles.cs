using System.Text;
using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>The versioned files of a branch's checkout: metadata, generated code and tests. Results, logs and databases are not versioned.</summary>
/// <param name="Pipeline">The name below <c>pipelines/</c>.</param>
/// <param name="Files">Content by path relative to the branch's folder, with '/' between names.</param>
public sealed record PipelineFiles(string Pipeline, IReadOnlyDictionary<string, byte[]> Files)
{
    private const long MaxFileBytes = 4 * 1024 * 1024;
    private static readonly string[] Folders = ["generated", "tests"];
    private static readonly string[] BuildOutput = ["bin", "obj"];

    /// <summary>Reads what is to be versioned below a branch's folder. Links are not followed; a file over 4 MiB is refused.</summary>
    public static PipelineFiles Collect(string pipeline, string branchFolder)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        Add(files, branchFolder, new FileInfo(Path.Combine(branchFolder, "metadata.json")));
        foreach (var folder in Folders) AddFolder(files, branchFolder, new DirectoryInfo(Path.Combine(branchFolder, folder)));
        return new PipelineFiles(pipeline, files);
    }

    /// <summary>The snapshot with exactly these files below <c>pipelines/NAME/</c>.</summary>
    internal Snapshot ApplyTo(Snapshot snapshot, IChunkWriter chunks)
    {
        var prefix = $"pipelines/{Pipeline}/";
        var editor = new SnapshotEditor(chunks, snapshot);
        foreach (var path in new SnapshotReader(chunks, snapshot).Files(prefix).Where(p => !Files.ContainsKey(p[prefix.Length..]))) editor.DropFile(path);
        foreach (var (path, content) in Files) editor.PutFile(prefix + path, content);
        return editor.Finish();
    }

    /// <summary>The text of a file, or null.</summary>
    public string? Text(string path) => Files.TryGetValue(path, out var content) ? Encoding.UTF8.GetString(content) : null;

    private static void AddFolder(SortedDictionary<string, byte[]> files, string root, DirectoryInfo folder)
    {
        if (!folder.Exists || folder.LinkTarget is not null) return;
        foreach (var file in folder.EnumerateFiles()) Add(files, root, file);
        foreach (var child in folder.EnumerateDirectories().Where(d => !BuildOutput.Contains(d.Name))) AddFolder(files, root, child);
    }

    private static void Add(SortedDictionary<string, byte[]> files, string root, FileInfo file)
    {
        if (!file.Exists || file.LinkTarget is not null) return;
        if (file.Length > MaxFileBytes)
        {
            throw new DbVcException(FailureKind.Failed, "file.too-large", $"A pipeline file is larger than {MaxFileBytes / 1024 / 1024} MiB.",
                where: file.FullName, hint: "Only metadata, code and tests are versioned; keep data out of the branch's folder.");
        }

        files[Path.GetRelativePath(root, file.FullName).Replace(Path.DirectorySeparatorChar, '/')] = File.ReadAllBytes(file.FullName);
    }
}
