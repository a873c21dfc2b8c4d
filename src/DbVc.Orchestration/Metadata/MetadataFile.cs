using System.Text;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>A metadata file on disk, JSON or YAML.</summary>
internal static class MetadataFile
{
    private const long MaxBytes = 1024 * 1024;

    /// <summary>Its text; throws <c>metadata.unreadable</c>.</summary>
    public static string ReadText(string path)
    {
        if (RegularFile.TryRead(path, followLink: true, MaxBytes, out var content) is { } problem)
        {
            throw Unreadable(path, $"The metadata file {problem.Text}.", null);
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException e)
        {
            throw Unreadable(path, "The metadata file is not UTF-8 text.", e);
        }
    }

    private static DbVcException Unreadable(string path, string message, Exception? cause) =>
        new(FailureKind.Usage, "metadata.unreadable", message, Path.GetFullPath(path), "Name a JSON or YAML file, for example metadata/users.json.", cause);
}
