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
    private readonly OpenKeys _keys;
    private readonly Dictionary<long, SimulatedOutcome> _outcomes = [];

    private ExpectedRecords(PipelineSpec spec, DateTime now) => (_fields, _now, _keys) = (spec.FilledFields, now, new OpenKeys(spec));

    /// <summary>How many records are compared, the first ones.</summary>
    public long Count { get; private set; }

    /// <summary>A rule as <see cref="SimulatedOutcome.Failures"/> names it.</summary>
    internal static string NameOf(PipelineRule rule) => $"{rule.ReportedField}:{rule.Name}";

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
            var row = new SampleRow(expected._fields);
            var outcome = simulated.Take(row);
            expected._outcomes[reader.Record] = outcome;
            expected._keys.Note(reader.Record, row, outcome);
            letters += outcome.Values?.Sum(value => (value as string)?.Length ?? 0) ?? 0;
        }

        return expected;
    }

    /// <summary>In what a row that the code accepted is other than expected: for each column that is; empty where none is.</summary>
    public IReadOnlyList<RecordDifference> FindDifferences(long record, IRowView row)
    {
        if (record > Count) return [];
        var expected = _outcomes.GetValueOrDefault(record);
        if (expected is not null && _keys.IsKeptOut(record, expected)) return [];
        if (expected?.Values is not { } values) return [new("The code accepts what the metadata does not", $"by the metadata {Describe(expected)}")];
        List<RecordDifference>? found = null;
        for (var i = 0; i < values.Count; i++)
        {
            var given = ValueAt(row, i);
            if (Equals(given, values[i]) || IsTimeOfLoad(_fields[i], values[i], given)) continue;
            (found ??= []).Add(new($"{_fields[i].Name} is not what the metadata makes of it", Compare(given, values[i])));
        }

        return found ?? (IReadOnlyList<RecordDifference>)[];
    }

    /// <summary>The same for a record that the code rejected, for these rules.</summary>
    public IReadOnlyList<RecordDifference> FindDifferencesOfRejected(long record, IEnumerable<string> failures)
    {
        if (record > Count) return [];
        var expected = _outcomes.GetValueOrDefault(record);
        var all = failures.ToList();
        var given = all.Where(f => !IsOpen(record, expected, f)).Order(StringComparer.Ordinal).ToList();
        // What it is rejected by is all open, and it is rejected by something.
        if (given.Count == 0 && all.Count > 0 && expected is { IsRejected: false }) return [];
        if (expected is not { IsRejected: true }) return [new("The code rejects what the metadata does not", $"by the metadata {Describe(expected)}")];
        return expected.Failures.Where(f => !IsOpen(record, expected, f)).Order(StringComparer.Ordinal).SequenceEqual(given) ? []
            : [new("The code rejects by other rules than the metadata", $"by the metadata it is rejected by {string.Join(", ", expected.Failures)}")];
    }

    /// <summary>The same for a record that the code left out.</summary>
    public IReadOnlyList<RecordDifference> FindDifferencesOfLeftOut(long record)
    {
        if (record > Count) return [];
        var expected = _outcomes.GetValueOrDefault(record);
        if (expected is { IsAccepted: true } && _keys.MayBeLeftOut(record)) return [];
        return expected is { IsLeftOut: true } ? [] : [new("The code leaves out what the metadata does not", $"by the metadata {Describe(expected)}")];
    }

    /// <summary>Whether it is open that a record is rejected by this rule.</summary>
    private bool IsOpen(long record, SimulatedOutcome? expected, string failure) =>
        _keys.IsOpen(record, failure) || (expected is { IsOpen: true } && expected.Open.Any(r => NameOf(r) == failure));

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

    private static string Compare(object? given, object? expected) => (given, expected) switch
    {
        (null, _) => "the code gives NULL, the metadata a value",
        (_, null) => "the code gives a value, the metadata NULL",
        (string text, string other) => string.Create(CultureInfo.InvariantCulture,
            $"the code gives {text.Length} letters, the metadata {other.Length}, and they differ from letter {text.AsSpan().CommonPrefixLength(other) + 1} on"),
        _ => "the code gives another number than the metadata",
    };
}

/// <summary>In what the code took a record otherwise than the metadata says. Holds no value of the record.</summary>
/// <param name="What">The same words for all records that differ in this.</param>
/// <param name="How">What is so of this record.</param>
public sealed record RecordDifference(string What, string How);
