namespace DbVc.Fetching;

/// <summary>Reads the header Link (RFC 8288).</summary>
internal static class LinkHeader
{
    /// <summary>The target of the first link whose relation is next; null where there is none.</summary>
    public static string? FindNext(string header)
    {
        for (var at = 0; header.IndexOf('<', at) is >= 0 and var start;)
        {
            var end = header.IndexOf('>', start);
            if (end < 0) return null;
            var isNext = ReadParameters(header, end + 1, out at);
            if (isNext) return header[(start + 1)..end].Trim();
        }

        return null;
    }

    /// <summary>Reads up to the comma before the next link; commas in quotes are text.</summary>
    private static bool ReadParameters(string header, int from, out int end)
    {
        var (quoted, isNext, begin) = (false, false, from);
        for (end = from; end < header.Length; end++)
        {
            if (header[end] == '"') quoted = !quoted;
            else if (header[end] == '\\' && quoted) end++;
            else if (!quoted && header[end] is ';' or ',')
            {
                if (quoted) continue;
                isNext |= IsNext(header[begin..end]);
                begin = end + 1;
                if (header[end] == ',') return isNext;
            }
        }

        end = Math.Min(end, header.Length);
        return isNext | IsNext(header[Math.Min(begin, header.Length)..]);
    }

    private static bool IsNext(string parameter) => parameter.Split('=', 2) is [var name, var value]
        && name.Trim().Equals("rel", StringComparison.OrdinalIgnoreCase)
        && value.Trim().Trim('"').Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains("next", StringComparer.OrdinalIgnoreCase);
}
