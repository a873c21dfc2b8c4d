using System.Text;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>
/// What shows that a document is as it was written: the hash of collection, id and body, each with its length before it. Part of the on-disk format.
/// </summary>
internal static class DocumentSeal
{
    public static Hash Of(string collection, string id, ReadOnlySpan<byte> body)
    {
        var (first, second) = (Encoding.UTF8.GetBytes(collection), Encoding.UTF8.GetBytes(id));
        using var buffer = new MemoryStream(first.Length + second.Length + body.Length + 12);
        foreach (var part in (byte[][])[first, second])
        {
            buffer.Write(BitConverter.GetBytes(part.Length));
            buffer.Write(part);
        }

        buffer.Write(body);
        return Hash.Of(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
