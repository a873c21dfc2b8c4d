namespace DbVc.PipelineRuntime;

/// <summary>A generated pipeline: turns the bytes of a source into typed rows.</summary>
public interface IPipeline
{
    /// <summary>The destination columns this pipeline fills, in the order a sink takes them.</summary>
    IReadOnlyList<PipelineColumn> Columns { get; }

    /// <summary>Reads the source to its end; every record ends in exactly one of accept, reject or filter.</summary>
    void Run(Stream source, IRowSink sink);
}

/// <summary>A destination column and the kind of value that goes into it.</summary>
public sealed record PipelineColumn(string Name, CellKind Kind);

/// <summary>The kinds of value that a pipeline hands over. Decimals, dates and timestamps travel as canonical text.</summary>
public enum CellKind : byte
{
    Integer = 1,
    Real = 2,
    Text = 3,
    Blob = 4,
}

/// <summary>
/// Takes the rows of a pipeline. Per source record: <see cref="Begin"/>, then either one call per column followed by
/// <see cref="Accept"/> or <see cref="Filter"/>, or one or more <see cref="Fail"/> followed by <see cref="Reject"/>.
/// Spans are copied before the call returns.
/// </summary>
public interface IRowSink
{
    /// <summary>Starts a record.</summary>
    /// <param name="record">Its number in the source, from 1, the header not counted.</param>
    void Begin(long record);

    void Null();

    void Integer(long value);

    void Real(double value);

    void Text(ReadOnlySpan<byte> utf8);

    void Blob(ReadOnlySpan<byte> bytes);

    /// <summary>The row is complete and valid.</summary>
    void Accept();

    /// <summary>Notes one broken rule of the current record.</summary>
    /// <param name="field">The field, or empty for a rule over several.</param>
    /// <param name="rule">The rule's name.</param>
    /// <param name="value">The offending value as it was read.</param>
    /// <param name="message">The rule's message, for a person.</param>
    void Fail(string field, string rule, ReadOnlySpan<byte> value, string message);

    /// <summary>The record goes to the quarantine with the failures noted.</summary>
    /// <param name="line">The physical line where the record starts, from 1.</param>
    /// <param name="raw">The record's raw bytes as text in UTF-8.</param>
    void Reject(long line, ReadOnlySpan<byte> raw);

    /// <summary>
    /// The record is left out on purpose. After one call per column the host judges by the row whether a declared rule leaves it out;
    /// without them it only counts the record.
    /// </summary>
    void Filter();
}
