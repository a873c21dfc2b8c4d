using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>
/// Where it is open which of several records with equal keys is the first: that hangs on whether one before it was rejected, and of what is said in words alone
/// nobody but the written code knows. Of records without such a twin, and of those before the first open one, it never is.
/// </summary>
internal sealed class OpenKeys
{
    private readonly (string Name, bool Drops, KeyFields Fields, UniqueSet Once, UniqueSet Twice)[] _rules = [];
    private readonly Dictionary<long, UniqueKey[]> _keys = [];
    private long _firstOpen = long.MaxValue;

    public OpenKeys(PipelineSpec spec)
    {
        // Without such rules nothing is ever open, and nothing need be kept.
        if (spec.CheckedRules.All(r => r.Described.Count == 0)) return;
        var index = spec.FilledFields.Select((f, i) => (f.Name, i)).ToDictionary(f => f.Name, f => f.i, StringComparer.Ordinal);
        _rules = [.. spec.CheckedRules.Where(r => r.IsUnique).Select(r => (ExpectedRecords.NameOf(r), r.Drops, KeyFields.Of(r, f => index[f.Name]),
            new UniqueSet(r.NullsAreEqual), new UniqueSet(r.NullsAreEqual)))];
    }

    /// <summary>Counts the keys of a record that was read, in order.</summary>
    public void Note(long record, IRowView row, SimulatedOutcome outcome)
    {
        if (outcome.IsOpen) _firstOpen = Math.Min(_firstOpen, record);
        if (_rules.Length == 0 || (!outcome.IsAccepted && !IsAboutKeys(outcome))) return;
        var keys = _keys[record] = [.. _rules.Select(r => RowChecker.KeyOf(r.Fields, row))];
        for (var i = 0; i < keys.Length; i++)
        {
            if (!_rules[i].Once.Add(keys[i])) _rules[i].Twice.Add(keys[i]);
        }
    }

    /// <summary>Whether it is open that a record is rejected by this rule.</summary>
    public bool IsOpen(long record, string failure) => Array.Exists(_rules, r => r.Name == failure) && HasTwin(record, r => r.Name == failure);

    /// <summary>Whether it is open that a record is left out as one that was there.</summary>
    public bool MayBeLeftOut(long record) => HasTwin(record, r => r.Drops);

    /// <summary>Whether a record is kept out for its keys alone, and that is open.</summary>
    public bool IsKeptOut(long record, SimulatedOutcome outcome) => !outcome.IsAccepted && IsAboutKeys(outcome) && HasTwin(record, _ => true);

    private bool HasTwin(long record, Func<(string Name, bool Drops, KeyFields Fields, UniqueSet Once, UniqueSet Twice), bool> isMeant)
    {
        if (record < _firstOpen || !_keys.TryGetValue(record, out var keys)) return false;
        for (var i = 0; i < keys.Length; i++)
        {
            if (isMeant(_rules[i]) && _rules[i].Twice.Contains(keys[i])) return true;
        }

        return false;
    }

    private bool IsAboutKeys(SimulatedOutcome outcome) => outcome.DroppedBy is { } dropping ? dropping.IsUnique
        : outcome.Failures.All(failure => Array.Exists(_rules, r => r.Name == failure));
}
