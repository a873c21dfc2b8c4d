using System.Buffers;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>Facts about the bytes of a record that only unusual records need.</summary>
internal static class CsvText
{
    /// <summary>Line ends inside a record; CRLF counts once.</summary>
    public static int CountLineEnds(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == bytes.Length || bytes[i + 1] != '\n'))) count++;
        }

        return count;
    }

    /// <summary>The offset of the first byte that is not UTF-8, or -1.</summary>
    public static int FindInvalidUtf8(ReadOnlySpan<byte> bytes)
    {
        var offset = 0;
        while (offset < bytes.Length)
        {
            if (Rune.DecodeFromUtf8(bytes[offset..], out _, out var consumed) != OperationStatus.Done) return offset;
            offset += consumed;
        }

        return -1;
    }
}
