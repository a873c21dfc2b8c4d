using System.Text;
using System.Text.Unicode;

namespace DbVc.Tests;

/// <summary>A slow CSV parser written byte by byte, to compare the fast one with. The header has two fields.</summary>
internal static class PlainCsv
{
    public static string Read(byte[] source)
    {
        var records = new List<string>();
        var position = Array.IndexOf(source, (byte)'\n') + 1;
        var brokenUntil = 0;
        while (true)
        {
            while (position < source.Length && source[position] is (byte)'\n' or (byte)'\r') position++;
            if (position >= source.Length) return string.Join(" / ", records);
            records.Add(ReadRecord(source, ref position, ref brokenUntil));
        }
    }

    private static string ReadRecord(byte[] source, ref int position, ref int brokenUntil)
    {
        var start = position;
        var fields = new List<byte[]>();
        var badQuote = false;
        while (true)
        {
            fields.Add(ReadField(source, ref position, ref badQuote, start < brokenUntil));
            if (position >= source.Length || source[position] != ',') break;
            position++;
        }

        var raw = source.AsSpan(start, position - start);
        if (badQuote && raw.IndexOfAny((byte)'\n', (byte)'\r') is var lineEnd and >= 0)
        {
            // A record whose quotes do not match ends with its first line.
            brokenUntil = Math.Max(brokenUntil, position);
            position = start + lineEnd;
            raw = raw[..lineEnd];
            fields.Clear();
        }

        if (position < source.Length && source[position] == '\r' && position + 1 < source.Length && source[position + 1] == '\n') position++;
        position++;
        var problem = !Utf8.IsValid(raw) ? "!encoding" : raw.Contains((byte)0) ? "!nul" : badQuote ? "!quote" : fields.Count != 2 ? "!ragged" : "";
        return string.Join('|', fields.Select(Encoding.UTF8.GetString)) + problem;
    }

    private static byte[] ReadField(byte[] source, ref int position, ref bool badQuote, bool afterBroken)
    {
        var field = new List<byte>();
        if (position < source.Length && source[position] == '"')
        {
            position++;
            while (true)
            {
                if (position >= source.Length)
                {
                    badQuote = true;
                    return [.. field];
                }

                if (source[position] != '"')
                {
                    field.Add(source[position++]);
                    continue;
                }

                position++;
                if (position >= source.Length || source[position] != '"') break;
                field.Add((byte)'"');
                position++;
            }

            while (position < source.Length && source[position] is not ((byte)',' or (byte)'\n' or (byte)'\r'))
            {
                badQuote |= source[position++] is not ((byte)' ' or (byte)'\t');
            }

            return [.. field];
        }

        while (position < source.Length && source[position] is not ((byte)',' or (byte)'\n' or (byte)'\r')) field.Add(source[position++]);
        badQuote |= afterBroken && field.Contains((byte)'"');
        return [.. field];
    }
}
