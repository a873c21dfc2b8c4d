using DbVc.Model;
using DbVc.PipelineRuntime;
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
    private readonly CancellationToken _cancel;
    private SafeFileHandle? _plain;
    private SafeFileHandle? _unpacked;

    private SourceFile(string path, SafeFileHandle file, SourceSpec? source, CancellationToken cancel)
    {
        (Path, _file, _source, _cancel) = (path, file, source, cancel);
        _opened = FileStatus.Of((int)file.DangerousGetHandle());
        _packing = SourceUnpacker.FindPacking(file);
    }

    public string Path { get; }

    /// <summary>Bytes when it was opened; unpacked, once it is.</summary>
    public long Length => _unpacked is null ? _opened.Length : RandomAccess.GetLength(_unpacked);

    /// <summary>What reshaping its records did, step by step; empty before, and where they came reshaped.</summary>
    public IReadOnlyList<ReshapeCount> Reshaped { get; private set; } = [];

    /// <summary>
    /// The file once more, for the worker: settings of an open file (whether it waits, goes past the cache) are shared by all who hold it, and
    /// generated code may change them. Throws <c>source.unreadable</c> besides what <see cref="OpenStream"/> does.
    /// </summary>
    internal SafeFileHandle OpenForWorker()
    {
        Unpack();
        var file = _unpacked ?? _file;
        try
        {
            return File.OpenHandle($"/proc/self/fd/{file.DangerousGetHandle()}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw OpenFailure(Path, new FileProblem(FileProblemKind.Unreadable, $"cannot be opened once more: {failure.Message}"));
        }
    }

    /// <summary>Opens a regular file; throws <c>source.missing</c>, <c>source.unreadable</c> or <c>source.not-a-file</c>.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="source">What is known about it: the file to read of an archive, the sheet of a workbook, how it is reshaped; null: nothing.</param>
    /// <param name="cancel">Ends unpacking and reshaping.</param>
    public static SourceFile Open(string path, SourceSpec? source = null, CancellationToken cancel = default) =>
        RegularFile.TryOpen(path, followLink: true, out var file) is { } problem
            ? throw OpenFailure(path, problem)
            : new SourceFile(path, file.Handle, source, cancel);

    /// <summary>A stream of its own over the source, from its start. Throws <c>source.damaged</c>, also while it is read, and <c>source.archive</c>.</summary>
    public Stream OpenStream()
    {
        if (_source is { Reshape: not null } or { Table: not null }) Unpack();
        return _unpacked is null ? OpenPlain() : new FileContent(_unpacked, RandomAccess.GetLength(_unpacked));
    }

    /// <summary>A stream of its own over the source before it is reshaped. Throws what <see cref="OpenStream"/> does.</summary>
    public Stream OpenPlain()
    {
        if (Original?.Table is not null) UnpackPlain();
        if (_plain is not null) return new FileContent(_plain, RandomAccess.GetLength(_plain));
        return _packing == Packing.None ? OpenFile() : SourceUnpacker.Open(OpenFile, _packing, Path, Original?.Member);
    }

    /// <summary>Whether its records were reshaped before it was written.</summary>
    public bool IsReshaped()
    {
        using var content = OpenPlain();
        return Reshaper.IsReshaped(content);
    }

    /// <summary>
    /// Unpacks what is packed, writes the rows of what is no text, and reshapes records, once, so that it can be handed on as a file; others are left as
    /// they are. Throws what <see cref="OpenStream"/> does, and <c>source.unpacked</c> where there is no room.
    /// </summary>
    /// <param name="cancel">Ends reshaping, in place of what the file was opened with.</param>
    public void Unpack(CancellationToken cancel = default)
    {
        if (_unpacked is not null) return;
        UnpackPlain();
        _unpacked = _source?.Reshape is { } reshape && !IsReshaped() ? Reshape(reshape, cancel.CanBeCanceled ? cancel : _cancel) : _plain;
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
        _plain?.Dispose();
        _unpacked?.Dispose();
    }

    /// <summary>The file as it is, packed or not.</summary>
    internal FileContent OpenFile() => new(_file, _opened.Length);

    /// <summary>How the file itself is read.</summary>
    private SourceSpec? Original => _source?.Reshape?.Of ?? _source;

    private void UnpackPlain()
    {
        if (_plain is not null) return;
        if (Original?.Table is { } table && !TableRows.AreLines(OpenFile()))
        {
            _plain = UnnamedFile.Make(Path, into => TableRows.Write(OpenFile, table, Path, into));
        }
        else if (_packing != Packing.None)
        {
            using var content = SourceUnpacker.Open(OpenFile, _packing, Path, Original?.Member);
            _plain = UnnamedFile.Make(Path, content.CopyTo);
        }
        else
        {
            return;
        }

        RequireUnchanged();
    }

    private SafeFileHandle Reshape(ReshapeSpec reshape, CancellationToken cancel)
    {
        var bytes = _plain is null ? _opened.Length : RandomAccess.GetLength(_plain);
        var room = new SpoolRoom(Path, UnpackedLimits.For(Path, bytes).MostBytes, cancel);
        try
        {
            var shaped = UnnamedFile.Make(Path, into => Reshaped = Reshaper.Write(reshape, OpenPlain, room, into));
            RequireUnchanged();
            return shaped;
        }
        catch (PipelineException failure)
        {
            throw new DbVcException(FailureKind.Failed, failure.Code, failure.Message, Path, "Correct the source, or 'reshape' in the metadata.", failure);
        }
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
