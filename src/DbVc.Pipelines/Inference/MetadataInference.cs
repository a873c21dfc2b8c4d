using DbVc.Model;
using DbVc.PipelineRuntime;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Reads metadata off real data: a proposal with its evidence, and questions where the data does not say.</summary>
public static class MetadataInference
{
    private const int MostColumns = 1000;

    /// <summary>
    /// Looks at a source. Throws <see cref="PipelineException"/> for one that cannot be read, and <c>infer.decision</c> for a decision that does not fit.
    /// </summary>
    /// <param name="known">What <see cref="TableFinder"/> or a draft says about it.</param>
    /// <param name="open">Opens the source from its start; called more than once.</param>
    public static MetadataProposal Propose(InferenceRequest request, SourceSpec known, Func<Stream> open, CancellationToken cancellation)
    {
        var (questions, findings, recalled) = (new List<OpenQuestion>(), new List<string>(), new List<string>());
        var source = known.IsFound ? known : FindSource(request, open, new Notes(questions, findings, recalled)) with { Member = known.Member };
        if (source.Table is { SkipRows: > 0 } sheet)
            findings.Add(Invariant($"The first {sheet.SkipRows} rows of the sheet are before its header, and passed over."));
        using var stream = open();
        var reader = source.Open(stream);
        var names = NamesOf(reader, source, open, findings);
        if (names.Count == 0) throw new PipelineException("source.empty", "The source has no column with a name of its own.");
        var sample = SourceSample.Read(reader, names, request.MaxRecords, cancellation);
        source = LeaveOutFooter(source, sample, findings);
        foreach (var (problem, (count, line)) in sample.Broken.OrderByDescending(b => b.Value.Count).Take(5))
        {
            var records = Invariant($"{count:#,0} {(count == 1 ? "record" : "records")}");
            findings.Add(Invariant($"{records} cannot be read, the first in line {line:#,0}: {problem}"));
        }

        var table = request.Table ?? FieldNaming.Of([known.Fetch?.Subject ?? NameWithoutExtensions(request.Location)])[0];
        var inference = new ColumnInference(request, questions, recalled);
        var fields = sample.Columns.Zip(FieldNaming.Of(names), inference.Propose).ToList();
        RefuseUnknownDecisions(request, fields);
        var columns = new KeyInference(findings).Mark(fields, table);
        var rules = new RuleInference(findings);
        List<RuleDraft> drafts = [.. columns.SelectMany(rules.Of), .. RelationInference.Of(columns)];
        findings.AddRange(recalled);
        return new ProposalWriter(request with { Table = table }, source, sample, columns, drafts).Write(questions, findings) with { Recalled = recalled };
    }

    private static SourceSpec FindSource(InferenceRequest request, Func<Stream> open, Notes notes)
    {
        var sample = ReadStart(open);
        var isTab = request.Location.Contains(".tsv", StringComparison.OrdinalIgnoreCase);
        if (!IsJson(request.Location, sample))
        {
            var options = new LayoutFinder(request, notes.Questions, notes.Recalled).Find(sample, CsvOptions.Default with { Delimiter = isTab ? '\t' : ',' });
            var csv = SpecOf(new SourceSpec("csv", request.Location, options) { Declared = ["encoding", "delimiter", "skip_rows", "header"] });
            var detector = new DialectDetector(csv, sample, sample.Length < SourceInspector.SampleBytes, notes.Findings);
            return csv.Source with { Csv = detector.Detect(), LineEnds = detector.LineEnds };
        }

        var json = SpecOf(new SourceSpec("json", request.Location, CsvOptions.Default) { Json = JsonOptions.Default });
        var inspector = new JsonInspector(json, notes.Findings);
        using var stream = open();
        var form = inspector.FindForm(stream);
        if (inspector.Arrays.Count == 0) return json.Source with { Json = form };
        var decided = inspector.Arrays.FirstOrDefault(a => a.Equals(request.FindDecision(LayoutFinder.Source), StringComparison.OrdinalIgnoreCase));
        if (inspector.Arrays.Count > 1 && decided is null)
        {
            notes.Questions.Add(new OpenQuestion(LayoutFinder.Source, "The source is one object with several arrays. Which one holds the records?",
                inspector.Arrays, inspector.Arrays[0]));
        }

        return json.Source with { Json = form with { Form = JsonForm.Array, Records = decided ?? inspector.Arrays[0] } };
    }

    /// <summary>What is said about a proposal.</summary>
    private sealed record Notes(List<OpenQuestion> Questions, List<string> Findings, List<string> Recalled);

    /// <summary>Lines at the end that alone do not fit are no records.</summary>
    private static SourceSpec LeaveOutFooter(SourceSpec source, SourceSample sample, List<string> findings)
    {
        const int Most = 5;
        var (records, text) = sample.Tail;
        var isTail = records is > 0 and <= Most && records == sample.Broken.Values.Sum(b => b.Count);
        if (source.Json is not null || !sample.IsWhole || !isTail || BeginningOf(text!, source.Csv.Delimiter) is not { } beginning) return source;
        sample.Broken.Clear();
        findings.Add($"What begins with '{beginning}' is taken for a footer and left out: {(records == 1 ? "1 line" : $"{records} lines")} at the end.");
        return source with { Csv = source.Csv with { FooterText = beginning } };
    }

    /// <summary>The words that a footer begins with; null for what may be a record that was cut off.</summary>
    private static string? BeginningOf(string text, char delimiter)
    {
        var line = text.Split('\n', '\r')[0];
        if (line.Contains(delimiter, StringComparison.Ordinal)) return null;
        var end = line.AsSpan().IndexOfAnyInRange('0', '9');
        var words = (end < 0 ? line : line[..end]).TrimEnd();
        return words.Count(char.IsLetter) >= 4 && words.IndexOfAny([' ', ':']) > 0 ? words : null;
    }

    private static bool IsJson(string location, byte[] sample)
    {
        var name = SourceUnpacker.NameInside(location).ToLowerInvariant();
        if (Path.GetExtension(name) is ".csv" or ".tsv" or ".txt") return false;
        var start = sample.AsSpan();
        if (start.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) start = start[3..];
        start = start.TrimStart(" \r\n\t\0"u8);
        return Path.GetExtension(name) is ".json" or ".jsonl" or ".ndjson" or ".geojson" || start is [(byte)'{' or (byte)'[', ..];
    }

    private static PipelineSpec SpecOf(SourceSpec source) =>
        new() { Source = source, Destination = new DestinationSpec("x", null), Fields = [], Rules = [], Operations = [] };

    /// <summary>Columns that can be read by their name.</summary>
    private static List<string> NamesOf(IRecordReader reader, SourceSpec source, Func<Stream> open, List<string> findings)
    {
        if (source.Json is { } json)
        {
            using var stream = open();
            var paths = new JsonInspector(SpecOf(source), []).ReadNames(stream, json);
            // What holds others is read through them.
            static bool Holds(string path, string other) =>
                other.Length > path.Length && other.StartsWith(path, StringComparison.Ordinal) && other[path.Length] is '.' or '[';
            return [.. paths.Where(p => !paths.Any(o => Holds(p, o))).Take(MostColumns)];
        }

        var header = ((CsvReader)reader).Header;
        var blank = header.Count(string.IsNullOrEmpty);
        if (blank > 0) findings.Add($"{blank} columns have no name in the header and are left out.");
        var groups = header.Where(n => n.Length > 0).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var group in groups.Where(g => g.Count() > 1))
            findings.Add($"{group.Count()} columns are called '{group.Key}' and are left out: nothing tells them apart. Correct the header.");
        if (header.Count > MostColumns) findings.Add($"Only the first {MostColumns} of {header.Count} columns are proposed.");
        return [.. groups.Where(g => g.Count() == 1).Select(g => g.Key).Take(MostColumns)];
    }

    private static void RefuseUnknownDecisions(InferenceRequest request, List<ColumnProposal> fields)
    {
        bool IsField(string name) => fields.Exists(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        foreach (var name in request.Decisions.Keys.Where(k => k != LayoutFinder.Source && !IsField(k)))
        {
            throw new DbVcException(FailureKind.Usage, "infer.decision", $"There is no field '{name}' to decide about.",
                hint: $"The fields are {string.Join(", ", fields.Take(30).Select(f => f.Name))}; {LayoutFinder.Source} stands for the source.");
        }
    }

    private static byte[] ReadStart(Func<Stream> open)
    {
        using var stream = open();
        var sample = new byte[SourceInspector.SampleBytes];
        return sample[..stream.ReadAtLeast(sample, sample.Length, throwOnEndOfStream: false)];
    }

    private static string NameWithoutExtensions(string location)
    {
        var name = Path.GetFileName(location.Replace('\\', '/').TrimEnd('/'));
        return Path.GetFileNameWithoutExtension(SourceUnpacker.NameInside(name));
    }
}
