using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// What the metadata alone makes of the first records of a source: a second opinion about generated code, which had no part in it. Broken code and tests that
/// agree with it differ from it all the same. What it says of a difference holds no value of the record: reports are kept where purge cannot reach.
/// </summary>
public sealed class ExpectedRecords
{
    /// <summary>What is expected of each stands in memory; of more records the first are compared.</summary>
    public const long MostRecords = 10_000;

    /// <summary>So many letters may stand in memory; records beyond are not compared.</summary>
    private const long MostLetters = 32L << 20;

    private readonly IReadOnlyList<PipelineField> _fields;
    private readonly DateTime _now;
    private readonly Dictionary<long, SimulatedOutcome> _outcomes = [];

    private ExpectedRecords(PipelineSpec spec, DateTime now) => (_fields, _now) = (spec.FilledFields, now);

    /// <summary>How many records are compared, the first ones.</summary>
    public long Count { get; private set; }

    /// <summary>Interprets the pipeline. Throws <see cref="PipelineException"/> for a source that cannot be read.</summary>
    /// <param name="spec">With the source's header.</param>
    /// <param name="source">From its start.</param>
    /// <param name="records">Looks at no more, and at no more than <see cref="MostRecords"/>.</param>
    /// <param name="now">The time of the load.</param>
    /// <param name="cancellation">Ends it.</param>
    public static ExpectedRecords Read(PipelineSpec spec, Stream source, long records, DateTimeOffset now, CancellationToken cancellation)
    {
        var expected = new ExpectedRecords(spec, now.UtcDateTime);
        var reader = spec.Source.Open(source);
        var simulated = new SimulatedRecords(spec, reader, now.UtcDateTime);
        var most = Math.Min(records, MostRecords);
        for (var letters = 0L; expected.Count < most && letters < MostLetters && reader.Read(); expected.Count++)
        {
            cancellation.ThrowIfCancellationRequested();
            var outcome = simulated.Take(new SampleRow(expected._fields));
            expected._outcomes[reader.Record] = outcome;
            letters += outcome.Values?.Sum(value => (value as string)?.Length ?? 0) ?? 0;
        }

        return expected;
    }

    /// <summary>In what a row that the code accepted is other than expected, as a sentence; null where it is not.</summary>
    public string? FindDifference(long record, IRowView row)
    {
        if (record > Count) return null;
        var expected = _outcomes.GetValueOrDefault(record);
        if (expected?.Values is not { } values) return Say(record, "was accepted", Describe(expected));
        for (var i = 0; i < values.Count; i++)
        {
            var found = ValueAt(row, i);
            if (!Equals(found, values[i]) && !IsTimeOfLoad(_fields[i], values[i], found))
                return string.Create(CultureInfo.InvariantCulture, $"Record {record} gives {_fields[i].Name} {Compare(found, values[i])}.");
        }

        return null;
    }

    /// <summary>The same for a record that the code rejected, for these rules.</summary>
    public string? FindDifferenceOfRejected(long record, IEnumerable<string> failures)
    {
        if (record > Count) return null;
        var expected = _outcomes.GetValueOrDefault(record);
        if (expected is not { IsRejected: true }) return Say(record, "was rejected", Describe(expected));
        return expected.Failures.Order(StringComparer.Ordinal).SequenceEqual(failures.Order(StringComparer.Ordinal)) ? null
            : Say(record, "was rejected by other rules", $"by {string.Join(", ", expected.Failures)}");
    }

    /// <summary>The same for a record that the code left out.</summary>
    public string? FindDifferenceOfLeftOut(long record)
    {
        if (record > Count) return null;
        var expected = _outcomes.GetValueOrDefault(record);
        return expected is { IsLeftOut: true } ? null : Say(record, "was left out", Describe(expected));
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

    /// <summary>Any time will do where the metadata fills in that of the load.</summary>
    private bool IsTimeOfLoad(PipelineField field, object? expected, object? found) => field.Default is { IsCurrentTimestamp: true }
        && expected is string time && found is string && time == PipelineSimulator.TextOf(_now, field);

    private static object? ValueAt(IRowView row, int column) => row.KindAt(column) switch
    {
        null => null,
        CellKind.Integer => row.Integer(column),
        CellKind.Real => row.Real(column),
        _ => Encoding.UTF8.GetString(row.Bytes(column)),
    };

    private static string Compare(object? found, object? expected) => (found, expected) switch
    {
        (null, _) => "NULL, and the metadata a value",
        (_, null) => "a value, and the metadata NULL",
        (string text, string other) => string.Create(CultureInfo.InvariantCulture,
            $"{text.Length} letters, and the metadata {other.Length}; they differ from letter {text.AsSpan().CommonPrefixLength(other) + 1} on"),
        _ => "another number than the metadata",
    };
}
