namespace DbVc.Pipelines;

/// <summary>Looks at a source as it is, for who has to write code for it.</summary>
public static class SourceProfiler
{
    private const long MostRecords = 20_000;
    private const int MostColumns = 200;
    private const int MostValues = 5;
    private const double LeastShare = 0.5;

    /// <summary>Throws <see cref="PipelineRuntime.PipelineException"/> for a source that cannot be read.</summary>
    /// <param name="spec">What describes it, with its header.</param>
    /// <param name="stream">The source from its start.</param>
    /// <param name="rows">Rows to show.</param>
    /// <param name="cancellation">Ends it.</param>
    public static SourceProfile Read(PipelineSpec spec, Stream stream, int rows, CancellationToken cancellation)
    {
        var reader = spec.Source.Open(stream);
        var names = NamesOf(spec);
        var sample = SourceSample.Read(reader, names, MostRecords, cancellation);
        var shown = (int)Math.Min(rows, sample.Records);
        return new SourceProfile(sample.Records, sample.IsWhole, [.. sample.Columns.Select(Describe)],
            [.. Enumerable.Range(0, shown).Select(row => sample.Columns.Select(c => TextAt(c, row)).ToList())])
        {
            Broken = sample.Broken.ToDictionary(b => b.Key, b => b.Value.Count),
        };
    }

    /// <summary>Some records as they are; those that cannot be read are left out.</summary>
    public static IReadOnlyList<SourceRow> ReadRows(PipelineSpec spec, Stream stream, IReadOnlySet<long> records, CancellationToken cancellation)
    {
        var reader = spec.Source.Open(stream);
        var columns = NamesOf(spec).Select(name => (Name: name, Place: reader.FindColumn(name))).ToList();
        var rows = new List<SourceRow>();
        for (var last = records.Count == 0 ? 0 : records.Max(); reader.Record < last && reader.Read();)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!records.Contains(reader.Record) || reader.Problem is not null) continue;
            var cells = new List<KeyValuePair<string, string?>>(columns.Count);
            foreach (var (name, place) in columns) cells.Add(new(name, reader.Cell(place).ToStringOrNull()));
            rows.Add(new SourceRow(reader.Record, cells));
        }

        return rows;
    }

    /// <summary>What the source names, where it does; else what the fields read.</summary>
    private static List<string> NamesOf(PipelineSpec spec) =>
        [.. (spec.Source.Json is null && spec.Source.Csv.HasHeader && spec.SourceHeader is { Count: > 0 } header
            ? header.Where(n => n.Length > 0)
            : spec.Fields.Select(f => f.HeaderName)).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostColumns)];

    private static string? TextAt(SampledColumn column, int row) => column.Cells[row] is var at and >= 0 ? column.Values[at].Text : null;

    private static SourceColumnProfile Describe(SampledColumn column)
    {
        double total = column.Values.Sum(v => v.Count);
        return new SourceColumnProfile(column.Name, column.Nulls, column.Values.Count,
            column.Values.Select(v => v.Text.Length).DefaultIfEmpty().Min(), column.Values.Select(v => v.Text.Length).DefaultIfEmpty().Max())
        {
            Readings = total == 0 ? [] : [.. ColumnReadings.Plain.Select(r => new FrequentValue(r.Name, Math.Round(r.Count(column.Values) / total, 4)))
                .Where(r => r.Share >= LeastShare).DistinctBy(r => r.Value)],
            Shapes = Most(column.Values.GroupBy(v => ValueShape.Of(v.Text)).Select(g => (g.Key, g.Sum(v => v.Count))), total),
            Frequent = Most(column.Values.Where(v => v.Count > 1).Select(v => (v.Text, v.Count)), total),
        };
    }

    private static IReadOnlyList<FrequentValue> Most(IEnumerable<(string Text, long Count)> counted, double total) =>
        [.. counted.OrderByDescending(c => c.Count).ThenBy(c => c.Text, StringComparer.Ordinal).Take(MostValues)
            .Select(c => new FrequentValue(c.Text, Math.Round(c.Count / total, 4)))];
}
