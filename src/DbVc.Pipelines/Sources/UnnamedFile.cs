using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

/// <summary>Makes files that have no name any more, so that nothing is left of them when they are closed.</summary>
internal static class UnnamedFile
{
    /// <summary>A file with what is written, open for reading only. Throws <c>source.unpacked</c> where there is no room.</summary>
    /// <param name="path">Of the source, for messages.</param>
    public static SafeFileHandle Make(string path, Action<Stream> write)
    {
        var folder = Directory.CreateTempSubdirectory("db-vc-source-");
        try
        {
            var name = Path.Combine(folder.FullName, "content");
            using var writing = File.Open(name, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read });
            write(writing);
            writing.Flush();

            // Generated code gets this one: it can be read and nothing else. The name goes with its folder.
            return File.OpenHandle(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception failure)
        {
            if (failure is not (IOException or UnauthorizedAccessException)) throw;
            throw new DbVcException(FailureKind.Failed, "source.unpacked",
                $"The source cannot be unpacked into {folder.Parent!.FullName}: {failure.Message}", path,
                "Free some space there, or set TMPDIR to a folder with more.", failure);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
