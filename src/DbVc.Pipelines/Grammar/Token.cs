namespace DbVc.Pipelines;

internal enum TokenKind
{
    /// <summary>Letters, digits and underscores; a keyword or a name.</summary>
    Word,

    /// <summary>A name in backticks.</summary>
    Name,

    /// <summary>Text in single or double quotes.</summary>
    Quoted,
    Number,
    Date,

    /// <summary>A regular expression between slashes.</summary>
    Regex,
    Symbol,
    End,
}

/// <summary>One word, literal or sign of an English rule.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Without quotes or slashes; symbols in their ASCII form.</param>
internal readonly record struct Token(TokenKind Kind, string Text)
{
    public bool Is(string word) => Kind == TokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    public override string ToString() => Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Quoted => $"'{Text}'",
        TokenKind.Name => $"`{Text}`",
        TokenKind.Regex => $"/{Text}/",
        _ => $"'{Text}'",
    };
}
