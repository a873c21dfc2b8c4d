using DbVc.Live;

namespace DbVc.Orchestration;

/// <summary>
/// Where files lie that people brought to a server, each of them in a folder of their own. Metadata that was brought names no source but one that its owner
/// brought, too: whoever uses it later, over HTTP or at the machine, and whenever.
/// </summary>
public static class UploadFolder
{
    private const string Name = "uploads";

    /// <summary>The folder of all.</summary>
    /// <param name="control">The repository's own folder.</param>
    public static string Of(string control) => Path.Combine(control, Name);

    /// <summary>What metadata that lies there may name; null for metadata that lies elsewhere.</summary>
    internal static FileBound? BoundOf(RepositoryLayout layout, string path)
    {
        var root = Of(layout.Control) + "/";
        if (!path.StartsWith(root, StringComparison.Ordinal)) return null;
        return new FileBound(root + path[root.Length..].Split('/')[0]);
    }
}
