using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads <c>source</c>: a location, or an object.</summary>
internal sealed class SourceReader(ProblemList problems, List<string> assumptions)
{
    public SourceSpec? Read(JsonValue root, IReadOnlyList<PipelineField> fields)
    {
        var source = problems.Require(root, "source");
        switch (source?.Kind)
        {
            case null:
                return null;
            case JsonKind.String:
                return ReadShort(source);
            case JsonKind.Object:
                return ReadLong(source, fields);
            default:
                problems.Add(source, $"'source' must be a location or an object, not {source.Describe()}.");
                return null;
        }
    }

    private SourceSpec? ReadShort(JsonValue source)
    {
        if (source.Text.Trim().Length == 0)
        {
            problems.Add(source, "'source' is empty.");
            return null;
        }

        var type = InferType(source);
        if (type is null || !CheckType(source, type)) return null;
        assumptions.Add("The source is CSV in UTF-8 with a header row and commas, empty cells are NULL.");
        return new SourceSpec(type, source.Text, new CsvOptions { Delimiter = DelimiterOf(source.Text) });
    }

    private SourceSpec? ReadLong(JsonValue source, IReadOnlyList<PipelineField> fields)
    {
        problems.RefuseUnknown(source, "type", "location", "encoding", "delimiter", "header", "null_tokens", "description");
        var location = problems.Text(source, "location", required: true);
        var type = problems.Text(source, "type") ?? (location is null || source.Find("type") is not null ? null : InferType(source.Find("location")!));
        if (type is null || !CheckType(source.Find("type") ?? source, type)) return null;
        var options = new CsvOptions
        {
            Encoding = ReadEncoding(source),
            Delimiter = ReadDelimiter(source, location ?? ""),
            HasHeader = problems.Truth(source, "header") ?? true,
            NullTokens = ReadNullTokens(source),
        };
        if (!options.HasHeader) options = options with { FieldNames = [.. fields.Select(f => f.HeaderName)] };
        return location is null ? null : new SourceSpec("csv", location, options);
    }

    private string? InferType(JsonValue location)
    {
        var text = location.Text;
        if (text.Contains("://", StringComparison.Ordinal)) return text.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? "api" : "database";
        var extension = Path.GetExtension(text).ToLowerInvariant();
        switch (extension)
        {
            case ".csv" or ".tsv" or ".txt":
                return "csv";
            case ".json" or ".jsonl" or ".ndjson":
                return "json";
            case ".db" or ".sqlite" or ".sqlite3":
                return "database";
            default:
                problems.Add(location, $"The type of '{text}' cannot be told from its name.", "write source as an object with \"type\": \"csv\".");
                return null;
        }
    }

    private bool CheckType(JsonValue at, string type)
    {
        switch (type.ToLowerInvariant())
        {
            case "csv":
                return true;
            case "json" or "api" or "database":
                problems.Add(at, $"Sources of type '{type}' are not supported yet.", "supported today: csv.");
                return false;
            default:
                var nearest = Suggestion.Nearest(type, ["csv", "json", "api", "database"]);
                problems.Add(at, $"'{type}' is no source type.", nearest is null ? "supported today: csv." : $"did you mean '{nearest}'?");
                return false;
        }
    }

    private string ReadEncoding(JsonValue source)
    {
        var name = problems.Text(source, "encoding");
        if (name is null) return "utf-8";
        if (CsvOptions.FindEncoding(name) is { } known) return known;
        var nearest = Suggestion.Nearest(name, CsvOptions.Encodings);
        problems.Add(source.Find("encoding")!, $"The encoding '{name}' is not supported.",
            nearest is null ? $"supported: {string.Join(", ", CsvOptions.Encodings)}." : $"did you mean '{nearest}'?");
        return "utf-8";
    }

    private char ReadDelimiter(JsonValue source, string location)
    {
        var text = problems.Text(source, "delimiter", mayBeEmpty: true);
        if (text is null) return DelimiterOf(location);
        if (text is "\\t" or "tab") return '\t';
        if (text.Length == 1 && char.IsAscii(text[0]) && text[0] is not ('"' or '\r' or '\n' or '\0')) return text[0];
        problems.Add(source.Find("delimiter")!, "'delimiter' must be one ASCII character, no quote and no line break.");
        return ',';
    }

    private IReadOnlyList<string> ReadNullTokens(JsonValue source)
    {
        var tokens = source.Find("null_tokens");
        if (tokens is null) return CsvOptions.Default.NullTokens;
        if (tokens.Kind == JsonKind.Array && tokens.Items.All(i => i.Kind == JsonKind.String)) return [.. tokens.Items.Select(i => i.Text).Distinct()];
        problems.Add(tokens, "'null_tokens' must be a list of texts.");
        return CsvOptions.Default.NullTokens;
    }

    private static char DelimiterOf(string location) => location.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',';
}
