using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>A record of the source that breaks a rule.</summary>
/// <param name="Record">Its number, from 1, the header not counted.</param>
/// <param name="Line">The line where it starts, from 1.</param>
/// <param name="Value">The field as it was read; the whole record for a rule over several fields.</param>
public sealed record PreviewedRecord(long Record, long Line, string Value);

/// <summary>What a rule, or a type, would do to the source.</summary>
/// <param name="Rule">As reports name it.</param>
/// <param name="Count">Records that break it.</param>
/// <param name="First">The first of them.</param>
public sealed record PreviewedRule(BrokenRule Rule, long Count, IReadOnlyList<PreviewedRecord> First);

/// <summary>What a pipeline would make of the first records of its source.</summary>
/// <param name="Records">Records looked at.</param>
/// <param name="IsWhole">Whether these are all.</param>
public sealed record SourcePreview(long Records, bool IsWhole, long Accepted, long Rejected, long LeftOut, IReadOnlyList<PreviewedRule> Rules)
{
    /// <summary>What each step of preprocessing changes in the same records.</summary>
    public IReadOnlyList<ChangedCells> Steps { get; init; } = [];

    private const int FirstRecords = 3;
    private const int LongestValue = 200;

    /// <summary>
    /// Interprets the pipeline on the source, without code being generated or run; duplicates are those within these records.
    /// Throws <see cref="PipelineException"/> for a source that cannot be read.
    /// </summary>
    /// <param name="spec">With the source's header.</param>
    /// <param name="source">From its start.</param>
    /// <param name="maxRecords">Looks at no more.</param>
    /// <param name="now">What rules about the time of the load take for it.</param>
    /// <param name="cancellation">Ends it.</param>
    public static SourcePreview Read(PipelineSpec spec, Stream source, long maxRecords, DateTimeOffset now, CancellationToken cancellation)
    {
        var reader = spec.Source.Open(source);
        var preview = new Builder(spec, reader, now);
        while (preview.Records < maxRecords && reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            preview.Take();
        }

        return preview.Build(isWhole: preview.Records < maxRecords || !reader.Read());
    }

    private sealed class Builder(PipelineSpec spec, IRecordReader reader, DateTimeOffset now)
    {
        private readonly SimulatedRecords _records = new(spec, reader, now.UtcDateTime);
        private readonly ChangeCounter _changes = new(spec, reader);
        private readonly IReadOnlyList<PipelineField> _fields = spec.FilledFields;
        private readonly int[] _columns = [.. spec.SourceColumns.Select(reader.FindOptionalColumn)];
        private readonly Dictionary<BrokenRule, (long Count, List<PreviewedRecord> First)> _rules = [];
        private readonly List<(PipelineRule Rule, ConditionTest Test)> _counted =
        [
            .. spec.CheckedRules.Where(r => r is { OnlyCounts: true, IsUnique: false })
                .Select(r => (r, ConditionTest.Build(r.Condition!, new SampleRow(spec.FilledFields).IndexOf))),
        ];

        private readonly List<(PipelineRule Rule, RowPremise Premise, TimeTest Test)> _times =
        [
            .. spec.LoadRules.Where(r => r.Time is not null)
                .Select(r => (r, new RowPremise(spec, r), new TimeTest(KeyFields.Of(r, new SampleRow(spec.FilledFields).IndexOf), now))),
        ];

        private long _accepted;
        private long _rejected;
        private long _leftOut;

        public long Records { get; private set; }

        public void Take()
        {
            Records++;
            _changes.Take();
            var row = new SampleRow(_fields);
            var outcome = _records.Take(row);
            var untimely = outcome.IsAccepted ? FindUntimely(row) : null;
            if (outcome.IsRejected || untimely is { Drops: false }) _rejected++;
            else if (outcome.IsLeftOut || untimely is not null) _leftOut++;
            else _accepted++;
            if (untimely is not null) Note(untimely.AsBroken());
            foreach (var broken in outcome.Broken) Note(broken);
            if (outcome.DroppedBy is { } rule) Note(rule.AsBroken());
            if (!outcome.IsAccepted || untimely is not null) return;
            foreach (var (counted, test) in _counted)
            {
                if (!test.Passes(row)) Note(counted.AsBroken());
            }
        }

        /// <summary>The rule about the time that keeps the row out; those that only count are noted.</summary>
        private PipelineRule? FindUntimely(SampleRow row)
        {
            foreach (var (rule, premise, test) in _times)
            {
                if (!premise.Covers(row) || test.Passes(row)) continue;
                if (!rule.OnlyCounts) return rule;
                Note(rule.AsBroken());
            }

            return null;
        }

        public SourcePreview Build(bool isWhole) => new(Records, isWhole, _accepted, _rejected, _leftOut,
            [.. _rules.OrderByDescending(r => r.Value.Count).Select(r => new PreviewedRule(r.Key, r.Value.Count, r.Value.First))])
        { Steps = _changes.Steps };

        private void Note(BrokenRule rule)
        {
            var (count, first) = _rules.GetValueOrDefault(rule, (0, []));
            if (first.Count < FirstRecords) first.Add(new PreviewedRecord(reader.Record, reader.Line, ValueOf(rule.Field)));
            _rules[rule] = (count + 1, first);
        }

        private string ValueOf(string field)
        {
            var columns = _fields.FirstOrDefault(f => f.Name == field)?.SourceColumns ?? [];
            var bytes = columns.Count != 1 ? reader.Raw : reader.Field(_columns[spec.SourceColumns.ToList().IndexOf(columns[0])]);
            var text = System.Text.Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, LongestValue)]);
            return bytes.Length > LongestValue ? text + "…" : text;
        }
    }
}
