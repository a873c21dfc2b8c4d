using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

/// <summary>
/// A source that the host opened, by path, once: the worker gets the open file, never the name, and the host counts records
/// in the same file, whatever happens to the name meanwhile. What is packed is unpacked by the host, into a file without a name.
/// </summary>
public sealed class SourceFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly FileStatus _opened;
    private readonly string? _member;
    private readonly Packing _packing;
    private SafeFileHandle? _unpacked;

    private SourceFile(string path, SafeFileHandle file, string? member)
    {
        (Path, _file, _member) = (path, file, member);
        _opened = FileStatus.Of((int)file.DangerousGetHandle());
        _packing = SourceUnpacker.FindPacking(file);
    }

    public string Path { get; }

    /// <summary>Bytes when it was opened; unpacked, once it is.</summary>
    public long Length => _unpacked is null ? _opened.Length : RandomAccess.GetLength(_unpacked);

    internal SafeFileHandle Handle
    {
        get
        {
            Unpack();
            return _unpacked ?? _file;
        }
    }

    /// <summary>Opens a regular file; throws <c>source.missing</c>, <c>source.unreadable</c> or <c>source.not-a-file</c>.</summary>
    /// <param name="member">The file to read of a zip archive; null: the only one.</param>
    public static SourceFile Open(string path, string? member = null) => RegularFile.TryOpen(path, followLink: true, out var file) is { } problem
        ? throw OpenFailure(path, problem)
        : new SourceFile(path, file.Handle, member);

    /// <summary>A stream of its own over the source, from its start. Throws <c>source.damaged</c>, also while it is read, and <c>source.archive</c>.</summary>
    public Stream OpenStream()
    {
        if (_unpacked is not null) return new FileContent(_unpacked, RandomAccess.GetLength(_unpacked));
        var content = new FileContent(_file, _opened.Length);
        return _packing == Packing.None ? content : SourceUnpacker.Open(content, _packing, Path, _member);
    }

    /// <summary>
    /// Unpacks what is packed, once, so that it can be handed on as a file; others are left as they are. Throws what <see cref="OpenStream"/> does,
    /// and <c>source.unpacked</c> where there is no room.
    /// </summary>
    public void Unpack()
    {
        if (_packing == Packing.None || _unpacked is not null) return;
        using var content = OpenStream();
        _unpacked = SourceUnpacker.CopyToUnnamedFile(content, Path);
        RequireUnchanged();
    }

    /// <summary>Throws <c>source.unstable</c> when the file was written to since it was opened.</summary>
    public void RequireUnchanged()
    {
        var now = FileStatus.Of((int)_file.DangerousGetHandle());
        if (now.Length == _opened.Length && now.Modified == _opened.Modified) return;
        throw new DbVcException(FailureKind.Failed, "source.unstable", "The source was written to while it was read.", Path,
            "Try again when nothing writes to it; writers should move whole files into place.");
    }

    public void Dispose()
    {
        _file.Dispose();
        _unpacked?.Dispose();
    }

    private static DbVcException OpenFailure(string path, FileProblem problem)
    {
        var (code, hint) = problem.Kind switch
        {
            FileProblemKind.Missing => ("source.missing", "Check the path in the metadata."),
            FileProblemKind.NotRegular => ("source.not-a-file", "Name a regular file."),
            _ => ("source.unreadable", "Check its permissions, and those of the folders above it."),
        };
        return new DbVcException(FailureKind.Failed, code, $"The source {problem.Text}.", path, hint);
    }
}
