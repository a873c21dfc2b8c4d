using System.Text.RegularExpressions;

namespace DbVc.Orchestration;

/// <summary>
/// Who supplies a source, as far as that can be told from where it lies: the host of an address; of a file the folder and the name without what counts
/// deliveries. Not the folder alone, which may be anybody's <c>Downloads</c>, nor the whole path, which another machine or month has otherwise.
/// </summary>
internal static partial class Supplier
{
    /// <summary>Null where nothing names anybody.</summary>
    /// <param name="location">An address, or the full path of a file.</param>
    public static string? Of(string location)
    {
        if (location.Contains("://", StringComparison.Ordinal))
            return Uri.TryCreate(location, UriKind.Absolute, out var address) && address.Host.Length > 0 ? address.Host.ToLowerInvariant() : null;
        var name = Path.GetFileName(location).ToLowerInvariant();
        var (stem, ending) = name.IndexOf('.', StringComparison.Ordinal) is > 0 and var at ? (name[..at], name[at..]) : (name, "");
        stem = Counting().Replace(stem, "-").Trim('-');
        if (stem.Length == 0) return null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(location));
        // Folders of months and days count deliveries, too.
        while (folder is not null && Path.GetFileName(folder) is { Length: > 0 } last && Counting().Replace(last, "").Length == 0)
            folder = Path.GetDirectoryName(folder);
        return $"{Path.GetFileName(folder ?? "").ToLowerInvariant()}/{stem}{ending}";
    }

    [GeneratedRegex(@"[^\p{L}]+")]
    private static partial Regex Counting();
}
