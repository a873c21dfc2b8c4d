using DbVc.Databases;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// Takes the rows that come out of the sandbox, judges each again by the declared rules, and loads it into the branch. What is not loaded goes
/// to the quarantine with its reasons. Nothing is visible before <see cref="Commit"/>.
/// </summary>
internal sealed class RowLoader : IRowReceiver, IDisposable
{
    private const int MaxFirst = 20;
    private const long RowsBetweenReports = 20_000;

    private readonly RowChecker _checker;
    private readonly IReadOnlyList<PipelineColumn> _columns;
    private readonly UniqueTracker[] _uniques;
    private readonly IBulkLoad _load;
    private readonly Quarantine _quarantine;
    private readonly IAgentProgress _progress;
    private readonly long[] _warned;
    private IRowView _row = null!;

    public RowLoader(LoadTarget target, Quarantine quarantine, IAgentProgress progress)
    {
        (_quarantine, _progress) = (quarantine, progress);
        _columns = target.Spec.Columns;
        _checker = new RowChecker(target.Spec);
        _warned = new long[_checker.Warnings.Count];
        _uniques = [.. _checker.UniqueFields.Select(u => UniqueTracker.Read(u, target.Spec, target.Table, target.Database))];

        // Columns that the pipeline does not fill are left to the database's defaults.
        var filled = _columns.Select(c => target.Table.FindColumn(c.Name)!).ToList();
        _load = target.Database.BeginLoad(target.Table with { Columns = filled }, target.LockTimeout);
    }

    public IReadOnlyList<PipelineColumn> Filled { get; private set; } = [];

    public long Loaded { get; private set; }

    public long Rejections { get; private set; }

    public long Omitted { get; private set; }

    /// <summary>Rows that the generated code accepted against a declared rule.</summary>
    public long Disagreements { get; private set; }

    public Dictionary<string, long> RejectedByRule { get; } = [];

    /// <summary>How many loaded rows break each rule that only warns.</summary>
    public IReadOnlyDictionary<string, long> Warned =>
        _checker.Warnings.Zip(_warned).GroupBy(w => w.First.Message).ToDictionary(g => g.Key, g => g.Sum(w => w.Second));

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
        _row = row;
        if (_checker.FindBroken(_row) is { } broken)
        {
            Disagreements++;
            Reject(record, broken, FirstDisagreements);
            return;
        }

        foreach (var unique in _uniques)
        {
            var duplicate = unique.Find(_row);
            if (duplicate == DuplicateKind.None) continue;
            if (duplicate == DuplicateKind.InSource) Disagreements++;
            Reject(record, unique.Fields.Broken, duplicate == DuplicateKind.InSource ? FirstDisagreements : FirstFailures);
            return;
        }

        Bind();
        if (_load.Insert() is { } refusal)
        {
            Reject(record, new BrokenRule("", "constraint", refusal), FirstFailures);
            return;
        }

        foreach (var unique in _uniques) unique.AddFound();
        _checker.CountWarnings(_row, _warned);
        Loaded++;
        if (Loaded % RowsBetweenReports == 0) _progress.Rows(Loaded, Rejections);
    }

    public void Rejected(RejectedRecord rejected)
    {
        _quarantine.Add(rejected);
        Rejections++;
        foreach (var reason in rejected.Reasons) Count(reason.Rule);
        if (rejected.Reasons.Count == 0 || FirstFailures.Count >= MaxFirst) return;
        var first = rejected.Reasons[0];
        FirstFailures.Add(new RowFailure(rejected.Record, rejected.Line, first.Field, first.Rule, first.Value, first.Message));
    }

    public void Filtered(long record) => Omitted++;

    /// <summary>Makes the rows visible. The quarantine goes first, so no record can be lost between the two.</summary>
    public void Commit()
    {
        _quarantine.Commit();
        _load.Commit();
        _progress.Rows(Loaded, Rejections);
    }

    public void Dispose() => _load.Dispose();

    private static string Names(IEnumerable<PipelineColumn> columns) => string.Join(", ", columns.Select(c => $"{c.Name} ({c.Kind})"));

    private void Reject(long record, BrokenRule broken, List<RowFailure> first)
    {
        var value = Show(broken.Field);
        _quarantine.Add(new RejectedRecord(record, 0, System.Text.Encoding.UTF8.GetBytes(ShowRow()), false,
            [new RejectionReason(broken.Field, broken.Rule, value, broken.Message)]));
        Rejections++;
        Count(broken.Rule);
        if (first.Count < MaxFirst) first.Add(new RowFailure(record, 0, broken.Field, broken.Rule, value, broken.Message));
    }

    private void Count(string rule) => RejectedByRule[rule] = RejectedByRule.GetValueOrDefault(rule) + 1;

    private string Show(string field)
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i].Name == field) return Show(i);
        }

        return ShowRow();
    }

    private string ShowRow() => string.Join(", ", Enumerable.Range(0, _columns.Count).Select(i => $"{_columns[i].Name}={Show(i)}"));

    private string Show(int column) => (_row.KindAt(column) switch
    {
        null => Value.Null,
        CellKind.Integer => Value.Integer(_row.Integer(column)),
        CellKind.Real => Value.Real(_row.Real(column)),
        CellKind.Text => Value.Text(_row.Bytes(column).ToArray()),
        _ => Value.Blob(_row.Bytes(column).ToArray()),
    }).ToString();

    private void Bind()
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            switch (_row.KindAt(i))
            {
                case null:
                    _load.SetNull(i);
                    break;
                case CellKind.Integer:
                    _load.SetInteger(i, _row.Integer(i));
                    break;
                case CellKind.Real:
                    _load.SetReal(i, _row.Real(i));
                    break;
                case CellKind.Text:
                    _load.SetText(i, _row.Bytes(i));
                    break;
                default:
                    _load.SetBlob(i, _row.Bytes(i));
                    break;
            }
        }
    }
}

/// <summary>Where rows are loaded.</summary>
internal sealed record LoadTarget(PipelineSpec Spec, TableSchema Table, IDatabase Database, TimeSpan LockTimeout);
