using DbVc.Model;
using DbVc.PipelineRuntime;
using UtfUnknown;

namespace DbVc.Pipelines;

/// <summary>Finds how a CSV source is written when nothing is declared about it: the way in which the most records have as many fields as the header.</summary>
/// <param name="request">What a person has decided already.</param>
/// <param name="questions">Takes what only a person can say.</param>
/// <param name="recalled">Takes what is as it was before, because the source does not say.</param>
internal sealed class LayoutFinder(InferenceRequest request, List<OpenQuestion> questions, List<string> recalled)
{
    /// <summary>Stands for the source where fields are named.</summary>
    public const string Source = "SOURCE";

    private const string MergedHeader = "two-header-rows";
    private const int MostPreamble = 30;
    private const int MostRecords = 500;
    private const double GoodShare = 0.9;

    private static readonly char[] s_delimiters = [',', ';', '\t', '|'];

    public CsvOptions Find(byte[] sample, CsvOptions start)
    {
        var options = start with { Encoding = FindEncoding(sample, start.Encoding) };
        var best = FindBest(sample, options, skip: 0);
        for (var skip = 1; skip <= MostPreamble && best.Share < GoodShare; skip++)
        {
            if (FindBest(sample, options, skip) is var trial && trial.IsBetterThan(best)) best = trial;
        }

        SayRecalled(sample, best);
        return FindHeader(sample, FindHeaderRows(sample, best.Options));
    }

    /// <summary>
    /// Headings over several columns: a name, no name to its right, and under them a record of nothing but words. Whether that is a part of the header only a
    /// person can say; so nothing of it is lost meanwhile.
    /// </summary>
    private CsvOptions FindHeaderRows(byte[] sample, CsvOptions options)
    {
        var decision = request.FindDecision(Source);
        if (decision == MergedHeader) return options with { HeaderRows = 2 };
        if (decision is not null) return options;
        var reader = new CsvReader(new MemoryStream(sample), options);
        var names = reader.Header;
        var hasGap = Enumerable.Range(1, Math.Max(0, names.Count - 1)).Any(i => names[i].Length == 0 && names[i - 1].Length > 0);
        if (!hasGap || !reader.Read() || reader.Problem is not null) return options;
        var under = Enumerable.Range(0, names.Count).Select(i => reader.Cell(i).ToStringOrNull() ?? "").ToList();
        var isWords = !under.Exists(c => c.Any(char.IsAsciiDigit) && !IsYear(c));
        if (!isWords || Enumerable.Range(0, names.Count).Any(i => names[i].Length == 0 && under[i].Length == 0)) return options;
        questions.Add(new OpenQuestion(Source, $"The header has columns without a name, and under it stands '{string.Join("', '", under.Take(4))}'. "
            + "Has the header two rows?", [MergedHeader, "header"], MergedHeader));
        return options with { HeaderRows = 2 };
    }

    private string FindEncoding(byte[] sample, string otherwise)
    {
        var decided = request.FindDecision(Source) is { } word ? TextEncodings.Find(word) : null;
        if (decided is not null) return decided;
        var end = Math.Max(0, sample.Length - 3);
        if (RecallEncoding(sample, otherwise) is { } recalledOne) return recalledOne;
        if (sample.AsSpan() is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || SourceSniffer.FindWideEncoding(sample) is not null
            || CsvText.FindInvalidUtf8(sample) is var at && (at < 0 || at >= end)) return otherwise;
        var known = request.Remembered?.Dialect.Encoding is { } before && before != "utf-8" ? TextEncodings.Find(before) : null;
        var detected = (CharsetDetector.DetectFromBytes(sample).Details ?? []).Select(d => TextEncodings.Find(d.EncodingName ?? ""));
        var guesses = detected.Prepend(known).OfType<string>().Append("windows-1252").Append("latin-1").Distinct().Where(g => g != "utf-8").Take(3).ToList();
        questions.Add(new OpenQuestion(Source, $"Byte {at + 1} is no UTF-8. In which encoding is the source written? Around it stands "
            + string.Join(", ", guesses.Select(g => $"'{ReadAround(sample, at, g)}' in {g}")) + "."
            + (known is null ? "" : $" {known} is {request.Remembered!.As}."), guesses, guesses[0]));
        return guesses[0];
    }

    /// <summary>The word around a byte, as it is read in an encoding.</summary>
    private static string ReadAround(byte[] sample, int at, string encoding)
    {
        const int Most = 12;
        static bool Ends(byte value) => value is <= (byte)' ' or (byte)',' or (byte)';' or (byte)'"' or (byte)'|';
        var (start, end) = (at, at + 1);
        while (start > 0 && at - start < Most && !Ends(sample[start - 1])) start--;
        while (end < sample.Length && end - at < Most && !Ends(sample[end])) end++;
        var text = new byte[8 * Most];
        var length = new SourceDecoder(new MemoryStream(sample[start..end]), encoding).Read(text);
        return System.Text.Encoding.UTF8.GetString(text.AsSpan(0, length));
    }

    /// <summary>A source without a letter that encodings write differently is as its supplier's others.</summary>
    private string? RecallEncoding(byte[] sample, string otherwise)
    {
        if (request.Remembered is not { Dialect.Encoding: { } written } remembered || TextEncodings.Find(written) is not { } encoding
            || encoding == otherwise || encoding.StartsWith("utf-16", StringComparison.Ordinal) || encoding.StartsWith("utf-32", StringComparison.Ordinal)
            || sample.AsSpan().IndexOfAnyExceptInRange((byte)1, (byte)0x7F) >= 0) return null;
        recalled.Add($"{Source}: nothing in it tells encodings apart; {encoding} is {remembered.As}.");
        return encoding;
    }

    /// <summary>Where another delimiter would do as well.</summary>
    private void SayRecalled(byte[] sample, Trial best)
    {
        if (request.Remembered is not { Dialect.Delimiter: { } sign } remembered || best.Options.Delimiter != sign) return;
        var others = s_delimiters.Where(d => d != sign).Select(d => Trial.Of(sample, best.Options with { Delimiter = d })).ToList();
        if (others.Exists(o => !best.IsBetterThan(o)))
            recalled.Add($"{Source}: another delimiter would do as well; {(sign == '\t' ? "tab" : $"'{sign}'")} is {remembered.As}.");
    }

    private Trial FindBest(byte[] sample, CsvOptions options, int skip) => s_delimiters.Prepend(options.Delimiter)
        .Prepend(request.Remembered?.Dialect.Delimiter ?? options.Delimiter).Distinct()
        .Select(d => Trial.Of(sample, options with { Delimiter = d, SkipRows = skip })).Aggregate((best, trial) => trial.IsBetterThan(best) ? trial : best);

    /// <summary>A first record that is of the same kind as the others is data.</summary>
    private CsvOptions FindHeader(byte[] sample, CsvOptions options)
    {
        var reader = new CsvReader(new MemoryStream(sample), options);
        var names = reader.Header;
        var columns = SourceSample.Read(new Positions(reader), [.. names.Select((_, i) => $"{i}")], MostRecords, CancellationToken.None).Columns;
        var (data, header) = (0, 0);
        for (var i = 0; i < names.Count; i++)
        {
            if (columns[i].Values.Count == 0 || names[i].Length == 0) continue;
            var kind = ColumnReadings.Plain.Skip(1).FirstOrDefault(r => r.Count(columns[i].Values) >= GoodShare * columns[i].Values.Sum(v => v.Count));
            if (kind is null) continue;
            if (kind.Takes(names[i]) && !IsYear(names[i])) data++;
            else header++;
        }

        var decision = request.FindDecision(Source);
        var hasHeader = decision == "header" || options.HeaderRows > 1 || (decision != "no-header" && data <= header);
        if ((data > 0 || data + header == 0) && names.Count > 1 && decision is null && options.HeaderRows == 1)
        {
            var why = data > 0 ? $"The first record, '{string.Join("', '", names.Take(4))}', looks like the others." : "Every column is text.";
            questions.Add(new OpenQuestion(Source, $"{why} Does it name the columns?", ["header", "no-header"], hasHeader ? "header" : "no-header"));
        }

        return hasHeader ? options : options with { HasHeader = false, FieldNames = [.. names.Select((_, i) => $"column_{i + 1}")] };
    }

    /// <summary>Years head columns of figures.</summary>
    private static bool IsYear(string name) => int.TryParse(name, out var year) && year is >= 1900 and <= 2100;

    /// <summary>The source, read in one way.</summary>
    private sealed record Trial(CsvOptions Options, int Columns, double Share)
    {
        public static Trial Of(byte[] sample, CsvOptions options)
        {
            try
            {
                var reader = new CsvReader(new MemoryStream(sample), options);
                var (good, all) = (0, 0);
                while (all < MostRecords && reader.Read())
                {
                    all++;
                    if (reader.Problem is null) good++;
                }

                // What is cut at the end of the sample must not count against it.
                return new Trial(options, reader.Header.Count, reader.Header.Count < 2 ? 0 : all == 0 ? GoodShare : Math.Min(1, (good + 1.0) / all));
            }
            catch (PipelineException)
            {
                return new Trial(options, 0, 0);
            }
        }

        public bool IsBetterThan(Trial other) => Share > other.Share + 0.001 || (Share >= other.Share && Share > 0 && Columns > other.Columns);
    }

    /// <summary>Reads columns by their place, whatever they are called.</summary>
    private sealed class Positions(CsvReader reader) : IRecordReader
    {
        public long Record => reader.Record;

        public long Line => reader.Line;

        public ReadOnlySpan<byte> Raw => reader.Raw;

        public RecordProblem? Problem => reader.Problem;

        public bool Read() => reader.Read();

        public int FindColumn(string name) => int.Parse(name, System.Globalization.CultureInfo.InvariantCulture);

        public int FindOptionalColumn(string name) => FindColumn(name);

        public Text Cell(int index) => reader.Cell(index);

        public ReadOnlySpan<byte> Field(int index) => reader.Field(index);
    }
}
