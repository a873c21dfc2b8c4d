using System.Runtime.InteropServices;

namespace DbVc.Pipelines;

internal enum FileType
{
    Unknown = 0,
    Pipe = 0x1000,
    CharacterDevice = 0x2000,
    Folder = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    Link = 0xA000,
    Socket = 0xC000,
}

/// <summary>What the kernel says about an open file, or about a name without following a link.</summary>
internal readonly partial record struct FileStatus(FileType Type, uint Owner, long Length, UInt128 Modified)
{
    private const int EmptyPath = 0x1000;
    private const int NoFollow = 0x100;
    private const int CurrentFolder = -100;
    private const uint BasicFields = 0x7ff;

    public static FileStatus Of(int descriptor) => Read(descriptor, "", EmptyPath);

    public static FileStatus Of(string path) => Read(CurrentFolder, path, NoFollow);

    private static FileStatus Read(int folder, string path, int flags)
    {
        Span<byte> status = stackalloc byte[256];
        if (NativeStatx(folder, path, flags, BasicFields, ref MemoryMarshal.GetReference(status)) != 0)
            return default;
        // struct statx is the same on every architecture: stx_uid at 20, stx_mode at 28, stx_size at 40,
        // stx_mtime at 112.
        var type = (FileType)(MemoryMarshal.Read<ushort>(status[28..]) & 0xF000);
        return new FileStatus(type, MemoryMarshal.Read<uint>(status[20..]), MemoryMarshal.Read<long>(status[40..]),
            new UInt128(MemoryMarshal.Read<ulong>(status[112..]), MemoryMarshal.Read<uint>(status[120..])));
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeStatx(int folder, string path, int flags, uint mask, ref byte status);
}
