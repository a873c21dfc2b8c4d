using System.Buffers.Binary;
using System.Security.Cryptography;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>What a record of an export file holds.</summary>
internal enum ExportKind : byte
{
    /// <summary>Always the first: <see cref="ExportManifest"/> as JSON.</summary>
    Manifest = (byte)'M',

    /// <summary>A branch or tag: its hash, then its name.</summary>
    Ref = (byte)'R',

    /// <summary>A document: collection, 00, id, 00, body.</summary>
    Document = (byte)'D',

    /// <summary>A commit's canonical bytes; parents come before children.</summary>
    Commit = (byte)'C',

    /// <summary>A chunk's bytes.</summary>
    Chunk = (byte)'K',

    /// <summary>Always the last: <see cref="ExportCounts"/> as JSON.</summary>
    End = (byte)'E',
}

/// <summary>
/// The bytes of an export file; part of the format. It begins with the eight letters DBVCEXPT and a version (4 bytes, little endian). Then
/// records: kind (1 byte), length (4 bytes, little endian), content, and a seal: the first 8 bytes of the SHA-256 of the seal before (at first
/// 8 zeros), kind, length and content. So every byte is covered, records cannot be left out or change places, and the place of a fault is known.
/// </summary>
internal static class ExportFormat
{
    public const int Version = 1;
    public const int HeaderSize = 12;
    public const int FrameSize = 5;
    public const int SealSize = 8;

    /// <summary>Longer content is no chunk that any tree makes; a forged length must not cost memory.</summary>
    public const int MaxContent = 256 << 20;

    public static ReadOnlySpan<byte> Magic => "DBVCEXPT"u8;

    public static void WriteFrame(Span<byte> destination, ExportKind kind, int length)
    {
        destination[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(destination[1..], length);
    }

    /// <summary>The next seal, over the one before.</summary>
    public static void Seal(IncrementalHash hash, Span<byte> seal, ReadOnlySpan<byte> frame, ReadOnlySpan<byte> content)
    {
        Span<byte> full = stackalloc byte[SHA256.HashSizeInBytes];
        hash.AppendData(seal);
        hash.AppendData(frame);
        hash.AppendData(content);
        hash.GetHashAndReset(full);
        full[..SealSize].CopyTo(seal);
    }
}

/// <summary>What an export file is about.</summary>
/// <param name="Name">The repository's name, for people.</param>
/// <param name="Engine">The engine of its live database.</param>
/// <param name="Created">When it was written, UTC.</param>
public sealed record ExportManifest(string Name, string Engine, DateTimeOffset Created);

/// <summary>How many records of each kind a file holds.</summary>
public sealed record ExportCounts(long Refs, long Documents, long Commits, long Chunks);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(ExportManifest))]
[System.Text.Json.Serialization.JsonSerializable(typeof(ExportCounts))]
internal sealed partial class ExportJson : System.Text.Json.Serialization.JsonSerializerContext;

/// <summary>A document that travels with an export.</summary>
public sealed record ExportDocument(string Collection, string Id, byte[] Body);

/// <summary>A branch or tag that travels with an export.</summary>
public sealed record ExportRef(string Name, CommitId Commit);
