namespace DbVc.PipelineRuntime;

/// <summary>The cells that read as NULL.</summary>
internal sealed class NullTokens(IReadOnlyList<string> tokens)
{
    private readonly byte[][] _tokens = [.. tokens.Where(t => t.Length > 0).Select(System.Text.Encoding.UTF8.GetBytes)];

    /// <summary>Whether the empty cell is one of them.</summary>
    public bool HoldsEmpty { get; } = tokens.Contains("");

    /// <summary>Whether any cell that is not empty is one of them.</summary>
    public bool HoldsMore => _tokens.Length > 0;

    public bool Contains(ReadOnlySpan<byte> bytes)
    {
        foreach (var token in _tokens)
        {
            if (bytes.SequenceEqual(token)) return true;
        }

        return false;
    }
}
