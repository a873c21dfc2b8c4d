using System.Runtime.CompilerServices;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>A few texts to look cells up in, compared byte for byte.</summary>
public sealed class TextSet
{
    private readonly byte[][] _texts;
    private readonly bool _hasEmpty;

    /// <summary>Makes the set; a text that is given twice counts once.</summary>
    public TextSet(params IReadOnlyList<string> texts)
    {
        _texts = [.. texts.Where(t => t.Length > 0).Distinct().Select(Encoding.UTF8.GetBytes)];
        _hasEmpty = texts.Contains("");
    }

    /// <summary>Whether a cell is exactly one of the texts; NULL never is.</summary>
    public bool Contains(Text cell) => !cell.IsNull && Contains(cell.Bytes);

    /// <summary>Whether a cell is one of the texts but for case, by Unicode's simple mapping; NULL never is.</summary>
    public bool ContainsIgnoringCase(Text cell)
    {
        if (cell.IsNull || cell.Bytes.IsEmpty) return !cell.IsNull && _hasEmpty;
        foreach (var text in _texts)
        {
            if (Rules.AreEqualIgnoringCase(cell, text)) return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Contains(ReadOnlySpan<byte> cell) => cell.IsEmpty ? _hasEmpty : _texts.Length > 0 && Find(cell);

    private bool Find(ReadOnlySpan<byte> cell)
    {
        foreach (var text in _texts)
        {
            if (cell.SequenceEqual(text)) return true;
        }

        return false;
    }
}
