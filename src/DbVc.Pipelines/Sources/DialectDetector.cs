using System.Text;
using System.Text.Unicode;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// Finds how a CSV source is written by reading its beginning in each way that is possible. What decides is whether the columns that the metadata
/// declares come out; what the metadata says itself is never changed.
/// </summary>
internal sealed class DialectDetector(PipelineSpec spec, byte[] sample, bool whole, List<string> notes)
{
    private const int MostPreamble = 30;
    private const int MostRecords = 1000;
    private const int LongestShown = 60;

    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    private readonly List<string> _wanted = [.. spec.NeededColumns];

    /// <summary>The line ends that the sample has, in words.</summary>
    public string LineEnds { get; private set; } = "";

    public CsvOptions Detect()
    {
        var options = spec.Source.Csv;
        LineEnds = FindLineEnds();
        options = FindEncoding(options);
        options = FindLayout(options);
        options = FindEscape(options);
        options = FindSingleQuotes(options);
        return FindTrailingDelimiter(options);
    }

    private bool IsDeclared(string member) => spec.Source.Declared.Contains(member);

    private CsvOptions FindEncoding(CsvOptions options)
    {
        if (IsDeclared("encoding") || sample.AsSpan() is [0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) return options;
        if (SourceSniffer.FindWideEncoding(sample) is { } wide)
        {
            notes.Add($"The source has no byte order mark and reads as {wide}: nearly every second byte is zero.");
            return options with { Encoding = wide };
        }

        // The sample may end inside a character.
        var end = whole ? sample.Length : Math.Max(0, sample.Length - 3);
        if (!Utf8.IsValid(sample.AsSpan(0, end)) && CsvText.FindInvalidUtf8(sample.AsSpan(0, end)) is var at && at < end - 3)
        {
            notes.Add($"The source is taken for UTF-8, but byte {at + 1} of it is not; records with such bytes are rejected. "
                + "If it is written in another encoding, name that, for example windows-1252.");
        }

        return options;
    }

    /// <summary>Delimiter, quote and lines before the header: the first reading in which all declared columns are there.</summary>
    private CsvOptions FindLayout(CsvOptions options)
    {
        var plain = Try(options);
        if (!options.HasHeader) return FindDelimiterByWidth(options, plain);
        if (_wanted.Count == 0 || plain?.Found == _wanted.Count) return options;
        var layouts = Layouts(options).ToList();
        var skips = IsDeclared("skip_rows") ? [options.SkipRows] : Enumerable.Range(0, MostPreamble + 1);
        foreach (var skip in skips)
        {
            foreach (var layout in layouts)
            {
                var trial = Try(layout with { SkipRows = skip }, headerOnly: true);
                if (trial?.Found != _wanted.Count) continue;
                Say(options, trial.Options);
                return trial.Options;
            }
        }

        return options;
    }

    private IEnumerable<CsvOptions> Layouts(CsvOptions options)
    {
        var delimiters = IsDeclared("delimiter") ? [options.Delimiter]
            : NamedDelimiter() is { } named ? [named] : s_delimiters.Prepend(options.Delimiter).Distinct();
        char?[] quotes = IsDeclared("quote") ? [options.Quote] : ['"', '\''];
        return quotes.SelectMany(quote => delimiters.Select(delimiter => options with { Delimiter = delimiter, Quote = quote }))
            .Where(o => o.Delimiter != o.Comment && o.Quote != o.Comment && o.Delimiter != o.Quote && o.Delimiter != o.Escape);
    }

    /// <summary>The delimiter that a first line <c>sep=;</c> names.</summary>
    private char? NamedDelimiter()
    {
        var start = sample.AsSpan();
        if (start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) start = start[3..];
        if (start.Length < 6 || !start.StartsWith("sep="u8) || start[5] is not ((byte)'\r' or (byte)'\n')) return null;
        return CsvOptions.IsMark((char)start[4]) ? (char)start[4] : null;
    }

    private CsvOptions FindDelimiterByWidth(CsvOptions options, Trial? plain)
    {
        if (IsDeclared("delimiter") || plain is { Broken: 0 }) return options;
        var best = plain;
        foreach (var layout in Layouts(options).Where(l => l.Quote == options.Quote))
        {
            var trial = Try(layout);
            if (trial is not null && trial.Records - trial.Broken > (best is null ? 0 : best.Records - best.Broken)) best = trial;
        }

        if (best is null || best.Options == options) return options;
        Say(options, best.Options);
        return best.Options;
    }

    private CsvOptions FindEscape(CsvOptions options)
    {
        if (IsDeclared("escape") || options.Quote is not { } quote || sample.AsSpan().IndexOf([(byte)'\\', (byte)quote]) < 0) return options;
        var escaped = options with { Escape = '\\' };
        if (Try(options) is not { } plain || Try(escaped) is not { } trial || trial.Broken >= plain.Broken) return options;
        notes.Add("A backslash takes the meaning from the quote after it: read so, fewer records are broken.");
        return escaped;
    }

    private CsvOptions FindSingleQuotes(CsvOptions options)
    {
        if (IsDeclared("quote") || options.Quote != '"' || options.Delimiter == '\'' || options.Comment == '\'') return options;
        if (Try(options) is not { DoubleQuotes: 0, SingleQuoted: > 0 } plain) return options;
        var single = options with { Quote = '\'' };
        if (Try(single) is not { } trial) return options;
        var enclosesAll = plain is { SingleQuoted: > 1, SingleOpened: 0 } && trial.Broken <= plain.Broken;
        if (!enclosesAll && trial.Broken >= plain.Broken) return options;
        notes.Add("Fields are enclosed by single quotes.");
        return single;
    }

    private CsvOptions FindTrailingDelimiter(CsvOptions options)
    {
        if (IsDeclared("trailing_delimiter") || Try(options) is not { Records: > 0 } trial || trial.Trailing < trial.Records) return options;
        notes.Add("Each record ends with a delimiter that begins no field.");
        return options with { TrailingDelimiter = true };
    }

    private void Say(CsvOptions before, CsvOptions found)
    {
        if (found.Delimiter != before.Delimiter) notes.Add($"Fields are separated by {NameOf(found.Delimiter)}: so the declared columns come out.");
        if (found.Quote != before.Quote) notes.Add("Fields are enclosed by single quotes: so the declared columns come out.");
        if (found.SkipRows == before.SkipRows) return;
        var line = Encoding.UTF8.GetString(sample.AsSpan(0, Math.Min(sample.Length, 400))).TrimStart('\uFEFF').Split('\r', '\n')[0];
        var shown = line.Length > LongestShown ? line[..LongestShown] + "…" : line;
        notes.Add($"{found.SkipRows} lines before the header are passed over; the first is '{shown}'.");
    }

    internal static string NameOf(char delimiter) => delimiter switch
    {
        ',' => "commas",
        ';' => "semicolons",
        '\t' => "tabs",
        '|' => "bars",
        _ => $"'{delimiter}'",
    };

    private string FindLineEnds()
    {
        var (pairs, feeds, returns) = (0, 0, 0);
        for (var i = 0; i < sample.Length; i++)
        {
            if (sample[i] == '\n' && i > 0 && sample[i - 1] == '\r') (pairs, returns) = (pairs + 1, returns - 1);
            else if (sample[i] == '\n') feeds++;
            else if (sample[i] == '\r') returns++;
        }

        return (pairs > 0, feeds > 0, returns > 0) switch
        {
            (true, false, false) => "CRLF",
            (false, false, true) => "CR",
            (false, true, false) => "LF",
            (false, false, false) => "none",
            _ => "mixed",
        };
    }

    private Trial? Try(CsvOptions options, bool headerOnly = false)
    {
        try
        {
            var reader = new CsvReader(new MemoryStream(sample), options with { FooterRows = 0, FooterText = null });
            var trial = new Trial(options) { Found = _wanted.Count(name => Has(reader, name)) };
            while (!headerOnly && trial.Records < MostRecords && reader.Read()) trial.Take(reader);
            if (!whole && trial.Records < MostRecords) trial.ForgetLast();
            return trial;
        }
        catch (PipelineException)
        {
            return null;
        }
    }

    private static bool Has(CsvReader reader, string name)
    {
        try
        {
            return reader.FindOptionalColumn(name) >= 0;
        }
        catch (PipelineException)
        {
            // It is there twice, which is said when it is used.
            return true;
        }
    }

    /// <summary>The sample, read in one way.</summary>
    private sealed record Trial(CsvOptions Options)
    {
        private bool _lastIsBroken;

        public int Found { get; init; }

        public int Records { get; private set; }

        public int Broken { get; private set; }

        /// <summary>Records that have one field too many, a blank last one.</summary>
        public int Trailing { get; private set; }

        public int DoubleQuotes { get; private set; }

        public int SingleQuoted { get; private set; }

        public int SingleOpened { get; private set; }

        public void Take(CsvReader reader)
        {
            Records++;
            _lastIsBroken = reader.Problem is not null;
            if (_lastIsBroken) Broken++;
            if (reader.FieldCount == reader.Header.Count + 1 && reader.Raw.Length > 0 && reader.Raw[^1] == Options.Delimiter) Trailing++;
            if (reader.Raw.Contains((byte)'"')) DoubleQuotes++;
            for (var i = 0; i < reader.FieldCount; i++)
            {
                var field = reader.Field(i);
                if (field.Length < 2 || field[0] != '\'') continue;
                if (field[^1] == '\'') SingleQuoted++;
                else SingleOpened++;
            }
        }

        /// <summary>The sample may end in the midst of a record.</summary>
        public void ForgetLast()
        {
            if (_lastIsBroken) (Records, Broken) = (Records - 1, Broken - 1);
        }
    }
}
