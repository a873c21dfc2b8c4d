using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Says how a source is written: what every source has, and what is not as usual.</summary>
internal static class SourceWords
{
    public static string Of(SourceSpec source) => source.Reshape is { } reshape
        ? $"{Of(reshape.Of)}, reshaped in {reshape.Steps.Count} {(reshape.Steps.Count == 1 ? "step" : "steps")}"
        : source.Fetch is { } fetch
        ? string.Join(", ", [fetch.Describe(), .. Exploded(source.Json)])
        : source.Table is { } table ? string.Join(", ", [table.Describe(), .. Exploded(source.Json)])
        : string.Join(", ", source.Json is { } json ? Json(json) : Csv(source.Csv, source.LineEnds));

    private static IEnumerable<string> Csv(CsvOptions csv, string? lineEnds)
    {
        yield return $"CSV in {csv.Encoding}";
        yield return $"{DialectDetector.NameOf(csv.Delimiter)} between fields";
        if (csv.TrailingDelimiter) yield return "one more at the end of each record";
        if (csv.Quote is null) yield return "no quotes";
        else if (csv.Quote != '"') yield return $"{csv.Quote} around fields";
        if (csv.Escape is { } escape) yield return $"{escape} before marks that mean nothing";
        if (csv.Comment is { } comment) yield return $"lines from {comment} on are comments";
        if (csv.SkipRows > 0) yield return $"after {csv.SkipRows} lines that are passed over";
        yield return csv.HasHeader ? "with a header" : "without header";
        if (csv.FooterText is { } text) yield return $"up to the line that starts with '{text}'";
        else if (csv.FooterRows > 0) yield return $"without its last {Lines(csv.FooterRows)}";
        if (lineEnds is "CR" or "CRLF" or "mixed") yield return $"line ends {lineEnds}";
    }

    private static IEnumerable<string> Json(JsonOptions json)
    {
        var form = json.Form switch { JsonForm.Lines => "JSON Lines", JsonForm.Array => "a JSON array", _ => "JSON values one after the other" };
        yield return $"{form} in {json.Encoding}";
        if (json.Records.Length > 0) yield return $"at {json.Records}";
        foreach (var part in Exploded(json)) yield return part;
    }

    private static IEnumerable<string> Exploded(JsonOptions? json) =>
        json is { Explode.Length: > 0 } ? [$"a record for each element of {json.Explode}"] : [];

    private static string Lines(int count) => count == 1 ? "line" : $"{count} lines";
}
