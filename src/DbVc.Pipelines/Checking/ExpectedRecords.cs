using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// What the metadata alone makes of the first records of a source: a second opinion about generated code, which had no part in it. Broken code and tests that
/// agree with it differ from it all the same.
/// </summary>
public sealed class ExpectedRecords
{
    /// <summary>What is expected of each stands in memory; of larger samples the first records are compared.</summary>
    public const long MostRecords = 10_000;

    private const int LongestValue = 60;

    private readonly IReadOnlyList<PipelineField> _fields;
    private readonly Dictionary<long, SimulatedOutcome> _outcomes = [];

    private ExpectedRecords(IReadOnlyList<PipelineField> fields) => _fields = fields;

    /// <summary>Interprets the pipeline. Throws <see cref="PipelineException"/> for a source that cannot be read.</summary>
    /// <param name="spec">With the source's header.</param>
    /// <param name="source">From its start.</param>
    /// <param name="records">Looks at no more, and at no more than <see cref="MostRecords"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ExpectedRecords Read(PipelineSpec spec, Stream source, long records, CancellationToken cancellation)
    {
        var expected = new ExpectedRecords(spec.FilledFields);
        var reader = spec.Source.Open(source);
        var simulated = new SimulatedRecords(spec, reader);
        var most = Math.Min(records, MostRecords);
        while (expected._outcomes.Count < most && reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            expected._outcomes[reader.Record] = simulated.Take(new SampleRow(spec.FilledFields));
        }

        return expected;
    }

    /// <summary>In what a row that the code accepted is other than expected, as a sentence; null where it is not.</summary>
    public string? FindDifference(long record, IRowView row)
    {
        if (record > MostRecords) return null;
        if (!_outcomes.TryGetValue(record, out var expected)) return Say(record, "was accepted", "there is no such record");
        if (expected.Values is not { } values) return Say(record, "was accepted", Describe(expected));
        for (var i = 0; i < values.Count; i++)
        {
            var found = ValueAt(row, i);
            if (!Equals(found, values[i])) return Say(record, $"gives {Show(found)} for {_fields[i].Name}", $"it is {Show(values[i])}");
        }

        return null;
    }

    /// <summary>The same for a record that the code rejected.</summary>
    public string? FindDifferenceOfRejected(long record) => FindDifference(record, "was rejected", outcome => outcome.IsRejected);

    /// <summary>The same for a record that the code left out.</summary>
    public string? FindDifferenceOfLeftOut(long record) => FindDifference(record, "was left out", outcome => outcome.IsLeftOut);

    private string? FindDifference(long record, string found, Predicate<SimulatedOutcome> isExpected)
    {
        if (record > MostRecords) return null;
        var expected = _outcomes.GetValueOrDefault(record);
        return expected is not null && isExpected(expected) ? null : Say(record, found, Describe(expected));
    }

    private static string Say(long record, string found, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"Record {record} {found}; by the metadata {expected}.");

    private static string Describe(SimulatedOutcome? expected) => expected switch
    {
        null => "there is no such record",
        { DroppedBy: { } rule } => $"it is left out: {rule.AsBroken().Message}",
        { IsRejected: true } => $"it is rejected: {expected.Broken[0].Message}",
        _ => "it is a good one",
    };

    private static object? ValueAt(IRowView row, int column) => row.KindAt(column) switch
    {
        null => null,
        CellKind.Integer => row.Integer(column),
        CellKind.Real => row.Real(column),
        _ => Encoding.UTF8.GetString(row.Bytes(column)),
    };

    private static string Show(object? value) => value switch
    {
        null => "NULL",
        string text => $"'{WorkerChannel.Clean(text, LongestValue)}'",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
