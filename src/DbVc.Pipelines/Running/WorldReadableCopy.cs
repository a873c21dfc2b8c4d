using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// Copies program files that an unprivileged user cannot reach (below root's home, say) to where he can. Only root does this;
/// the copies belong to root and nobody else can write them.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class WorldReadableCopy
{
    private const string CacheFolder = "/var/tmp";
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private const UnixFileMode OthersEnter = UnixFileMode.OtherExecute;
    private const UnixFileMode OthersRead = UnixFileMode.OtherRead;
    private const UnixFileMode ReadableFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static DotnetInstallation Ensure(DotnetInstallation dotnet)
    {
        if (IsReachable(dotnet.Host) && IsReachable(dotnet.Resolver) && IsReachable(dotnet.Framework))
            return dotnet;
        return new DotnetInstallation(
            Path.Combine(Ensure(Path.GetDirectoryName(dotnet.Host)!, "dotnet"), "dotnet"), Ensure(dotnet.Resolver), Ensure(dotnet.Framework));
    }

    public static string Ensure(string folder, string pattern = "*")
    {
        if (pattern == "*" && IsReachable(folder))
            return folder;
        var target = Path.Combine(CacheFolder, $"db-vc-{Fingerprint(folder, pattern)}", Path.GetFileName(folder));
        if (Directory.Exists(target) && IsTrusted(Path.GetDirectoryName(target)!))
            return target;
        // A fresh folder with a name nobody can guess, then one rename: two commands at once, or a link laid in wait, do no harm.
        var fresh = Path.Combine(CacheFolder, $"db-vc-{RandomNumberGenerator.GetHexString(32, true)}");
        Directory.CreateDirectory(fresh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        CopyFolder(folder, Path.Combine(fresh, Path.GetFileName(folder)), pattern);
        File.SetUnixFileMode(fresh, ReadableFolder);
        RemoveOld();
        try
        {
            Directory.Move(fresh, Path.GetDirectoryName(target)!);
        }
        catch (IOException) when (Directory.Exists(target) && IsTrusted(Path.GetDirectoryName(target)!))
        {
            Directory.Delete(fresh, true);
        }
        catch (IOException error)
        {
            throw new DbVcException(FailureKind.Failed, "sandbox.copy", $"The worker could not be copied for the sandbox: {error.Message}", target,
                "Remove that folder, or install db-vc where every user can read it.");
        }
        return target;
    }

    private static bool IsReachable(string path)
    {
        for (var at = Directory.GetParent(Path.GetFullPath(path)); at is not null; at = at.Parent)
        {
            if ((at.UnixFileMode & OthersEnter) == 0)
                return false;
        }
        return IsReadable(path) && (!Directory.Exists(path)
            || Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories).All(IsReadable));
    }

    private static bool IsReadable(string path)
    {
        var needed = Directory.Exists(path) ? OthersEnter | OthersRead : OthersRead;
        return (File.GetUnixFileMode(path) & needed) == needed;
    }

    /// <summary>Whether a folder is really one, not a link laid in wait, belongs to root and cannot be written by others.</summary>
    private static bool IsTrusted(string folder) =>
        FileStatus.Of(folder) is { Type: FileType.Folder, Owner: 0 } && File.GetUnixFileMode(folder) == ReadableFolder;

    private static void CopyFolder(string folder, string target, string pattern)
    {
        Directory.CreateDirectory(target, ReadableFolder);
        foreach (var file in Directory.EnumerateFiles(folder, pattern))
        {
            var copy = Path.Combine(target, Path.GetFileName(file));
            File.Copy(file, copy);
            File.SetUnixFileMode(copy, ReadableFolder);
        }
        if (pattern != "*")
            return;
        foreach (var inner in Directory.EnumerateDirectories(folder))
            CopyFolder(inner, Path.Combine(target, Path.GetFileName(inner)), pattern);
    }

    /// <summary>Copies of builds that are a week old are in nobody's use any more.</summary>
    private static void RemoveOld()
    {
        foreach (var copy in Directory.EnumerateDirectories(CacheFolder, "db-vc-*"))
        {
            if (!IsTrusted(copy) || Directory.GetLastWriteTimeUtc(copy) > DateTime.UtcNow - Kept)
                continue;
            try
            {
                Directory.Delete(copy, true);
            }
            catch (IOException)
            {
                // Another command removes it too.
            }
        }
    }

    /// <summary>Names the copy by names, sizes and times of what is copied, so a new build gets a new copy.</summary>
    private static string Fingerprint(string folder, string pattern)
    {
        var text = new StringBuilder(pattern);
        var files = Directory.EnumerateFiles(folder, pattern, pattern == "*" ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var info = new FileInfo(file);
            text.Append('\n').Append(Path.GetRelativePath(folder, file)).Append(' ').Append(info.Length).Append(' ').Append(info.LastWriteTimeUtc.Ticks);
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }
}
