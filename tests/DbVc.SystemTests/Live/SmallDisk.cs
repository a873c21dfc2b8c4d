using System.Diagnostics;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>A small file system in memory that can be filled to the last byte. Only root may mount one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly bool _isOwn;

    /// <param name="size">As mount takes it.</param>
    /// <param name="folder">Where; null makes a folder of its own.</param>
    public SmallDisk(string size, string? folder = null)
    {
        _isOwn = folder is null;
        Path = folder ?? Directory.CreateTempSubdirectory("dbvc-disk-").FullName;
        var isMounted = Run("mount", "-t", "tmpfs", "-o", "size=" + size, "dbvc", Path) == 0;
        if (!isMounted && _isOwn) Directory.Delete(Path);
        Assert.SkipUnless(isMounted, "Only root may mount a small disk.");
    }

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public void Fill() => Assert.NotEqual(0, Run("cp", "/dev/zero", Filler));

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "--lazy", Path);
        if (_isOwn) Directory.Delete(Path, recursive: true);
    }

    /// <summary>Runs a program and gives its exit code.</summary>
    public static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
