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
        nint* file;
        if (SqliteNative.FileControl(source.Pointer, null, FilePointer, &file) != SqliteError.Ok) throw source.Fail();
        if (TryReflink(file, source.RealPath, destination)) return;
        var methods = (nint*)file[0];
        long size;
        var code = ((delegate* unmanaged[Cdecl]<void*, long*, int>)methods[FileSizeMethod])(file, &size);
        if (code != SqliteError.Ok) throw SqliteError.Create(code, "the size of the file is not known", source.Path);
        CopyBytes(file, size, source.Path, destination);
    }

    private static bool TryReflink(nint* file, string path, SafeFileHandle destination)
    {
        if (!OperatingSystem.IsLinux()) return false;
        var descriptor = *(int*)(file + DescriptorField);
        var link = new FileInfo("/proc/self/fd/" + descriptor.ToString(System.Globalization.CultureInfo.InvariantCulture)).LinkTarget;
        return link == path && LinuxFiles.TryReflink(descriptor, destination);
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
