using System.Formats.Tar;
using System.IO.Compression;
using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

internal enum Packing
{
    None,
    Gzip,
    Zip,
    Zstd,
    Tar,
}

/// <summary>
/// Opens what is packed as a stream of what is in it. The content decides, not the name. What unpacks to far more than data does is refused, and no
/// name in an archive ever becomes a path.
/// </summary>
internal static class SourceUnpacker
{
    private const int HeadBytes = 512;
    private const int MaxEntries = 10_000;
    private const int ShownNames = 10;

    /// <summary>A file's name without the endings that say how it is packed.</summary>
    public static string NameInside(string name)
    {
        while (Path.GetExtension(name).ToLowerInvariant() is ".gz" or ".zip" or ".zst" or ".tar" or ".tgz") name = name[..name.LastIndexOf('.')];
        return name;
    }

    public static Packing FindPacking(SafeFileHandle file)
    {
        Span<byte> start = stackalloc byte[HeadBytes];
        return FindPacking(start[..RandomAccess.Read(file, start, 0)]);
    }

    /// <summary>Throws <c>source.archive</c> or <c>source.damaged</c>; reading throws <c>source.damaged</c> and <c>source.bomb</c>.</summary>
    /// <param name="open">Opens the packed file from its start; called twice for a tar archive, which has no list of what is in it.</param>
    public static Stream Open(Func<Stream> open, Packing packing, string path, string? member)
    {
        var packed = open();
        var limits = UnpackedLimits.For(path, packed.Length);
        try
        {
            switch (packing)
            {
                case Packing.Zip:
                    var archive = new ZipArchive(packed, ZipArchiveMode.Read);
                    var entry = FindEntry(archive, path, member);
                    return new UnpackedStream(entry.Open(), limits with { Checksum = entry.Crc32, Bytes = entry.Length, Archive = archive });
                case Packing.Tar:
                    return OpenTar(() => open(), limits, member);
                default:
                    return IsTar(Decompress(open(), packing), limits) ? OpenTar(() => new UnpackedStream(Decompress(open(), packing), limits), limits, member)
                        : new UnpackedStream(Decompress(packed, packing), limits);
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException or IOException)
        {
            throw UnpackedStream.Damaged(path, failure);
        }
    }

    private static Packing FindPacking(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return Packing.Gzip;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD])) return Packing.Zstd;
        if (start.Length > 262 && start[257..].StartsWith("ustar"u8)) return Packing.Tar;
        return start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8) ? Packing.Zip : Packing.None;
    }

    private static Stream Decompress(Stream packed, Packing packing) =>
        packing == Packing.Gzip ? new GzipContent(packed) : new ZstdSharp.DecompressionStream(packed, leaveOpen: false);

    private static bool IsTar(Stream content, UnpackedLimits limits)
    {
        using var unpacked = new UnpackedStream(content, limits);
        var start = new byte[HeadBytes];
        return FindPacking(start.AsSpan(0, unpacked.ReadAtLeast(start, start.Length, throwOnEndOfStream: false))) == Packing.Tar;
    }

    /// <summary>Reads the archive to its end for what it holds, and again up to the file.</summary>
    private static UnpackedStream OpenTar(Func<Stream> open, UnpackedLimits limits, string? member)
    {
        var names = new List<string>();
        using (var listed = new TarReader(open()))
        {
            while (listed.GetNextEntry() is { } entry)
            {
                if (IsFile(entry)) names.Add(entry.Name);
                if (names.Count > MaxEntries) throw Refuse(limits.Path, $"The archive holds more than {MaxEntries} files.");
            }
        }

        var name = Choose(names, limits.Path, member);
        var reader = new TarReader(open());
        while (reader.GetNextEntry() is { } entry)
        {
            if (!IsFile(entry) || entry.Name != name) continue;
            return new UnpackedStream(entry.DataStream ?? Stream.Null, limits with { Bytes = entry.Length, Archive = reader });
        }

        throw Refuse(limits.Path, $"The archive has no file '{name}' any more.");
    }

    private static ZipArchiveEntry FindEntry(ZipArchive archive, string path, string? member)
    {
        if (archive.Entries.Count > MaxEntries) throw Refuse(path, $"The archive holds more than {MaxEntries} files.");
        if (archive.GetEntry("[Content_Types].xml") is not null)
        {
            throw new DbVcException(FailureKind.Failed, "source.binary", "The source is no text: it looks like an Excel workbook.", path,
                "Say \"type\": \"excel\" in the source.");
        }

        // Folders, and what file managers leave behind.
        var files = archive.Entries.Where(IsFile).ToList();
        var name = Choose(files.ConvertAll(e => e.FullName), path, member);
        var found = files.Find(e => e.FullName == name)!;
        return found.IsEncrypted ? throw Refuse(path, $"'{name}' in the archive is encrypted.", "Unpack it first.") : found;
    }

    /// <summary>The file that is asked for; without that the only one.</summary>
    private static string Choose(List<string> files, string path, string? member)
    {
        var names = string.Join(", ", files.Take(ShownNames).Select(f => $"'{f}'")) + (files.Count > ShownNames ? ", …" : "");
        var found = member is null ? files : files.FindAll(f => f == member);
        if (found.Count == 1) return found[0];
        throw files.Count == 0 ? Refuse(path, "The archive holds no file.")
            : member is null ? Refuse(path, $"The archive holds {files.Count} files: {names}.", "Say which one with \"member\" in the source.")
            : Refuse(path, $"The archive has {(found.Count == 0 ? "no file" : "more than one file")} '{member}'. It holds {names}.");
    }

    private static bool IsFile(ZipArchiveEntry entry) => entry.Name.Length > 0 && IsOfPeople(entry.FullName);

    private static bool IsFile(TarEntry entry) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile && IsOfPeople(entry.Name);

    private static bool IsOfPeople(string name) => !Path.GetFileName(name).StartsWith('.') && !name.StartsWith("__MACOSX/", StringComparison.Ordinal);

    private static DbVcException Refuse(string path, string message, string? hint = null) => new(FailureKind.Failed, "source.archive", message, path, hint);
}
