using System.Globalization;
using System.Text;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// Takes the rows that come out of the sandbox, judges each again by the declared rules, and has it loaded into the branch. What is not loaded
/// goes to the quarantine with its reasons. Nothing is visible before <see cref="Commit"/>.
/// </summary>
internal sealed class RowLoader : IRowReceiver, IDisposable
{
    private const int MaxFirst = 20;
    private const long RowsBetweenReports = 20_000;

    private readonly RowChecker _checker;
    private readonly IReadOnlyList<PipelineColumn> _columns;
    private readonly UniqueTracker[] _uniques;
    private readonly ILoadRule[] _loadRules;

    /// <summary>Rules that a row breaks and is loaded for all that.</summary>
    private readonly List<PipelineRule> _counted = [];
    private readonly RowInserter _inserter;
    private readonly Quarantine _quarantine;
    private readonly TableProfiler _profiler;
    private readonly TableTally _table;
    private readonly IAgentProgress _progress;
    private readonly LoadTarget _target;
    private readonly VersionTracker? _versions;

    /// <summary>Columns for which the table has none, and whose values keep a row out.</summary>
    private readonly int[] _homeless;

    private long _rows;
    private long _bytes;

    /// <param name="now">The time of the load.</param>
    public RowLoader(LoadTarget target, Quarantine quarantine, IAgentProgress progress, DateTimeOffset now)
    {
        (_target, _quarantine, _progress) = (target, quarantine, progress);
        _columns = target.Spec.Columns;
        _checker = new RowChecker(target.Spec);
        _profiler = new TableProfiler(target.Spec);
        _table = new TableTally(target.Spec);
        _uniques = [.. _checker.Uniques.Select(u => UniqueTracker.Read(u, target.Spec, target.Table, target.Database))];

        _loadRules = [.. _checker.LoadRules.Select(r => ILoadRule.Prepare(r, target.Spec, target.Database, now))];

        // Other columns that the pipeline does not fill are left to the database's defaults; what the table has no column for is left out.
        var places = Enumerable.Range(0, _columns.Count).Where(i => target.Table.FindColumn(_columns[i].Name) is not null).ToArray();
        _homeless = target.Spec.Destination.Evolution == Evolution.DiscardRow ? [.. Enumerable.Range(0, _columns.Count).Except(places)] : [];
        var filled = places.Select(i => target.Table.FindColumn(_columns[i].Name)!).ToList();
        _versions = VersionTracker.Read(target, now);
        var constants = new List<byte[]>();
        if (_versions is not null)
        {
            filled.Add(target.Table.FindColumn(target.Spec.Destination.Versions!.From)!);
            constants.Add(_versions.From);
        }

        foreach (var column in FindTimes(target))
        {
            filled.Add(column);
            constants.Add(Encoding.ASCII.GetBytes(now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)));
        }

        var load = target.Database.BeginLoad(target.Table with { Columns = filled }, target.LockTimeout, Destination.OptionsFor(target.Spec));
        _inserter = new RowInserter(load, _columns.Count, places, constants, Settle);
    }

    /// <summary>Columns that the source lacks and that have the time of the load: one time for all rows. A row that is written over another keeps the time
    /// that it has, so where that may be the column is the database's.</summary>
    private static IEnumerable<Column> FindTimes(LoadTarget target) => target.Spec.Destination.Disposition is Disposition.Append or Disposition.Replace
        ? target.Spec.Fields.Except(target.Spec.FilledFields).Select(f => target.Table.FindColumn(f.Name)).OfType<Column>()
        : [];

    public IReadOnlyList<PipelineColumn> Filled { get; private set; } = [];

    public long Loaded { get; private set; }

    public long Rejections { get; private set; }

    /// <summary>Records that a declared rule leaves out.</summary>
    public long Omitted { get; private set; }

    /// <summary>Records that are what the present version of their key is.</summary>
    public long Kept { get; private set; }

    /// <summary>Records that the code left out without showing a row to judge.</summary>
    public long Unexplained { get; private set; }

    /// <summary>Rows that the generated code accepted against a declared rule.</summary>
    public long Disagreements { get; private set; }

    public Dictionary<string, long> RejectedByRule { get; } = [];

    /// <summary>What became of every declared rule.</summary>
    public IReadOnlyList<RuleOutcome> Rules => _checker.Tally.Outcomes;

    /// <summary>What was loaded, column by column.</summary>
    public TableProfile Profile => _profiler.Build();

    /// <summary>What the rules about the whole table say; once all rows are loaded.</summary>
    public IReadOnlyList<TableOutcome> JudgeTable(LoadFacts facts) => _table.Judge(facts);

    public List<RowFailure> FirstFailures { get; } = [];

    public List<RowFailure> FirstDisagreements { get; } = [];

    public void Columns(IReadOnlyList<PipelineColumn> columns)
    {
        Filled = columns;
        if (columns.SequenceEqual(_columns)) return;
        throw new DbVcException(FailureKind.Refused, "worker.columns", "The pipeline does not fill the columns that the metadata declares.",
            hint: $"It fills {Names(columns)}; declared are {Names(_columns)}.");
    }

    public void Row(long record, RowView row)
    {
        // Before the rules, so that the memory of the keys is at hand when they have been checked.
        foreach (var unique in _uniques) unique.Prepare(row);
        if (_checker.FindBroken(row) is { } broken)
        {
            Disagreements++;
            Reject(record, row, broken, FirstDisagreements);
            return;
        }

        foreach (var column in _homeless)
        {
            if (row.KindAt(column) is null) continue;
            Omit(new BrokenRule(_columns[column].Name, "evolution", "The table has no column for it."));
            return;
        }

        if (!IsNew(record, row)) return;
        // As in generated code, a row that passes every rule takes its keys, even if the database then refuses it.
        _counted.Clear();
        foreach (var unique in _uniques)
        {
            if (unique.Fields.Rule.OnlyCounts && unique.Find() != DuplicateKind.None) _counted.Add(unique.Fields.Rule);
            unique.AddFound();
        }

        if (!IsAllowed(record, row))
        {
            foreach (var unique in _uniques) unique.AddLost();
            return;
        }

        foreach (var rule in _counted) _checker.Tally.Repeated(rule);
        _checker.Tally.Loaded(row);
        if (_versions is not null && _versions.IsPresent(row))
        {
            Kept++;
            return;
        }

        if (_target.Branch?.Budget is { } budget) RequireBudget(budget, row);
        _inserter.Add(record, row);
    }

    public void FilteredRow(long record, RowView row)
    {
        foreach (var unique in _uniques) unique.Prepare(row);
        var rule = _checker.FindDropping(row)
            ?? Array.Find(_uniques, u => u.Fields.Rule.Drops && u.Find() != DuplicateKind.None)?.Fields.Rule;
        if (rule is not null)
        {
            // What it repeats was not loaded, and the code cannot know that: to be tried again.
            if (rule.IsUnique && Array.Exists(_uniques, u => u.Fields.Rule == rule && u.IsLost())) Reject(record, row, rule.AsBroken(), FirstFailures);
            else Omit(rule.AsBroken());
            return;
        }

        Disagreements++;
        Reject(record, row, new BrokenRule("", "filter", "The code leaves out a row that no declared rule drops."), FirstDisagreements);
    }

    public void Rejected(RejectedRecord rejected)
    {
        _quarantine.Add(rejected);
        Rejections++;
        foreach (var reason in rejected.Reasons)
        {
            Count(reason.Rule);
            _checker.Tally.Broken(new BrokenRule(reason.Field, reason.Rule, reason.Message));
        }

        if (rejected.Reasons.Count == 0 || FirstFailures.Count >= MaxFirst) return;
        var first = rejected.Reasons[0];
        FirstFailures.Add(new RowFailure(rejected.Record, rejected.Line, first.Field, first.Rule, first.Value, first.Message));
    }

    public void Filtered(long record) => Unexplained++;

    /// <summary>Makes the rows visible. The quarantine goes first, so no record can be lost between the two.</summary>
    /// <param name="readRecords">Reads the texts of some records from the source.</param>
    public void Commit(Func<IReadOnlySet<long>, IReadOnlyDictionary<long, RecordText>> readRecords)
    {
        _inserter.Finish();
        if (_quarantine.Unseen.Count > 0) _quarantine.Complete(readRecords(_quarantine.Unseen));
        _quarantine.Commit();
        _inserter.Commit();
        _inserter.Dispose();
        _versions?.EndVersions();
        _progress.Rows(Loaded, Rejections + Omitted, _target.CountRecords());
    }

    public void Dispose() => _inserter.Dispose();

    /// <summary>False when a rule about duplicates keeps the row out; it is counted then.</summary>
    private bool IsNew(long record, RowView row)
    {
        foreach (var unique in _uniques)
        {
            var rule = unique.Fields.Rule;
            var duplicate = rule.OnlyCounts ? DuplicateKind.None : unique.Find();
            if (duplicate == DuplicateKind.None) continue;
            // The sandbox does not know what the destination holds; what the source repeats it should have seen.
            if (duplicate == DuplicateKind.InSource) Disagreements++;
            if (duplicate == DuplicateKind.InDestination && rule.Drops) Omit(unique.Fields.Broken);
            else Reject(record, row, unique.Fields.Broken, duplicate == DuplicateKind.InSource ? FirstDisagreements : FirstFailures);
            return false;
        }

        return true;
    }

    /// <summary>False when a rule about other tables or the time keeps the row out; it is counted then.</summary>
    private bool IsAllowed(long record, RowView row)
    {
        foreach (var asked in _loadRules)
        {
            if (asked.Allows(row)) continue;
            var (rule, broken) = (asked.Fields.Rule, asked.Fields.Broken);
            if (rule.OnlyCounts)
            {
                _counted.Add(rule);
                continue;
            }

            if (rule.Drops) Omit(broken);
            else Reject(record, row, broken, FirstFailures);
            return false;
        }

        return true;
    }

    private void Omit(BrokenRule rule)
    {
        Omitted++;
        _checker.Tally.Broken(rule);
    }

    /// <summary>A branch's instance is made anew before it is loaded, so what is loaded is what the branch becomes.</summary>
    private void RequireBudget(BranchBudget budget, RowView row)
    {
        if (++_rows > budget.Rows) throw BudgetCheck.Exceeded(_target.Branch!.Name, "rows", budget.Rows.Value);
        if (budget.Bytes is not { } limit) return;
        for (var i = 0; i < _columns.Count; i++)
        {
            _bytes += row.KindAt(i) switch { null => 0, CellKind.Integer or CellKind.Real => 8, _ => row.Bytes(i).Length };
        }

        if (_bytes > limit) throw BudgetCheck.Exceeded(_target.Branch!.Name, "bytes", limit);
    }

    private static string Names(IEnumerable<PipelineColumn> columns) => string.Join(", ", columns.Select(c => $"{c.Name} ({c.Kind})"));

    private void Settle(RowBlock block, IReadOnlyList<RefusedRow> refused)
    {
        foreach (var (index, sentence) in refused)
        {
            var row = block.RowAt(index);
            _checker.Tally.Refused(row);
            _versions?.Refuse(row);
            Reject(block.RecordAt(index), row, new BrokenRule("", "constraint", sentence), FirstFailures);
        }

        Observe(block, refused);
        var reported = Loaded / RowsBetweenReports;
        Loaded += block.Count - refused.Count;
        if (Loaded / RowsBetweenReports > reported) _progress.Rows(Loaded, Rejections + Omitted, _target.CountRecords());
    }

    /// <summary>Looks at what was loaded, in the order of records.</summary>
    private void Observe(RowBlock block, IReadOnlyList<RefusedRow> refused)
    {
        var left = refused.Count == 0 ? null : refused.Select(r => r.Row).ToHashSet();
        for (var i = 0; i < block.Count; i++)
        {
            if (left is not null && left.Contains(i)) continue;
            var row = block.RowAt(i);
            _profiler.Add(row);
            if (!_table.IsEmpty) _table.Add(block.RecordAt(i), row);
        }
    }

    private void Reject(long record, RowView row, BrokenRule broken, List<RowFailure> first)
    {
        var value = Show(row, broken.Field);
        _quarantine.AddUnseen(new RejectedRecord(record, 0, System.Text.Encoding.UTF8.GetBytes(ShowRow(row)), false,
            [new RejectionReason(broken.Field, broken.Rule, value, broken.Message)]));
        Rejections++;
        Count(broken.Rule);
        _checker.Tally.Broken(broken);
        if (first.Count < MaxFirst) first.Add(new RowFailure(record, 0, broken.Field, broken.Rule, value, broken.Message));
    }

    private void Count(string rule) => RejectedByRule[rule] = RejectedByRule.GetValueOrDefault(rule) + 1;

    private string Show(RowView row, string field)
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i].Name == field) return Show(row, i);
        }

        return ShowRow(row);
    }

    private string ShowRow(RowView row) => string.Join(", ", Enumerable.Range(0, _columns.Count).Select(i => $"{_columns[i].Name}={Show(row, i)}"));

    private static string Show(RowView row, int column) => (row.KindAt(column) switch
    {
        null => Value.Null,
        CellKind.Integer => Value.Integer(row.Integer(column)),
        CellKind.Real => Value.Real(row.Real(column)),
        CellKind.Text => Value.Text(row.Bytes(column).ToArray()),
        _ => Value.Blob(row.Bytes(column).ToArray()),
    }).ToString();
}

/// <summary>Where rows are loaded.</summary>
internal sealed record LoadTarget(PipelineSpec Spec, TableSchema Table, IDatabase Database, TimeSpan LockTimeout)
{
    /// <summary>How many records the source has; null while that is not known.</summary>
    public Func<long?> CountRecords { get; init; } = () => null;

    /// <summary>The branch that is loaded, for its budget; null for no budget.</summary>
    public BranchRecord? Branch { get; init; }
}
