using System.Runtime.InteropServices;

namespace DbVc.Store;

/// <summary>Tells whether two paths lead to one file or folder, whatever links lie on the way.</summary>
public readonly partial record struct FileIdentity(ulong Device, ulong Number)
{
    private const int CurrentFolder = -100;
    private const uint NumberField = 0x100;

    /// <summary>Null where there is nothing, or where the system does not say.</summary>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> status = stackalloc byte[256];
        if (Status(CurrentFolder, path, 0, NumberField, ref MemoryMarshal.GetReference(status)) != 0) return null;
        // struct statx is the same on every architecture: stx_ino at 32, the device's major and minor number at 136.
        return new FileIdentity(MemoryMarshal.Read<ulong>(status[136..]), MemoryMarshal.Read<ulong>(status[32..]));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, ref byte status);
}
