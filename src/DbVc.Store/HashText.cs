using System.Text;
using DbVc.Model;

namespace DbVc.Store;

/// <summary>Finds names of commits and chunks in documents, whatever the document's own format: runs of exactly 40 hexadecimal digits.</summary>
public static class HashText
{
    public static IEnumerable<(int Position, Hash Hash)> Find(ReadOnlyMemory<byte> text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && char.IsAsciiHexDigitLower((char)text.Span[end])) end++;
            if (end - start == Hash.Size * 2 && Hash.TryParse(Encoding.ASCII.GetString(text.Span[start..end]), out var hash)) yield return (start, hash);
            start = end + 1;
        }
    }
}
