using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Databases;

/// <summary>What Linux offers for copying files and .NET does not: sharing extents, and making a rename durable.</summary>
internal static unsafe partial class LinuxFiles
{
    // FICLONE of linux/fs.h: _IOW(0x94, 9, int).
    private const nuint CloneRequest = 0x40049409;
    private const int CurrentFolder = -100;
    private const uint TypeField = 1;

    /// <summary>Makes <paramref name="destination"/> share all extents of <paramref name="source"/>; false where the file system cannot.</summary>
    public static bool TryReflink(int source, SafeFileHandle destination)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var added = false;
        try
        {
            destination.DangerousAddRef(ref added);
            return Control((int)destination.DangerousGetHandle(), CloneRequest, source) == 0;
        }
        finally
        {
            if (added) destination.DangerousRelease();
        }
    }

    /// <summary>Tries it with a file of one page.</summary>
    public static bool CanReflink(string folder)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var name = Path.Combine(folder, "reflink-" + Path.GetRandomFileName());
        try
        {
            using var source = File.OpenHandle(name, FileMode.CreateNew, FileAccess.ReadWrite, options: FileOptions.DeleteOnClose);
            using var destination = File.OpenHandle(name + "-2", FileMode.CreateNew, FileAccess.ReadWrite, options: FileOptions.DeleteOnClose);
            RandomAccess.Write(source, new byte[4096], 0);
            return TryReflink((int)source.DangerousGetHandle(), destination);
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>False for a pipe, socket or device, which SQLite would take for a file; links are followed. True where the system does not say.</summary>
    public static bool IsRegular(string path)
    {
        if (!OperatingSystem.IsLinux()) return true;
        var status = stackalloc byte[256];
        fixed (byte* name = SqliteHandle.ToUtf8(path))
        {
            // struct statx is the same on every architecture: stx_mode at 28.
            return Status(CurrentFolder, name, 0, TypeField, status) != 0 || (*(ushort*)(status + 28) & 0xF000) == 0x8000;
        }
    }

    /// <summary>Makes the names in a folder durable.</summary>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        fixed (byte* path = SqliteHandle.ToUtf8(folder))
        {
            var descriptor = Open(path, 0);
            if (descriptor < 0) return;
            _ = Flush(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Status(int folder, byte* path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "open")]
    private static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
