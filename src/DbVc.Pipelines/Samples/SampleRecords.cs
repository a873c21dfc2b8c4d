namespace DbVc.Pipelines;

/// <summary>Finds records that a pipeline must accept, and records that break each of its rules; all can be written in the form of the source.</summary>
internal sealed class SampleRecords
{
    private const int MaxTries = 20_000;
    private const int Wanted = 3;

    private readonly PipelineSpec _spec;
    private readonly IReadOnlyList<PipelineField> _fields;
    private readonly IReadOnlyList<string> _columns;
    private readonly SampleColumns _samples;
    private readonly int[] _lastColumns;
    private readonly bool[] _timed;
    private readonly SampleFormat _format;
    private readonly List<IReadOnlyList<string?>> _candidates;
    private readonly List<(int Last, ConditionTest Test)> _tests;
    private int _tries;

    public SampleRecords(PipelineSpec spec)
    {
        _spec = spec;
        _fields = spec.FilledFields;
        _columns = spec.SourceColumns;
        _samples = new SampleColumns(spec);
        _lastColumns = [.. _fields.Select(LastColumn)];
        _timed = [.. _columns.Select(c => _fields.Any(f => f.Default is { IsCurrentTimestamp: true } && f.SourceColumns.Contains(c)))];
        _format = SampleFormat.Of(spec);
        _candidates = [.. _columns.Select(c => FilterAlone(c, _samples.CandidatesOf(c)))];
        var row = new SampleRow(_fields);
        _tests = [.. spec.CheckedRules.Where(r => r is { IsUnique: false, OnlyCounts: false })
            .Select(r => (r.Fields.Max(LastColumn), ConditionTest.Build(r.Condition!, row.IndexOf)))];
        Good = Distinguish(FindGood());
    }

    /// <summary>Up to three records that are accepted one after the other; empty if none was found.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> Good { get; }

    /// <summary>Records that differ from a good one in one cell and are rejected; each breaks something that none before it breaks.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> FindBad()
    {
        var found = new List<IReadOnlyList<string?>>();
        var seen = new HashSet<string>();
        var alone = new HashSet<BrokenRule>();
        foreach (var good in Good.Take(1))
        {
            for (var i = 0; i < _columns.Count; i++)
            {
                foreach (var cell in _samples.BadCellsOf(_columns[i]))
                {
                    var record = Replace(good, i, cell);
                    if (!_format.CanWrite(record) || IsTimed(record)) continue;
                    var outcome = new PipelineSimulator(_spec).Take(record);
                    if (outcome is not { IsRejected: true, IsOpen: false } || !outcome.Failures.Any(seen.Add)) continue;
                    found.Add(record);
                    if (outcome.Broken is [var only]) alone.Add(only);
                }
            }
        }

        if (Good.Count == 0) return found;
        foreach (var rule in _spec.CheckedRules.Where(r => r is { IsUnique: false, Rejects: true }))
        {
            if (alone.Contains(rule.AsBroken()) || FindBreaking(rule) is not { } record) continue;
            found.Add(record);
            if (new PipelineSimulator(_spec).Take(record).Broken is [var only]) alone.Add(only);
        }

        return found;
    }

    /// <summary>
    /// For each field that is preprocessed a record that is accepted with another value than it would be without, and for each with a default one without a
    /// value.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string?>> FindPreprocessed()
    {
        if (Good.Count == 0) return [];
        var raw = _spec with { Operations = [] };
        return
        [
            .. Plain().SelectMany(f => _spec.Operations.Where(o => o.Field.Name == f.Field.Name).SelectMany(OperationCells.Of).Distinct()
                .Select(c => Replace(Good[0], f.Column, c)).Where(r => _format.CanWrite(r) && Differs(r, raw, f.Field, f.Column)).Take(1)),
            .. Plain().Where(f => f.Field.Default is { IsCurrentTimestamp: false }).Select(f => Replace(Good[0], f.Column, null))
                .Where(r => _format.CanWrite(r) && IsAccepted(new PipelineSimulator(_spec), r)),
            .. FindSparse(),
        ];
    }

    /// <summary>A good record with nothing but what it must have, if there is anything that it need not.</summary>
    private IEnumerable<IReadOnlyList<string?>> FindSparse()
    {
        var sparse = Good[0];
        for (var i = 0; i < _columns.Count; i++)
        {
            // The time of the load stands there then.
            var without = Replace(sparse, i, null);
            if (!IsTimed(without) && _format.CanWrite(without) && IsAccepted(new PipelineSimulator(_spec), without)) sparse = without;
        }

        if (!ReferenceEquals(sparse, Good[0])) yield return sparse;
    }

    /// <summary>The fields that are one column of the source each.</summary>
    private IEnumerable<(PipelineField Field, int Column)> Plain() =>
        _fields.Where(f => f.Origin is null).Select(f => (f, _columns.ToList().IndexOf(f.HeaderName)));

    private bool Differs(IReadOnlyList<string?> record, PipelineSpec raw, PipelineField field, int column)
    {
        if (new PipelineSimulator(_spec).Take(record) is not { IsOpen: false, Values: { } values }) return false;
        var plain = new SampleRow(_fields);
        var index = plain.IndexOf(field);
        return !PipelineSimulator.TrySet(raw, plain, index, record[column]) || !Equals(plain.ValueAt(index), values[index]);
    }

    /// <summary>A record that breaks this rule, and if possible no other; null if none was found.</summary>
    private IReadOnlyList<string?>? FindBreaking(PipelineRule rule)
    {
        var simulator = new PipelineSimulator(_spec with { Rules = [.. _spec.Rules.Where(r => !r.IsUnique)] });
        var row = new SampleRow(_fields);
        var test = ConditionTest.Build(rule.Condition!, row.IndexOf);
        if (rule.Fields.Any(f => f.Origin is not null)) return null;
        var indexes = rule.Fields.Select(f => _columns.ToList().IndexOf(f.HeaderName)).ToList();
        var places = rule.Fields.Select(row.IndexOf).ToList();
        IReadOnlyList<string?>? first = null;
        foreach (var cells in RuleCases.Combine(RuleCases.Candidates(rule.Fields, [rule.Condition!])))
        {
            var fits = true;
            for (var i = 0; i < cells.Length; i++) fits &= PipelineSimulator.TrySet(_spec, row, places[i], cells[i]);
            if (!fits || !test.IsKnown(row) || test.Passes(row)) continue;
            var record = Good[0].Select((c, i) => indexes.IndexOf(i) is >= 0 and var at ? cells[at] : c).ToList();
            var outcome = simulator.Take(record);
            var broken = outcome.Broken;
            if (outcome.IsOpen || !broken.Contains(rule.AsBroken()) || !_format.CanWrite(record) || IsTimed(record)) continue;
            if (broken.Count == 1) return record;
            first ??= record;
        }

        return first;
    }

    /// <summary>Records that differ from a good one in one cell and are left out, one for each cell at most.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> FindLeftOut()
    {
        if (Good.Count == 0) return [];
        return [.. _columns.SelectMany((f, i) => _samples.BadCellsOf(f).Select(c => Replace(Good[0], i, c))
            .Where(r => _format.CanWrite(r) && !IsTimed(r) && new PipelineSimulator(_spec).Take(r) is { IsLeftOut: true, IsOpen: false }).Take(1))];
    }

    /// <summary>For each rule about duplicates a record that, after the first good one, breaks that rule, and if possible no other.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> FindDuplicates()
    {
        var found = new List<IReadOnlyList<string?>>();
        if (Good.Count == 0) return found;
        foreach (var rule in _spec.CheckedRules.Where(r => r.IsUnique && !r.OnlyCounts))
        {
            var other = Good.Count > 1 ? Good[1] : Good[0];
            var names = rule.Fields.SelectMany(f => f.SourceColumns).ToHashSet();
            var record = _columns.Select((c, i) => names.Contains(c) ? Good[0][i] : other[i]).ToList();
            var simulator = new PipelineSimulator(_spec);
            simulator.Take(Good[0]);
            if (!_format.CanWrite(record) || found.Any(f => f.SequenceEqual(record))) continue;
            if (simulator.Take(record) is { IsAccepted: false, IsOpen: false }) found.Add(record);
        }

        return found;
    }

    /// <summary>Whether an empty cell of it becomes the time of the load, which nobody can expect.</summary>
    private bool IsTimed(IReadOnlyList<string?> record) => Enumerable.Range(0, record.Count).Any(column => record[column] is null && _timed[column]);

    /// <summary>Surely: no test can expect anything of a record that is for the written code to judge.</summary>
    private static bool IsAccepted(PipelineSimulator simulator, IReadOnlyList<string?> record) => simulator.Take(record) is { IsAccepted: true, IsOpen: false };

    private static IReadOnlyList<string?> Replace(IReadOnlyList<string?> record, int index, string? cell)
    {
        var copy = record.ToArray();
        copy[index] = cell;
        return copy;
    }

    /// <summary>A field is known once the last of its columns is.</summary>
    private int LastColumn(PipelineField field) => Math.Max(0, field.SourceColumns.Select(c => _columns.ToList().IndexOf(c)).DefaultIfEmpty(0).Max());

    /// <summary>Candidates that pass the rules about what is made of this column alone; NULL last.</summary>
    private IReadOnlyList<string?> FilterAlone(string column, IReadOnlyList<string> cells)
    {
        var names = _fields.Where(f => f.SourceColumns.Contains(column)).Select(f => f.Name).ToHashSet();
        var alone = _spec with { Rules = [.. _spec.CheckedRules.Where(r => !r.IsUnique && r.Fields.All(f => names.Contains(f.Name)))] };
        var index = _columns.ToList().IndexOf(column);
        var simulator = new PipelineSimulator(alone);
        var blank = new string?[_columns.Count];
        return [.. cells.Select(c => (string?)c).Append(null)
            .Where(c => (c is null && _samples.MayBeMissing(column)) || IsAccepted(simulator, Replace(blank, index, c)))];
    }

    private List<IReadOnlyList<string?>> FindGood()
    {
        var good = new List<IReadOnlyList<string?>>();
        var simulator = new PipelineSimulator(_spec);
        for (var number = 0; number < Wanted; number++)
        {
            _tries = 0;
            var record = new string?[_columns.Count];
            if (Search(simulator, record, new SampleRow(_fields), 0, number)) good.Add(record);
        }

        return good;
    }

    private IReadOnlyList<IReadOnlyList<string?>> Distinguish(List<IReadOnlyList<string?>> good)
    {
        if (good.Count > 0) good[0] = DistinctCells.Make(good[0], _candidates, IsAcceptedFirst);
        return good;

        bool IsAcceptedFirst(IReadOnlyList<string?> record)
        {
            var simulator = new PipelineSimulator(_spec);
            return _format.CanWrite(record) && good.Select((r, i) => i == 0 ? record : r).All(r => IsAccepted(simulator, r));
        }
    }

    /// <summary>Fills the record field by field, giving up a value as soon as a rule over the fields so far breaks.</summary>
    private bool Search(PipelineSimulator simulator, string?[] record, SampleRow row, int index, int rotation)
    {
        if (index == record.Length) return _format.CanWrite(record) && IsAccepted(simulator, record);
        var candidates = _candidates[index];
        for (var i = 0; i < candidates.Count && _tries < MaxTries; i++)
        {
            _tries++;
            record[index] = candidates[(i + rotation) % candidates.Count];
            for (var field = 0; field < _fields.Count; field++)
            {
                if (_lastColumns[field] == index) Set(row, field, record);
            }

            if (_tests.Where(t => t.Last == index).All(t => t.Test.Passes(row)) && Search(simulator, record, row, index + 1, rotation)) return true;
        }

        return false;
    }

    private void Set(SampleRow row, int field, string?[] record)
    {
        if (PipelineSimulator.TryCompose(SimulationPlan.Of(_spec).Fields[field], record, 1, out var cell)) PipelineSimulator.TrySet(_spec, row, field, cell);
    }
}
