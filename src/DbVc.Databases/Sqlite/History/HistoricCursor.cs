using DbVc.Model;

namespace DbVc.Databases;

/// <summary>One scan of a table as it was. All rows are only counted until a value is asked for.</summary>
internal sealed class HistoricCursor(HistoricTable table, Func<bool> isInterrupted) : IDisposable
{
    private HistoricPlan? _plan;
    private IHistoricCursor? _rows;
    private List<KeyRange>? _ranges;
    private long[]? _numbers;
    private long _position;
    private int _next;

    public bool IsAtEnd { get; private set; } = true;

    public static Value ValueOf(IHistoricCursor row, int column) => row.KindAt(column) switch
    {
        ValueKind.Integer => Value.Integer(row.IntegerAt(column)),
        ValueKind.Real => Value.Real(row.RealAt(column)),
        ValueKind.Text => Value.Text(row.BytesAt(column).ToArray()),
        ValueKind.Blob => Value.Blob(row.BytesAt(column).ToArray()),
        _ => Value.Null,
    };

    /// <summary>Starts a scan and moves to its first row. Each argument is one value, or the values of a list.</summary>
    public void Start(HistoricPlan plan, Value[][] arguments)
    {
        if (!ReferenceEquals(_plan, plan))
        {
            _rows?.Dispose();
            _rows = null;
        }

        (_plan, _ranges, _numbers, _position, _next) = (plan, null, null, -1, 0);
        switch (plan.Path)
        {
            case HistoricPath.Key: _ranges = Ranges(plan, arguments); break;
            case HistoricPath.Lookup: _numbers = table.LookupFor(plan, isInterrupted)?.Find(Array.ConvertAll(arguments, a => a[0])); break;
            default: break;
        }

        if (plan.Backward) _ranges ??= [KeyRange.All];
        if (plan.Backward) _ranges!.Reverse();
        IsCounting = _ranges is null && _numbers is null;
        IsAtEnd = false;
        MoveNext();
    }

    /// <summary>True while no value was asked for: then the rows need not be read.</summary>
    private bool IsCounting { get; set; }

    public void MoveNext()
    {
        _position++;
        if (IsCounting) IsAtEnd = _position >= table.Count;
        else if (_numbers is not null) MoveToNumber();
        else if (_ranges is not null) MoveInRanges();
        else IsAtEnd = !ReadNext();
    }

    public long RowId()
    {
        var row = Current();
        return table.HasRowIdKey ? row.IntegerAt(table.StoredAt(table.Key[0])) : row.Number + 1;
    }

    /// <summary>The row the scan stands on.</summary>
    public IHistoricCursor Current()
    {
        if (!IsCounting) return _rows!;
        IsCounting = false;
        Rows().Seek(_position);
        if (!ReadNext()) throw Shorter();
        return _rows!;
    }

    public void Dispose() => _rows?.Dispose();

    private List<KeyRange> Ranges(HistoricPlan plan, Value[][] arguments)
    {
        var equal = new List<(ColumnAffinity, Value[])>();
        (ColumnAffinity Affinity, Value? Lower, Value? Upper)? bounds = null;
        for (var i = 0; i < arguments.Length; i++)
        {
            var affinity = table.AffinityAt(plan.Arguments[i].Column);
            switch (plan.Arguments[i].Comparison)
            {
                case Comparison.Equal: equal.Add((affinity, arguments[i])); break;
                case Comparison.Greater or Comparison.GreaterOrEqual: bounds = (affinity, arguments[i][0], bounds?.Upper); break;
                default: bounds = (affinity, bounds?.Lower, arguments[i][0]); break;
            }
        }

        return KeyRanges.Create(equal, bounds);
    }

    private IHistoricCursor Rows() => _rows ??= table.Open(_plan!);

    private void MoveToNumber()
    {
        IsAtEnd = _position >= _numbers!.Length;
        if (IsAtEnd) return;
        Rows().Seek(_numbers[_position]);
        if (!_rows!.Read()) throw Shorter();
    }

    private void MoveInRanges()
    {
        while (_position == 0 || !_rows!.Read())
        {
            IsAtEnd = _next == _ranges!.Count;
            if (IsAtEnd) return;
            Rows().Seek(_ranges[_next++], _plan!.Backward);
            _position = 1;
        }
    }

    private bool ReadNext()
    {
        if (_rows!.Read()) return true;
        if (_position < table.Count) throw Shorter();
        return false;
    }

    private DbVcException Shorter() => new(FailureKind.Failed, "row.damaged", $"Table '{table.Schema.Name}' has fewer rows than it says.",
        hint: "Run db-vc verify.");
}
