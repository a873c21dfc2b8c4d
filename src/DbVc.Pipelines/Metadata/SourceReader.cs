using System.Globalization;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads <c>source</c>: a location, or an object.</summary>
internal sealed class SourceReader(ProblemList problems, List<string> assumptions)
{
    private const int MostLines = 10_000;
    private static readonly string[] s_types = ["csv", "json", "jsonl", "excel", "parquet", "api", "database"];
    private static readonly string[] s_all = ["type", "location", "null_tokens", "reshape", "description"];

    /// <summary>Members that only some types have.</summary>
    private static readonly (string[] Types, string[] Members)[] s_groups =
    [
        (["csv", "json"], ["member", "encoding"]),
        (["json", "api"], ["records"]),
        (["json", "excel", "parquet", "api", "database"], ["explode"]),
        (["excel"], ["sheet"]),
        (["csv", "excel"], ["header", "skip_rows", "skip"]),
        (["api", "database"], ["query", "incremental", "limits"]),
        (["database"], DatabaseReader.Members),
        (["api"], ApiReader.Members),
        (["csv"], ["delimiter", "quote", "escape", "comment", "footer", "trailing_delimiter", "decimal", "thousands"]),
    ];

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
        if (type is "api" or "database") return ReadFetched(type, source, source, source.Text);
        if (type is "excel" or "parquet") return ReadTable(type, source, source.Text, []);
        assumptions.Add(type == "csv" ? "The source is CSV with a header row; empty cells are NULL."
            : "The source is JSON; null and what is not there are NULL.");
        return type == "csv"
            ? new SourceSpec(type, source.Text, new CsvOptions { Delimiter = DelimiterOf(source.Text) })
            : new SourceSpec("json", source.Text, CsvOptions.Default) { Json = JsonOptions.Default, Declared = FormOf(type) };
    }

    private SourceSpec? ReadLong(JsonValue source, IReadOnlyList<PipelineField> fields)
    {
        if (ReadPlain(source, fields) is not { } plain) return null;
        var mark = source.Find("decimal") is { Text: "," or "comma" } ? DecimalMark.Comma : DecimalMark.Point;
        return new ReshapeReader(problems, plain, mark).Read(source);
    }

    /// <summary>The source before it is reshaped.</summary>
    private SourceSpec? ReadPlain(JsonValue source, IReadOnlyList<PipelineField> fields)
    {
        problems.RefuseUnknown(source, [.. s_all, .. s_groups.SelectMany(g => g.Members)]);
        var location = problems.Text(source, "location", required: true);
        var type = problems.Text(source, "type") ?? (location is null || source.Find("type") is not null ? null : InferType(source.Find("location")!));
        if (type is null || !CheckType(source.Find("type") ?? source, type)) return null;
        type = Canonical(type);
        RefuseForeign(source, type is "jsonl" or "ndjson" ? "json" : type);
        if (type is "excel" or "parquet") return location is null ? null : ReadTable(type, source, location, fields);
        if (type is "api" or "database") return location is null ? null : ReadFetched(type, source, source.Find("location")!, location);
        var csv = type == "csv" ? ReadCsv(source, location ?? "", fields) : CsvOptions.Default;
        var json = type == "csv" ? null : ReadJson(source);
        if (location is null) return null;
        return new SourceSpec(type == "csv" ? "csv" : "json", location, csv)
        {
            Json = json,
            Member = problems.Text(source, "member"),
            Declared = [.. source.Members.Select(m => m.Name == "skip" ? "skip_rows" : m.Name), .. FormOf(type)],
        };
    }

    private void RefuseForeign(JsonValue source, string type)
    {
        foreach (var (types, members) in s_groups.Where(g => !g.Types.Contains(type)))
        {
            foreach (var member in source.Members.Where(m => members.Contains(m.Name)))
            {
                problems.Add(member.Value, $"'{member.Name}' is for sources of type {string.Join(" or ", types)}.");
            }
        }
    }

    /// <summary>What was fetched is read as JSON Lines, which the host wrote.</summary>
    private SourceSpec? ReadFetched(string type, JsonValue source, JsonValue at, string location)
    {
        FetchSpec? fetch = type == "api" ? new ApiReader(problems, source).Read(at, location) : new DatabaseReader(problems, source).Read(at, location);
        if (fetch is null) return null;
        return new SourceSpec(type, location, CsvOptions.Default)
        {
            Json = JsonOptions.Default with { Explode = ReadPath(source, "explode", onlyNames: false), NullTokens = ReadNullTokens(source, []) },
            Fetch = fetch,
            IsFound = true,
        };
    }

    /// <summary>The rows of a workbook or a Parquet file are read as JSON Lines, which the host writes.</summary>
    private SourceSpec ReadTable(string type, JsonValue source, string location, IReadOnlyList<PipelineField> fields) => new(type, location, CsvOptions.Default)
    {
        Json = JsonOptions.Default with { Explode = ReadPath(source, "explode", onlyNames: false), NullTokens = ReadNullTokens(source, []) },
        Table = new TableFile(type == "excel" ? TableFormat.Excel : TableFormat.Parquet)
        {
            Sheet = problems.Text(source, "sheet"),
            SkipRows = ReadSkippedRows(source),
            FieldNames = problems.Truth(source, "header") == false ? [.. fields.SelectMany(f => f.SourceColumns).Distinct()] : null,
        },
        IsFound = true,
    };

    private CsvOptions ReadCsv(JsonValue source, string location, IReadOnlyList<PipelineField> fields)
    {
        var (rows, text) = ReadFooter(source.Find("footer"));
        var options = new CsvOptions
        {
            Encoding = ReadEncoding(source),
            Delimiter = ReadMark(source, "delimiter", mayBeNone: false) ?? DelimiterOf(location),
            Quote = source.Find("quote") is null ? '"' : ReadMark(source, "quote"),
            Escape = ReadMark(source, "escape"),
            Comment = ReadMark(source, "comment"),
            SkipRows = ReadSkippedRows(source),
            FooterRows = rows,
            FooterText = text,
            TrailingDelimiter = problems.Truth(source, "trailing_delimiter") ?? false,
            HasHeader = problems.Truth(source, "header") ?? true,
            NullTokens = ReadNullTokens(source, CsvOptions.Default.NullTokens),
        };
        char?[] marks = [options.Delimiter, options.Quote, options.Comment];
        if (marks.OfType<char>().GroupBy(m => m).Any(g => g.Count() > 1) || options.Escape == options.Delimiter)
        {
            problems.Add(source, "'delimiter', 'quote', 'escape' and 'comment' must be different characters.");
        }

        return options.HasHeader ? options : options with { FieldNames = [.. fields.SelectMany(f => f.SourceColumns).Distinct()] };
    }

    private int ReadSkippedRows(JsonValue source)
    {
        if (source.Find("skip_rows") is not null && source.Find("skip") is { } again)
        {
            problems.Add(again, "Both 'skip' and 'skip_rows' are given; one is enough.");
        }

        return problems.Whole(source, "skip_rows", 0, MostLines) ?? problems.Whole(source, "skip", 0, MostLines) ?? 0;
    }

    private JsonOptions ReadJson(JsonValue source) => new()
    {
        Encoding = ReadEncoding(source),
        Records = ReadPath(source, "records", onlyNames: true),
        Explode = ReadPath(source, "explode", onlyNames: false),
        NullTokens = ReadNullTokens(source, []),
    };

    private string ReadPath(JsonValue source, string name, bool onlyNames)
    {
        var text = problems.Text(source, name);
        if (text is null || text.Trim() == "$") return "";
        if (JsonPath.TryParse(text, out var steps) && !(onlyNames && steps.Any(s => s is int))) return JsonPath.Write(steps);
        problems.Add(source.Find(name)!, $"'{text}' is no path {(onlyNames ? "of names" : "in a record")}.",
            "write for example \"data.items\" or \"['my data'].items\".");
        return "";
    }

    private string? InferType(JsonValue location)
    {
        var text = location.Text;
        if (text.Contains("://", StringComparison.Ordinal)) return text.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? "api" : "database";
        switch (Path.GetExtension(SourceUnpacker.NameInside(text)).ToLowerInvariant())
        {
            case ".xlsx" or ".xlsm":
                return "excel";
            case ".parquet" or ".pq":
                return "parquet";
            case ".csv" or ".tsv" or ".txt":
                return "csv";
            case ".json" or ".geojson":
                return "json";
            case ".jsonl" or ".ndjson":
                return "jsonl";
            case ".db" or ".sqlite" or ".sqlite3":
                return "database";
            default:
                problems.Add(location, $"The type of '{text}' cannot be told from its name.", "write source as an object with \"type\": \"csv\".");
                return null;
        }
    }

    private bool CheckType(JsonValue at, string type)
    {
        switch (Canonical(type))
        {
            case "csv" or "json" or "jsonl" or "ndjson" or "excel" or "parquet" or "api" or "database":
                return true;
            default:
                var nearest = Suggestion.Nearest(type, s_types);
                problems.Add(at, $"'{type}' is no source type.",
                    nearest is null ? "supported: csv, json, jsonl, excel, parquet, api, database." : $"did you mean '{nearest}'?");
                return false;
        }
    }

    private static string Canonical(string type) => type.ToLowerInvariant() is var lower && lower is "xlsx" or "xlsm" ? "excel" : lower;

    private string ReadEncoding(JsonValue source)
    {
        var name = problems.Text(source, "encoding");
        if (name is null) return "utf-8";
        if (TextEncodings.Find(name) is { } known) return known;
        var nearest = Suggestion.Nearest(name, TextEncodings.Names);
        problems.Add(source.Find("encoding")!, $"The encoding '{name}' is not supported.",
            nearest is null ? $"supported: {string.Join(", ", TextEncodings.Names)}." : $"did you mean '{nearest}'?");
        return "utf-8";
    }

    /// <summary>One character; null when there is none, or when it says so.</summary>
    private char? ReadMark(JsonValue source, string name, bool mayBeNone = true)
    {
        var text = problems.Text(source, name, mayBeEmpty: true);
        if (text is null || (mayBeNone && text is "" or "none")) return null;
        if (text is "\\t" or "tab") return '\t';
        if (text.Length == 1 && CsvOptions.IsMark(text[0]) && (name != "delimiter" || text[0] != '"')) return text[0];
        problems.Add(source.Find(name)!, name == "delimiter"
            ? "'delimiter' must be one ASCII character, no quote and no line break."
            : $"'{name}' must be one ASCII character and no line break, or none.");
        return null;
    }

    private (int Rows, string? Text) ReadFooter(JsonValue? footer)
    {
        switch (footer?.Kind)
        {
            case null:
                return (0, null);
            case JsonKind.String when footer.Text.Trim().Length > 0:
                return (0, footer.Text);
            case JsonKind.Number when int.TryParse(footer.Text, CultureInfo.InvariantCulture, out var rows) && rows is >= 0 and <= MostLines:
                return (rows, null);
            default:
                problems.Add(footer,
                    $"'footer' must be how many lines at the end are no records (0 to {MostLines}), or the text that the first of them starts with.");
                return (0, null);
        }
    }

    private IReadOnlyList<string> ReadNullTokens(JsonValue source, IReadOnlyList<string> otherwise)
    {
        var tokens = source.Find("null_tokens");
        if (tokens is null) return otherwise;
        if (tokens.Kind == JsonKind.Array && tokens.Items.All(i => i.Kind == JsonKind.String)) return [.. tokens.Items.Select(i => i.Text).Distinct()];
        problems.Add(tokens, "'null_tokens' must be a list of texts.");
        return otherwise;
    }

    /// <summary>A type that says how records follow each other is as good as a declaration.</summary>
    private static string[] FormOf(string type) => type is "jsonl" or "ndjson" ? ["form"] : [];

    private static char DelimiterOf(string location) => location.Contains(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : ',';
}
