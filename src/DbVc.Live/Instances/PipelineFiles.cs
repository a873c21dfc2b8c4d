using System.Text;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Live;

/// <summary>The versioned files of a branch's checkout: metadata, generated code and tests. Results, logs and databases are not versioned.</summary>
/// <param name="Pipeline">The name below <c>pipelines/</c>.</param>
/// <param name="Files">Content by path relative to the branch's folder, with '/' between names.</param>
public sealed record PipelineFiles(string Pipeline, IReadOnlyDictionary<string, byte[]> Files)
{
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
}
