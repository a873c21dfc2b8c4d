using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

/// <summary>
/// The one rule for files that people put where db-vc reads: only a regular file is read, and opening anything else never waits.
/// A named pipe opened the ordinary way would hold the command for ever.
/// </summary>
public static partial class RegularFile
{
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int NoFollow = 0x20000;
    private const int CloseOnExec = 0x80000;

    /// <summary>Opens a file for reading; a link is followed only where <paramref name="followLink"/> says so. Null: opened.</summary>
    public static FileProblem? TryOpen(string path, bool followLink, out OpenedFile file)
    {
        file = default;
        var descriptor = NativeOpen(path, ReadOnly | NonBlocking | CloseOnExec | (followLink ? 0 : NoFollow), 0);
        if (descriptor < 0) return ProblemOf(Marshal.GetLastPInvokeError(), followLink);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        var status = FileStatus.Of(descriptor);
        if (status.Type == FileType.Regular)
        {
            file = new OpenedFile(handle, status.Length);
            return null;
        }

        handle.Dispose();
        return new FileProblem(FileProblemKind.NotRegular, Describe(status.Type));
    }

    /// <summary>Reads a whole file of at most <paramref name="maxBytes"/>. Null: <paramref name="content"/> holds it.</summary>
    public static FileProblem? TryRead(string path, bool followLink, long maxBytes, out byte[] content)
    {
        content = [];
        if (TryOpen(path, followLink, out var file) is { } problem) return problem;
        using var handle = file.Handle;
        if (file.Length > maxBytes) return new FileProblem(FileProblemKind.TooLarge, $"is larger than {maxBytes >> 20} MiB");
        try
        {
            content = new byte[file.Length];
            var filled = 0;
            for (int read; filled < content.Length && (read = RandomAccess.Read(handle, content.AsSpan(filled), filled)) > 0;) filled += read;
            Array.Resize(ref content, filled);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new FileProblem(FileProblemKind.Unreadable, $"cannot be read: {failure.Message}");
        }
    }

    /// <summary>What keeps a name from being a regular file of its own, without opening it; null where nothing does.</summary>
    public static FileProblem? Inspect(string path)
    {
        var type = FileStatus.Of(path).Type;
        return type switch
        {
            FileType.Regular => null,
            FileType.Unknown => new FileProblem(FileProblemKind.Missing, "does not exist"),
            FileType.Link => new FileProblem(FileProblemKind.Link, "is a link"),
            _ => new FileProblem(FileProblemKind.NotRegular, Describe(type)),
        };
    }

    private static string Describe(FileType type) => type switch
    {
        FileType.Folder => "is a directory, not a file",
        FileType.Pipe => "is a named pipe, not a file",
        FileType.CharacterDevice or FileType.BlockDevice => "is a device, not a file",
        FileType.Socket => "is a socket, not a file",
        _ => "is not a regular file",
    };

    private static FileProblem ProblemOf(int error, bool followLink) => error switch
    {
        2 or 20 => new FileProblem(FileProblemKind.Missing, "does not exist"),
        6 => new FileProblem(FileProblemKind.NotRegular, "is a socket or device, not a file"),
        40 when !followLink => new FileProblem(FileProblemKind.Link, "is a link"),
        _ => new FileProblem(FileProblemKind.Unreadable, $"cannot be opened: {new Win32Exception(error).Message}"),
    };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags, int mode);
}

/// <summary>Why something cannot be read as a file.</summary>
public enum FileProblemKind
{
    Missing,
    NotRegular,
    Link,
    TooLarge,
    Unreadable,
}

/// <summary>What is wrong with a file; the text goes on after its name, for example "is a named pipe, not a file".</summary>
public sealed record FileProblem(FileProblemKind Kind, string Text);

/// <summary>A regular file, open for reading, and its bytes when it was opened.</summary>
public readonly record struct OpenedFile(SafeFileHandle Handle, long Length);
