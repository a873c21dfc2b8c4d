using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DbVc.PipelineRuntime;

/// <summary>The payload of all frames but batches: a JSON header and blobs, each with its length (4 bytes, little endian) before it.</summary>
internal static class WireMessage
{
    private const int MaxBlobs = 4096;

    public static void Write<T>(Stream stream, FrameKind kind, T header, JsonTypeInfo<T> type, params IReadOnlyList<ReadOnlyMemory<byte>> blobs)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(header, type);
        var total = 4L + json.Length + blobs.Sum(blob => 4L + blob.Length);
        if (total > WireLimits.MessageFrameBytes)
            throw new WireException($"a message of {total} bytes is too large");
        var frame = new byte[WireLimits.HeaderBytes + total];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(1), (uint)total);
        var position = Append(frame, WireLimits.HeaderBytes, json);
        foreach (var blob in blobs)
            position = Append(frame, position, blob.Span);
        stream.Write(frame);
        stream.Flush();
    }

    /// <summary>Reads header and blobs; the blobs are copies.</summary>
    public static (T Header, byte[][] Blobs) Read<T>(ReadOnlySpan<byte> payload, JsonTypeInfo<T> type)
        where T : class
    {
        var position = 0;
        var json = Next(payload, ref position);
        var blobs = new List<byte[]>();
        while (position < payload.Length)
        {
            if (blobs.Count == MaxBlobs)
                throw new WireException("a message has too many blobs");
            blobs.Add(Next(payload, ref position).ToArray());
        }
        try
        {
            return (JsonSerializer.Deserialize(json, type) ?? throw new WireException("a message header is null"), [.. blobs]);
        }
        catch (JsonException error)
        {
            throw new WireException($"a message header is no valid JSON: {error.Message}");
        }
    }

    private static int Append(byte[] frame, int position, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(position), (uint)part.Length);
        part.CopyTo(frame.AsSpan(position + 4));
        return position + 4 + part.Length;
    }

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> payload, ref int position)
    {
        if (payload.Length - position < 4)
            throw new WireException("a message is cut off");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(payload[position..]);
        position += 4;
        if (length > (uint)(payload.Length - position))
            throw new WireException("a message part is longer than its message");
        var part = payload.Slice(position, (int)length);
        position += (int)length;
        return part;
    }
}
