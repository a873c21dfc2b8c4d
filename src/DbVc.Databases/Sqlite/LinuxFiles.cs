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
    private const long CopyStep = 16 << 20;
    private const uint StartWriting = 2;
    // Change time, inode and size.
    private const uint StateFields = 0x80 | 0x100 | 0x200;

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

    /// <summary>
    /// Copies <paramref name="size"/> bytes inside the kernel into an empty file, and has what is copied written to the disk while the rest is being
    /// copied, so that who then waits for the disk waits less. False where the kernel will not, or not all: nothing is said of what the file holds then.
    /// </summary>
    public static bool TryCopy(int source, SafeFileHandle destination, long size)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var added = false;
        try
        {
            destination.DangerousAddRef(ref added);
            var target = (int)destination.DangerousGetHandle();
            for (long done = 0; done < size;)
            {
                var (from, to) = (done, done);
                var copied = CopyRange(source, &from, target, &to, (nuint)Math.Min(CopyStep, size - done), 0);
                if (copied <= 0) return false;
                _ = WriteOut(target, done, copied, StartWriting);
                done += copied;
            }

            return true;
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

    /// <summary>What tells an open file from any other and from itself before any change of its bytes: device, number, size, and the time of its last
    /// change of any kind, which nobody can set. Null where the system does not say.</summary>
    public static FileState? StateOf(int descriptor)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var status = stackalloc byte[256];
        fixed (byte* name = SqliteHandle.ToUtf8(DescriptorPath(descriptor)))
        {
            if (Status(CurrentFolder, name, 0, StateFields, status) != 0) return null;
        }

        return new FileState(
            ((ulong)*(uint*)(status + 136) << 32) | *(uint*)(status + 140), *(ulong*)(status + 32), *(long*)(status + 40),
            DateTime.UnixEpoch.AddTicks((*(long*)(status + 96) * TimeSpan.TicksPerSecond) + (*(uint*)(status + 104) / 100)));
    }

    /// <summary>Where the system shows an open file.</summary>
    public static string DescriptorPath(int descriptor) =>
        "/proc/self/fd/" + descriptor.ToString(System.Globalization.CultureInfo.InvariantCulture);

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

    [LibraryImport("libc", EntryPoint = "copy_file_range")]
    private static partial nint CopyRange(int source, long* from, int destination, long* to, nuint length, uint flags);

    [LibraryImport("libc", EntryPoint = "sync_file_range")]
    private static partial int WriteOut(int descriptor, long offset, long length, uint flags);

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Status(int folder, byte* path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "open")]
    private static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Flush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}

/// <summary>An open file as the system knows it.</summary>
internal sealed record FileState(ulong Device, ulong Number, long Size, DateTime Changed);
