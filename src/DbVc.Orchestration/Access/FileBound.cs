using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>A folder to whose files a caller is held: reached through no link, none of them hidden.</summary>
public sealed class FileBound(string folder)
{
    /// <summary>Absolute.</summary>
    public string Folder { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>The absolute path of a file that is named relative to the folder, or absolutely. Throws kind Refused, <c>access.file</c>.</summary>
    public string Find(string path)
    {
        if (path.Length == 0 || path.Any(char.IsControl) || path.Contains("://", StringComparison.Ordinal)) throw Refuse(path, "it is no path of a file");
        var full = Path.GetFullPath(Path.Combine(Folder, path));
        if (!full.StartsWith(Folder + "/", StringComparison.Ordinal)) throw Refuse(path, "it lies outside");
        var current = Folder;
        foreach (var segment in full[(Folder.Length + 1)..].Split('/'))
        {
            current = Path.Combine(current, segment);
            if (segment.StartsWith('.')) throw Refuse(path, "it is hidden, or lies in a hidden folder");
            if (new FileInfo(current).LinkTarget is not null) throw Refuse(path, "a link leads there");
        }

        return full;
    }

    /// <summary>A source is a file here, too: whoever writes metadata does not choose what the host reads or whom it asks.</summary>
    /// <returns>Its whole path.</returns>
    internal string RequireSource(PipelineSpec spec, string metadataPath)
    {
        if (spec.Source.Fetch is not null)
            throw RefuseSource(metadataPath);
        return Find(spec.ResolveLocation(Path.GetDirectoryName(metadataPath)!, Directory.GetCurrentDirectory()));
    }

    /// <summary>The query with the path of its file. Throws kind Refused, <c>access.file</c> and <c>access.source</c>, where it names what is not to be
    /// read.</summary>
    internal InferenceQuery Hold(InferenceQuery query)
    {
        if (query.Draft is not null || query.PrivateHosts.Count > 0) throw RefuseSource(query.Draft);
        var name = query.Source ?? "";
        if (name.Contains("://", StringComparison.Ordinal)) throw RefuseSource(null);
        return query with { Source = Path.GetRelativePath(Directory.GetCurrentDirectory(), Find(name)) };
    }

    private static DbVcException RefuseSource(string? where) => new(FailureKind.Refused, "access.source",
        "The source is an address or a database, which only a person has the host ask.", where,
        "A person starts this task: db-vc agent create --metadata FILE. Or name a file as its source.");

    private DbVcException Refuse(string path, string why) => new(FailureKind.Refused, "access.file", $"This file is not to be read here: {why}.", path,
        "Name a file below the folder whose files may be read here.");
}
