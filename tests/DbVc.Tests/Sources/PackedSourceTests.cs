using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;
using OpenedSource = DbVc.Pipelines.SourceFile;

namespace DbVc.Tests;

/// <summary>What the host does with files that are packed, damaged, too large inside, or change while they are read.</summary>
public sealed class PackedSourceTests : IDisposable
{
    private const string Text = "id,name\n1,a\n2,b\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dbvc-packed-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Name, content, and what is read from it.</summary>
    public static TheoryData<string, byte[], string?, string> Packed => new()
    {
        { "t.csv", Encoding.UTF8.GetBytes(Text), null, Text },
        { "t.csv.gz", Encoding.UTF8.GetBytes(Text), null, Text },
        { "t.csv.gz", Gzip(Text), null, Text },
        { "t.csv", Gzip(Text), null, Text },
        { "t.csv.gz", [.. Gzip("id,name\n1,a\n"), .. Gzip("2,b\n")], null, Text },
        { "t.zip", Zip(("t.csv", Text)), null, Text },
        { "t.csv", Zip(("../../etc/passwd", Text)), null, Text },
        { "t.zip", Zip(("folder/", ""), ("folder/t.csv", Text), ("__MACOSX/._t.csv", "x"), (".DS_Store", "x")), null, Text },
        { "t.zip", Zip(("a.csv", "x"), ("b.csv", Text)), "b.csv", Text },
        { "t.csv.zst", Zstd(Encoding.UTF8.GetBytes(Text)), null, Text },
        { "t.csv.zst", [.. Zstd("id,name\n1,a\n"u8.ToArray()), .. Zstd("2,b\n"u8.ToArray())], null, Text },
        { "t.tar", Tar(("../../etc/t.csv", Text)), null, Text },
        { "t.tar", Tar(("a.csv", "x"), ("._b.csv", "y"), ("b.csv", Text)), "b.csv", Text },
        { "t.tgz", GzipBytes(Tar(("a.csv", "x"), ("b.csv", Text))), "b.csv", Text },
        { "t.tar.zst", Zstd(Tar(("t.csv", Text))), null, Text },
    };

    [Theory]
    [MemberData(nameof(Packed))]
    public void What_is_packed_is_read_whatever_it_is_called(string name, byte[] content, string? member, string expected)
    {
        using var source = OpenedSource.Open(Write(name, content), With(member));
        Assert.Equal(expected, ReadAll(source));
        source.Unpack();
        Assert.Equal(expected, ReadAll(source));
        Assert.Equal(expected.Length, source.Length);
    }

    /// <summary>Content, the member asked for, code, and a part of the message.</summary>
    public static TheoryData<byte[], string?, string, string> Refused => new()
    {
        { Gzip(string.Concat(Enumerable.Range(0, 20_000)))[..20_000], null, "source.damaged", "cannot be unpacked" },
        { Damage(Gzip(string.Concat(Enumerable.Range(0, 20_000))), 8_000), null, "source.damaged", "cannot be unpacked" },
        { Damage(Gzip(Text), -5), null, "source.damaged", "cannot be unpacked" },
        { Zip(("t.csv", string.Concat(Enumerable.Range(0, 20_000))))[..20_000], null, "source.damaged", "cannot be unpacked" },
        { Damage(Zip(("t.csv", string.Concat(Enumerable.Range(0, 20_000)))), 8_000), null, "source.damaged", "cannot be unpacked" },
        { Zip(("a.csv", "x"), ("b.csv", "y")), null, "source.archive", "holds 2 files: 'a.csv', 'b.csv'" },
        { Zip(("a.csv", "x"), ("b.csv", "y")), "c.csv", "source.archive", "no file 'c.csv'" },
        { Zip(("a.csv", "x"), ("a.csv", "y")), "a.csv", "source.archive", "more than one file 'a.csv'" },
        { Zip(("folder/", "")), null, "source.archive", "holds no file" },
        { Zip(("[Content_Types].xml", "x"), ("xl/workbook.xml", "y")), null, "source.binary", "Excel workbook" },
        { Encrypted(), null, "source.archive", "is encrypted" },
        { Tar(("a.csv", "x"), ("b.csv", "y")), null, "source.archive", "holds 2 files: 'a.csv', 'b.csv'" },
        { Tar(("a.csv", "x"))[..700], null, "source.damaged", "cannot be unpacked" },
        { Zstd(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000))))[..5_000], null, "source.damaged", "cannot be unpacked" },
        { Damage(Zstd(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000)))), 2_000), null, "source.damaged", "cannot be unpacked" },
        { Zstd(new byte[200 << 20]), null, "source.bomb", "far more than its own size" },
        { GzipZeros(200), null, "source.bomb", "far more than its own size" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_cannot_be_unpacked_is_refused_with_the_reason(byte[] content, string? member, string code, string message)
    {
        using var source = OpenedSource.Open(Write("t.bin", content), With(member));
        var failure = Assert.Throws<DbVcException>(() => source.Unpack());
        Assert.Equal(code, failure.Code);
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private static SourceSpec With(string? member) => new("csv", "t.csv", CsvOptions.Default) { Member = member };

    [Fact]
    public void A_file_that_vanishes_is_read_to_its_end_and_one_that_grows_has_one()
    {
        var path = Write("t.csv", Encoding.UTF8.GetBytes(Text));
        using var source = OpenedSource.Open(path);
        File.AppendAllText(path, "3,c\n");
        Assert.Equal(Text, ReadAll(source));
        Assert.Equal("source.unstable", Assert.Throws<DbVcException>(source.RequireUnchanged).Code);
        using var other = OpenedSource.Open(path);
        File.Delete(path);
        other.RequireUnchanged();
        Assert.Equal(Text + "3,c\n", ReadAll(other));
    }

    [Fact]
    public void A_file_that_is_written_over_is_found_out()
    {
        var path = Write("t.csv", Encoding.UTF8.GetBytes(Text));
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        using var source = OpenedSource.Open(path);
        File.WriteAllText(path, Text.Replace('a', 'x'));
        Assert.Equal("source.unstable", Assert.Throws<DbVcException>(source.RequireUnchanged).Code);
    }

    private static string ReadAll(OpenedSource source)
    {
        using var reader = new StreamReader(source.OpenStream());
        return reader.ReadToEnd();
    }

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    private static byte[] Gzip(string text) => GzipBytes(Encoding.UTF8.GetBytes(text));

    private static byte[] GzipBytes(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }

    private static byte[] GzipZeros(int megabytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var i = 0; i < megabytes; i++) gzip.Write(new byte[1024 * 1024]);
        }

        return packed.ToArray();
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return packed.ToArray();
    }

    /// <summary>The flag that says so is set, in the file's header and in the directory.</summary>
    private static byte[] Encrypted()
    {
        var packed = Zip(("t.csv", Text));
        packed[6] |= 1;
        packed[packed.AsSpan().IndexOf("PK\x01\x02"u8) + 8] |= 1;
        return packed;
    }

    private static byte[] Damage(byte[] packed, int at)
    {
        packed[at < 0 ? packed.Length + at : at] ^= 0x55;
        return packed;
    }

    private static byte[] Zstd(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var zstd = new ZstdSharp.CompressionStream(packed))
        {
            // As the program of that name does; without it damage is seen only where it breaks the form.
            zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            zstd.Write(content);
        }

        return packed.ToArray();
    }

    private static byte[] Tar(params (string Name, string Content)[] files)
    {
        using var packed = new MemoryStream();
        using (var tar = new TarWriter(packed))
        {
            foreach (var (name, content) in files)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
        }

        return packed.ToArray();
    }
}
