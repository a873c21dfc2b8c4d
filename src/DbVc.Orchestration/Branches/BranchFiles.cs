using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Keeps the versioned files of a branch's folder equal to a commit when the branch moves otherwise than by its own commit.</summary>
internal static class BranchFiles
{
    /// <summary>True if the folder holds exactly the files of the snapshot.</summary>
    public static bool AreAt(SnapshotReader snapshot, BranchRecord branch, string folder)
    {
        if (!Directory.Exists(folder)) return true;
        var found = new Checkout(folder).Collect(branch.Pipeline).Files;
        var wanted = Wanted(snapshot, branch);
        return found.Count == wanted.Count && wanted.All(w => found.TryGetValue(w.Key, out var content) && w.Value.Span.SequenceEqual(content));
    }

    /// <summary>Writes what differs and removes what is too much. Throws <c>branch.file-link</c> where a link is in the way.</summary>
    public static void CheckOut(SnapshotReader snapshot, BranchRecord branch, string folder)
    {
        var wanted = Wanted(snapshot, branch);
        var found = Directory.Exists(folder) ? new Checkout(folder).Collect(branch.Pipeline).Files : new Dictionary<string, byte[]>();
        foreach (var extra in found.Keys.Where(path => !wanted.ContainsKey(path))) File.Delete(Resolve(folder, extra));
        foreach (var (path, content) in wanted)
        {
            if (found.TryGetValue(path, out var known) && content.Span.SequenceEqual(known)) continue;
            var file = Resolve(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file + ".new", content.ToArray());
            File.Move(file + ".new", file, overwrite: true);
        }
    }

    /// <summary>Writes what a generation starts from: code with the edits that people made to it, and what the pipeline remembers; no metadata.</summary>
    public static void CheckOutCode(SnapshotReader snapshot, BranchRecord branch, string folder)
    {
        foreach (var (path, content) in Wanted(snapshot, branch).Where(f => f.Key != BranchPath.MetadataFile))
        {
            var file = Resolve(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            WholeFile.Write(file, content.ToArray());
        }
    }

    /// <summary>The files of a pipeline as a commit holds them, by their path below its folder.</summary>
    public static IReadOnlyDictionary<string, byte[]> Read(SnapshotReader snapshot, string pipeline) =>
        Wanted(snapshot, pipeline).ToDictionary(f => f.Key, f => f.Value.ToArray(), StringComparer.Ordinal);

    private static Dictionary<string, ReadOnlyMemory<byte>> Wanted(SnapshotReader snapshot, BranchRecord branch) => Wanted(snapshot, branch.Pipeline);

    private static Dictionary<string, ReadOnlyMemory<byte>> Wanted(SnapshotReader snapshot, string pipeline)
    {
        var prefix = $"pipelines/{pipeline}/";
        return snapshot.Files(prefix).ToDictionary(path => path[prefix.Length..], path => snapshot.ReadFile(path)!.Value, StringComparer.Ordinal);
    }

    /// <summary>A path of a snapshot, which nobody has checked, as a file below the folder that is reached through no link.</summary>
    private static string Resolve(string folder, string path)
    {
        var current = folder;
        foreach (var name in path.Split('/'))
        {
            current = Path.Combine(current, name);
            if (name is not ("" or "." or "..") && !name.Contains('\\', StringComparison.Ordinal) && new FileInfo(current).LinkTarget is null) continue;
            throw new DbVcException(FailureKind.Refused, "branch.file-link",
                "A link or an impossible name is in the way; files of a branch are never reached through links.", current);
        }

        return current;
    }
}
