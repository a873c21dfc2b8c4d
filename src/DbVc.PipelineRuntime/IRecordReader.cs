namespace DbVc.PipelineRuntime;

/// <summary>
/// Reads a source record by record, in constant memory. Numbers of records depend on nothing but the source and its options, so whoever
/// reads it counts alike. What <see cref="Raw"/>, <see cref="Field"/> and <see cref="Cell"/> give is valid until the next <see cref="Read"/>.
/// </summary>
public interface IRecordReader
{
    /// <summary>The current record's number, from 1; what only names columns is no record.</summary>
    long Record { get; }

    /// <summary>The physical line where the current record starts, from 1.</summary>
    long Line { get; }

    /// <summary>The current record as it was written, in UTF-8.</summary>
    ReadOnlySpan<byte> Raw { get; }

    /// <summary>Why the current record must be rejected; null when it is well formed.</summary>
    RecordProblem? Problem { get; }

    /// <summary>Moves to the next record; false at the end of the source.</summary>
    bool Read();

    /// <summary>The index of a column; throws <c>source.column-missing</c> where the source can be known not to have it.</summary>
    int FindColumn(string name);

    /// <summary>Like <see cref="FindColumn"/>, but -1 when the source has no such column.</summary>
    int FindOptionalColumn(string name);

    /// <summary>A field as text, NULL when it says so or is not there.</summary>
    Text Cell(int index);

    /// <summary>The bytes of a field; empty for fields that are not there.</summary>
    ReadOnlySpan<byte> Field(int index);
}
