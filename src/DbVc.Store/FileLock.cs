namespace DbVc.Store;

/// <summary>
/// An exclusive lock on a file, held against other processes and other holders in this one.
/// The operating system releases it when the process dies, so there is nothing to clean up.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const int WouldBlock = 11;
    private const int WouldBlockOnMac = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int LongestPauseMilliseconds = 50;

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    public static FileLock Take(string folder, string name, TimeSpan timeout)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var path = Path.Combine(folder, Uri.EscapeDataString(name) + ".lock");
        var start = TimeProvider.System.GetTimestamp();
        for (var pause = 5; ; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            if (TryOpen(path) is { } file) return new FileLock(file);
            var rest = timeout - TimeProvider.System.GetElapsedTime(start);
            if (rest <= TimeSpan.Zero) throw StoreFailure.Locked($"Another command holds the lock '{name}' of this repository.");
            Thread.Sleep(Math.Clamp((int)rest.TotalMilliseconds, 1, pause));
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>True if opening failed because somebody else holds the lock.</summary>
    public static bool IsHeld(IOException failure) => failure.HResult is WouldBlock or WouldBlockOnMac or WindowsSharingViolation;

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0);
        }
        catch (IOException failure) when (IsHeld(failure))
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.FromIo(failure, path);
        }
    }
}
