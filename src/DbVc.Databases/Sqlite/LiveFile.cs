using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Databases;

/// <summary>
/// Copies the bytes of an open database through SQLite's own file object. Opening the file a second time would be simpler,
/// but closing that descriptor would drop every lock that this process holds on the database.
/// </summary>
internal static unsafe class LiveFile
{
    private const int FilePointer = 7;
    private const int ShortRead = 522;
    private const int ChunkSize = 1 << 20;

    // sqlite3_file begins with its methods; sqlite3_io_methods is iVersion, xClose, xRead, xWrite, xTruncate, xSync, xFileSize …
    private const int ReadMethod = 2;
    private const int FileSizeMethod = 6;

    // unixFile is pMethod, pVfs, pInode, h. Checked against /proc before it is believed.
    private const int DescriptorField = 3;

    /// <summary>Copies the main file as it is on disk; the caller holds a read transaction and knows that nothing of it is in the log.</summary>
    public static void Copy(SqliteHandle source, SafeFileHandle destination)
    {
        var file = Find(source);
        var size = Size(source);
        if (FindDescriptor(source) is { } descriptor
            && (LinuxFiles.TryReflink(descriptor, destination) || LinuxFiles.TryCopy(descriptor, destination, size))) return;
        CopyBytes(file, size, source.Path, destination);
    }

    /// <summary>The length of the main file.</summary>
    public static long Size(SqliteHandle source)
    {
        var file = Find(source);
        long size;
        var code = ((delegate* unmanaged[Cdecl]<void*, long*, int>)((nint*)file[0])[FileSizeMethod])(file, &size);
        return code == SqliteError.Ok ? size : throw SqliteError.Create(code, "the size of the file is not known", source.Path);
    }

    /// <summary>Reads a part of the main file as it is on disk; what lies beyond its end is zero.</summary>
    public static void Read(SqliteHandle source, long offset, Span<byte> buffer)
    {
        var file = Find(source);
        var read = (delegate* unmanaged[Cdecl]<void*, void*, int, long, int>)((nint*)file[0])[ReadMethod];
        int code;
        fixed (byte* bytes = buffer) code = read(file, bytes, buffer.Length, offset);
        if (code is not (SqliteError.Ok or ShortRead)) throw SqliteError.Create(code, "the file could not be read", source.Path);
    }

    /// <summary>What the system knows of the main file; null where it does not say.</summary>
    public static FileState? State(SqliteHandle source) => FindDescriptor(source) is { } descriptor ? LinuxFiles.StateOf(descriptor) : null;

    private static nint* Find(SqliteHandle source)
    {
        nint* file;
        return SqliteNative.FileControl(source.Pointer, null, FilePointer, &file) == SqliteError.Ok ? file : throw source.Fail();
    }

    /// <summary>Null also where the file was replaced under its name since it was opened.</summary>
    private static int? FindDescriptor(SqliteHandle source)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var descriptor = *(int*)(Find(source) + DescriptorField);
        return new FileInfo(LinuxFiles.DescriptorPath(descriptor)).LinkTarget == source.RealPath ? descriptor : null;
    }

    private static void CopyBytes(nint* file, long size, string path, SafeFileHandle destination)
    {
        var read = (delegate* unmanaged[Cdecl]<void*, void*, int, long, int>)((nint*)file[0])[ReadMethod];
        var buffer = NativeMemory.Alloc(ChunkSize);
        try
        {
            for (long offset = 0; offset < size; offset += ChunkSize)
            {
                var length = (int)Math.Min(ChunkSize, size - offset);
                var code = read(file, buffer, length, offset);
                if (code is not (SqliteError.Ok or ShortRead)) throw SqliteError.Create(code, "the file could not be read", path);
                RandomAccess.Write(destination, new ReadOnlySpan<byte>(buffer, length), offset);
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }
}
