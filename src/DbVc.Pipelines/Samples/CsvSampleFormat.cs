using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Sample records as CSV, with all that the dialect asks for.</summary>
internal sealed class CsvSampleFormat(PipelineSpec spec) : SampleFormat
{
    private readonly CsvOptions _csv = spec.Source.Csv;

    public override string? Header => _csv.HasHeader ? WriteHeader(spec.SourceColumns) : null;

    public override (string Before, string Between, string After) Frame
    {
        get
        {
            var before = string.Concat(Enumerable.Repeat("Before the header\n", _csv.SkipRows));
            var after = _csv.FooterText is { } text ? text + "\n" : string.Concat(Enumerable.Repeat("After the records\n", _csv.FooterRows));
            return (before, "\n", "\n" + after);
        }
    }

    /// <summary>A name that stands above itself is the same name.</summary>
    public string WriteHeader(IEnumerable<string> columns) => string.Join('\n', Enumerable.Repeat(Join(columns), _csv.HeaderRows));

    public override (string Record, string Name, string Rule) Unreadable(IReadOnlyList<string?> record) =>
        (Write(record) + _csv.Delimiter + "one more", "A_record_with_too_many_fields_is_rejected", "ragged");

    public override bool CanWrite(IReadOnlyList<string?> record)
    {
        var tokens = _csv.NullTokens;
        return record.All(c => c is null ? tokens.Count > 0 : !tokens.Contains(c) && !c.Contains('\0', StringComparison.Ordinal) && CanWrite(c))
            && (_csv.Quote is not null || record.Count > 1 || record[0]?.Length > 0);
    }

    public override string Write(IReadOnlyList<string?> record)
    {
        var tokens = _csv.NullTokens;
        var cells = record.Select(c => c ?? (tokens.Contains("") ? "" : tokens.Count > 0 ? tokens[0] : ""));
        return record.Count == 1 && cells.Single().Length == 0 ? $"{_csv.Quote}{_csv.Quote}" : Join(cells);
    }

    private string Join(IEnumerable<string> cells) => string.Join(_csv.Delimiter, cells.Select(Enclose));

    private bool CanWrite(string cell) => _csv.Quote is not null || (!NeedsQuotes(cell) && _csv.Escape is null);

    private bool NeedsQuotes(string cell) =>
        cell.IndexOfAny([_csv.Delimiter, _csv.Quote ?? '\n', '\r', '\n']) >= 0 || (_csv.Comment is { } comment && cell.StartsWith(comment));

    private string Enclose(string cell)
    {
        if (_csv.Escape is { } escape) cell = cell.Replace(escape.ToString(), $"{escape}{escape}", StringComparison.Ordinal);
        if (!NeedsQuotes(cell) || _csv.Quote is not { } quote) return cell;
        return quote + cell.Replace(quote.ToString(), $"{quote}{quote}", StringComparison.Ordinal) + quote;
    }
}
