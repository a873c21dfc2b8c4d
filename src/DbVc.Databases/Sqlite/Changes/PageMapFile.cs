using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace DbVc.Databases;

/// <summary>
/// Keeps a map of pages in a file of its own, which appears whole or not at all. A mark names the file; a file that is missing, cut off or damaged
/// only means that the database has to be read.
/// </summary>
/// <param name="folder">Private: who knows the seed could make a page that looks unchanged.</param>
/// <param name="database">Whose pages they are.</param>
internal sealed class PageMapFile(string folder, string database)
{
    private const uint Magic = 0x64_76_70_01;
    private const int DigestSize = 16;

    private readonly string _prefix = Convert.ToHexStringLower(XxHash64.Hash(Encoding.UTF8.GetBytes(database)));

    /// <summary>Writes a map; the others of this database but <paramref name="keep"/> go. Returns its name.</summary>
    public string Write(PageMap map, string? keep)
    {
        Directory.CreateDirectory(folder);
        var name = $"{_prefix}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var path = Path.Combine(folder, name);
        using (var stream = SqliteClone.CreateFile(path + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite))
        {
            stream.Write(Encode(map));
        }

        try
        {
            File.Move(path + ".new", path);
        }
        catch (FileNotFoundException)
        {
            // Another command wrote its own map and took this one for what a killed one left: the database is read again next time.
        }

        foreach (var old in Directory.EnumerateFiles(folder, _prefix + "-*"))
        {
            if (Path.GetFileName(old) is var file && file != name && file != keep) File.Delete(old);
        }

        return name;
    }

    /// <summary>The map in a file of that name; null if it cannot be believed.</summary>
    public PageMap? Read(string name)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept("0123456789abcdef-")) return null;
        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(folder, name));
            if (bytes.Length < DigestSize) return null;
            var (content, digest) = (bytes.AsMemory(0, bytes.Length - DigestSize), bytes.AsMemory(bytes.Length - DigestSize));
            return XxHash128.Hash(content.Span).AsSpan().SequenceEqual(digest.Span) ? Decode(content.Span) : null;
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Removes all maps of a database that goes away.</summary>
    public void Drop()
    {
        if (!Directory.Exists(folder)) return;
        foreach (var old in Directory.EnumerateFiles(folder, _prefix + "-*")) File.Delete(old);
    }

    private static byte[] Encode(PageMap map)
    {
        using var stream = new MemoryStream((int)Math.Min(int.MaxValue, 64 + (map.PageCount * 21L)));
        using var writer = new BinaryWriter(stream);
        writer.Write(Magic);
        writer.Write(map.PageSize);
        writer.Write(map.UsableSize);
        writer.Write(map.PageCount);
        writer.Write(map.Seed);
        writer.Write(map.Roots.Count);
        foreach (var (name, root) in map.Roots)
        {
            writer.Write(name);
            writer.Write(root);
        }

        writer.Write(MemoryMarshal.AsBytes(map.Hashes.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(map.Owners.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(map.Spills.AsSpan()));
        writer.Write(XxHash128.Hash(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    private static PageMap? Decode(ReadOnlySpan<byte> bytes)
    {
        using var stream = new MemoryStream(bytes.ToArray());
        using var reader = new BinaryReader(stream);
        if (reader.ReadUInt32() != Magic) return null;
        var map = PageMap.Create(reader.ReadInt32(), reader.ReadInt32(), reader.ReadUInt32(), reader.ReadInt64());
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var name = reader.ReadString();
            map.Roots[name] = reader.ReadUInt32();
        }

        stream.ReadExactly(MemoryMarshal.AsBytes(map.Hashes.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(map.Owners.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(map.Spills.AsSpan()));
        return map;
    }
}
