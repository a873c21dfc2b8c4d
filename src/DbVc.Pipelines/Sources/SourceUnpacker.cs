using System.IO.Compression;
using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Pipelines;

internal enum Packing
{
    None,
    Gzip,
    Zip,
}

/// <summary>
/// Opens what is packed as a stream of what is in it. The content decides, not the name. What unpacks to far more than data does is refused, and no
/// name in an archive ever becomes a path.
/// </summary>
internal static class SourceUnpacker
{
    private const int MaxGrowth = 250;
    private const long SpareBytes = 64L * 1024 * 1024;
    private const int MaxEntries = 10_000;
    private const int ShownNames = 10;
    private const int CopyBytes = 256 * 1024;

    public static Packing FindPacking(SafeFileHandle file)
    {
        Span<byte> start = stackalloc byte[4];
        start = start[..RandomAccess.Read(file, start, 0)];
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return Packing.Gzip;
        return start.StartsWith("PK\x03\x04"u8) || start.StartsWith("PK\x05\x06"u8) ? Packing.Zip : Packing.None;
    }

    /// <summary>Throws <c>source.archive</c> or <c>source.damaged</c>; reading throws <c>source.damaged</c> and <c>source.bomb</c>.</summary>
    public static Stream Open(Stream packed, Packing packing, string path, string? member)
    {
        var most = (packed.Length * MaxGrowth) + SpareBytes;
        if (packing == Packing.Gzip) return new UnpackedStream(new GzipContent(packed), new UnpackedLimits(path, most));
        try
        {
            var archive = new ZipArchive(packed, ZipArchiveMode.Read);
            var entry = FindEntry(archive, path, member);
            return new UnpackedStream(entry.Open(), new UnpackedLimits(path, most) { Checksum = entry.Crc32, Bytes = entry.Length, Archive = archive });
        }
        catch (Exception failure) when (failure is InvalidDataException or NotSupportedException or IOException)
        {
            throw UnpackedStream.Damaged(path, failure);
        }
    }

    /// <summary>The whole content in a file that has no name any more, so that nothing is left of it when it is closed.</summary>
    public static SafeFileHandle CopyToUnnamedFile(Stream content, string path)
    {
        var folder = Directory.CreateTempSubdirectory("db-vc-source-");
        try
        {
            var name = Path.Combine(folder.FullName, "content");
            using var writing = File.OpenHandle(name, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
            var buffer = new byte[CopyBytes];
            long position = 0;
            for (int count; (count = content.Read(buffer)) > 0; position += count) RandomAccess.Write(writing, buffer.AsSpan(0, count), position);

            // Generated code gets this one: it can be read and nothing else. The name goes with its folder.
            return File.OpenHandle(name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (Exception failure)
        {
            if (failure is not (IOException or UnauthorizedAccessException)) throw;
            throw new DbVcException(FailureKind.Failed, "source.unpacked",
                $"The source cannot be unpacked into {folder.Parent!.FullName}: {failure.Message}", path,
                "Free some space there, or set TMPDIR to a folder with more.", failure);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ZipArchiveEntry FindEntry(ZipArchive archive, string path, string? member)
    {
        if (archive.Entries.Count > MaxEntries) throw Refuse(path, $"The archive holds more than {MaxEntries} files.");
        if (archive.GetEntry("[Content_Types].xml") is not null)
        {
            throw new DbVcException(FailureKind.Failed, "source.binary", "The source is no text: it looks like an Excel workbook.", path,
                "Export it as CSV first.");
        }

        // Folders, and what file managers leave behind.
        var files = archive.Entries.Where(IsFile).ToList();
        var names = string.Join(", ", files.Take(ShownNames).Select(e => $"'{e.FullName}'")) + (files.Count > ShownNames ? ", …" : "");
        var found = member is null ? files : files.FindAll(e => e.FullName == member);
        if (found.Count != 1)
        {
            throw files.Count == 0 ? Refuse(path, "The archive holds no file.")
                : member is null ? Refuse(path, $"The archive holds {files.Count} files: {names}.", "Say which one with \"member\" in the source.")
                : Refuse(path, $"The archive has {(found.Count == 0 ? "no file" : "more than one file")} '{member}'. It holds {names}.");
        }

        return found[0].IsEncrypted ? throw Refuse(path, $"'{found[0].FullName}' in the archive is encrypted.", "Unpack it first.") : found[0];
    }

    private static bool IsFile(ZipArchiveEntry entry) =>
        entry.Name.Length > 0 && !entry.Name.StartsWith('.') && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal);

    private static DbVcException Refuse(string path, string message, string? hint = null) => new(FailureKind.Failed, "source.archive", message, path, hint);
}
