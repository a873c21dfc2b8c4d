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
    private readonly SourceSpec? _source;
    private readonly Packing _packing;
    private SafeFileHandle? _unpacked;

    private SourceFile(string path, SafeFileHandle file, SourceSpec? source)
    {
        (Path, _file, _source) = (path, file, source);
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
    /// <param name="source">What is known about it: the file to read of an archive, the sheet of a workbook; null: nothing.</param>
    public static SourceFile Open(string path, SourceSpec? source = null) => RegularFile.TryOpen(path, followLink: true, out var file) is { } problem
        ? throw OpenFailure(path, problem)
        : new SourceFile(path, file.Handle, source);

    /// <summary>A stream of its own over the source, from its start. Throws <c>source.damaged</c>, also while it is read, and <c>source.archive</c>.</summary>
    public Stream OpenStream()
    {
        if (_source?.Table is not null) Unpack();
        if (_unpacked is not null) return new FileContent(_unpacked, RandomAccess.GetLength(_unpacked));
        return _packing == Packing.None ? OpenFile() : SourceUnpacker.Open(OpenFile, _packing, Path, _source?.Member);
    }

    /// <summary>
    /// Unpacks what is packed, and writes the rows of what is no text, once, so that it can be handed on as a file; others are left as they are. Throws
    /// what <see cref="OpenStream"/> does, and <c>source.unpacked</c> where there is no room.
    /// </summary>
    public void Unpack()
    {
        if (_unpacked is not null) return;
        if (_source?.Table is { } table && !TableRows.AreLines(OpenFile()))
        {
            _unpacked = UnnamedFile.Make(Path, into => TableRows.Write(OpenFile, table, Path, into));
        }
        else if (_packing != Packing.None)
        {
            using var content = SourceUnpacker.Open(OpenFile, _packing, Path, _source?.Member);
            _unpacked = UnnamedFile.Make(Path, content.CopyTo);
        }
        else
        {
            return;
        }

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

    /// <summary>The file as it is, packed or not.</summary>
    internal FileContent OpenFile() => new(_file, _opened.Length);

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
