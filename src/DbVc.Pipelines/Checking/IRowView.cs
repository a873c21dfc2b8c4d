using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>A finished row as the host holds it; columns are those of <see cref="PipelineSpec.Columns"/>, in that order.</summary>
public interface IRowView
{
    /// <summary>The kind of a cell; null for NULL.</summary>
    CellKind? KindAt(int column);

    /// <summary>The integer of a cell of kind Integer.</summary>
    long Integer(int column);

    /// <summary>The number of a cell of kind Real.</summary>
    double Real(int column);

    /// <summary>The bytes of a cell of kind Text or Blob; valid until the row changes.</summary>
    ReadOnlySpan<byte> Bytes(int column);
}
