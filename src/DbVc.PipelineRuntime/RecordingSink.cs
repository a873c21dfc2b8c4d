namespace DbVc.PipelineRuntime;

/// <summary>Keeps what a pipeline hands over in memory; for tests and small samples.</summary>
public sealed class RecordingSink : IRowSink
{
    private readonly List<object?> _cells = [];
    private readonly List<RecordedFailure> _failures = [];
    private long _record;

    /// <summary>Accepted rows; cells are long, double, string, byte[] or null.</summary>
    public List<IReadOnlyList<object?>> Accepted { get; } = [];

    public List<RecordedRejection> Rejected { get; } = [];

    /// <summary>Numbers of records left out on purpose.</summary>
    public List<long> Filtered { get; } = [];

    public void Begin(long record)
    {
        _record = record;
        _cells.Clear();
        _failures.Clear();
    }

    public void Null() => _cells.Add(null);

    public void Integer(long value) => _cells.Add(value);

    public void Real(double value) => _cells.Add(value);

    public void Text(ReadOnlySpan<byte> utf8) => _cells.Add(System.Text.Encoding.UTF8.GetString(utf8));

    public void Blob(ReadOnlySpan<byte> bytes) => _cells.Add(bytes.ToArray());

    public void Accept() => Accepted.Add([.. _cells]);

    public void Fail(string field, string rule, ReadOnlySpan<byte> value, string message) =>
        _failures.Add(new RecordedFailure(field, rule, System.Text.Encoding.UTF8.GetString(value), message));

    public void Reject(long line, ReadOnlySpan<byte> raw) =>
        Rejected.Add(new RecordedRejection(_record, line, System.Text.Encoding.UTF8.GetString(raw), [.. _failures]));

    public void Filter() => Filtered.Add(_record);
}

/// <summary>A rejected record with every rule it broke.</summary>
public sealed record RecordedRejection(long Record, long Line, string Raw, IReadOnlyList<RecordedFailure> Failures);

/// <summary>One broken rule; the field is empty for a rule over several.</summary>
public sealed record RecordedFailure(string Field, string Rule, string Value, string Message);
