using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Reads how many of the rows must pass: <c>at least 95 % of …</c> before a rule, <c>in at least 95 % of rows</c> after it.</summary>
internal static class ShareParser
{
    public static decimal? TryParsePrefix(TokenReader reader)
    {
        var start = reader.Index;
        if (TryTakeShare(reader) is not { } share || !reader.Accept("of"))
        {
            reader.Index = start;
            return null;
        }

        if (reader.AcceptAny("all the rows", "all rows", "the rows", "rows", "all the records", "the records", "records"))
        {
            if (!reader.AcceptSymbol(":") && !reader.AcceptSymbol(",")) reader.AcceptAny("must have that", "must satisfy that", "must satisfy", "satisfy");
        }

        return share;
    }

    public static decimal? TryParseSuffix(TokenReader reader)
    {
        var start = reader.Index;
        reader.AcceptAny("in", "for");
        if (TryTakeShare(reader) is { } share)
        {
            reader.Accept("of");
            reader.AcceptAny("all", "the");
            if (reader.AcceptAny("rows", "records", "cases", "values", "the rows")) return share;
        }

        reader.Index = start;
        return null;
    }

    private static decimal? TryTakeShare(TokenReader reader)
    {
        reader.AcceptAny("at least", "a minimum of", "no less than", "mostly");
        if (reader.Current.Kind != TokenKind.Number) return null;
        var isShare = reader.Peek(1).IsSymbol("%") || reader.Peek(1).Is("percent");
        if (!isShare || !decimal.TryParse(reader.Current.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)) return null;
        reader.Take();
        reader.Take();
        return percent / 100;
    }
}
