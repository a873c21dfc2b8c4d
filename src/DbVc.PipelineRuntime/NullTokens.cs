using System.Runtime.CompilerServices;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>The cells of a source that read as NULL.</summary>
internal sealed class NullTokens(IReadOnlyList<string> tokens)
{
    private readonly byte[][] _tokens = [.. tokens.Where(t => t.Length > 0).Select(Encoding.UTF8.GetBytes)];
    private readonly bool _hasEmpty = tokens.Contains("");

    /// <summary>Whether a cell is exactly one of the tokens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(ReadOnlySpan<byte> cell) => cell.IsEmpty ? _hasEmpty : _tokens.Length > 0 && Find(cell);

    private bool Find(ReadOnlySpan<byte> cell)
    {
        foreach (var token in _tokens)
        {
            if (cell.SequenceEqual(token)) return true;
        }

        return false;
    }
}
