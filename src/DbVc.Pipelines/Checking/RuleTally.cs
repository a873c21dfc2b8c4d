namespace DbVc.Pipelines;

/// <summary>What became of one rule in a run, counted by the host.</summary>
/// <param name="Rule">As declared.</param>
/// <param name="Evaluated">Rows that it judged: loaded ones without NULL where it looks, and those that broke it.</param>
/// <param name="Skipped">Loaded rows that it did not judge: a field that it judges is NULL, or it is about other rows.</param>
/// <param name="Failed">Rows that broke it, whatever became of them.</param>
public sealed record RuleOutcome(PipelineRule Rule, long Evaluated, long Skipped, long Failed)
{
    /// <summary>The share of the judged rows that passed; 1 when none was judged.</summary>
    public double Share => Evaluated == 0 ? 1 : 1 - ((double)Failed / Evaluated);

    /// <summary>Whether the run as a whole breaks the rule, by its share or by its severity.</summary>
    public bool IsBroken => Rule.MinimumShare is { } least ? Share < (double)least : Failed > 0 && Rule.Severity is RuleSeverity.Fail;
}

/// <summary>
/// Counts what became of every rule. Values of rejected records are not known to the host: such a record counts for the rules that it is
/// rejected for, and for no other. Allocates nothing per row.
/// </summary>
public sealed class RuleTally
{
    private readonly Entry[] _entries;
    private readonly Dictionary<BrokenRule, Entry> _byReport = [];

    internal RuleTally(IReadOnlyList<PipelineRule> rules, Func<PipelineField, int> indexOf)
    {
        _entries = [.. rules.Select(r => new Entry(r, indexOf))];
        foreach (var entry in _entries) _byReport.TryAdd(entry.Rule.AsBroken(), entry);
    }

    public IReadOnlyList<RuleOutcome> Outcomes => [.. _entries.Select(e => new RuleOutcome(e.Rule, e.Passed + e.Failed, e.Skipped, e.Failed))];

    /// <summary>A row was loaded.</summary>
    public void Loaded(IRowView row) => Add(row, 1);

    /// <summary>A row that was counted as loaded was refused by the database.</summary>
    public void Refused(IRowView row) => Add(row, -1);

    /// <summary>A record was rejected or left out for a rule; what is no rule of the metadata is not counted.</summary>
    public void Broken(BrokenRule report)
    {
        if (_byReport.TryGetValue(report, out var entry)) entry.Failed++;
    }

    /// <summary>A row that was loaded holds a key that was there before, against a rule that only counts.</summary>
    public void Repeated(PipelineRule rule)
    {
        var entry = Array.Find(_entries, e => ReferenceEquals(e.Rule, rule))!;
        entry.Failed++;
        entry.Passed--;
    }

    private void Add(IRowView row, int sign)
    {
        foreach (var entry in _entries)
        {
            if (entry.Skips(row)) entry.Skipped += sign;
            else if (entry.Test is { } test && !test.Passes(row)) entry.Failed += sign;
            else entry.Passed += sign;
        }
    }

    private sealed class Entry
    {
        private readonly int[] _columns;
        private readonly ConditionTest? _premise;

        public Entry(PipelineRule rule, Func<PipelineField, int> indexOf)
        {
            Rule = rule;
            // A rule that asks for NULL judges every row, and so does one of whole records.
            var asksForNull = rule.NullsAreEqual || (rule.Condition is { } condition && AsksForNull(condition));
            _columns = asksForNull ? [] : [.. rule.JudgedFields.Select(indexOf)];
            if (rule.Premise is { } premise) _premise = ConditionTest.Build(ConditionBuilder.Certain(premise), indexOf);
            // Loaded rows pass every other rule.
            if (rule is { OnlyCounts: true, Condition: { } counted }) Test = ConditionTest.Build(counted, indexOf);
        }

        public PipelineRule Rule { get; }

        public ConditionTest? Test { get; }

        public long Passed { get; set; }

        public long Skipped { get; set; }

        public long Failed { get; set; }

        public bool Skips(IRowView row)
        {
            foreach (var column in _columns)
            {
                if (row.KindAt(column) is null) return true;
            }

            return _premise is not null && !_premise.Passes(row);
        }

        private static bool AsksForNull(Condition condition) => condition switch
        {
            AllOf all => all.Parts.Any(AsksForNull),
            AnyOf any => any.Parts.Any(AsksForNull),
            _ => condition is Presence,
        };
    }
}
