namespace DbVc.Pipelines;

/// <summary>A position in the tokens of a rule, and the names that mean fields.</summary>
internal sealed class TokenReader(string text, IReadOnlyList<PipelineField> fields)
{
    private readonly List<Token> _tokens = Tokenizer.Tokenize(text);

    public IReadOnlyList<PipelineField> Fields { get; } = fields;

    /// <summary>Set back to try another reading.</summary>
    public int Index { get; set; }

    public Token Current => _tokens[Index];

    public bool AtEnd => Current.Kind == TokenKind.End;

    public Token Peek(int ahead) => _tokens[Math.Min(Index + ahead, _tokens.Count - 1)];

    public Token Take()
    {
        var token = Current;
        if (!AtEnd) Index++;
        return token;
    }

    /// <summary>Takes the words if all of them come next; words of one step are separated by blanks.</summary>
    public bool Accept(string words)
    {
        var start = Index;
        foreach (var word in words.Split(' '))
        {
            if (Current.Is(word))
            {
                Index++;
                continue;
            }

            Index = start;
            return false;
        }

        return true;
    }

    public bool AcceptAny(params ReadOnlySpan<string> choices)
    {
        foreach (var words in choices)
        {
            if (Accept(words)) return true;
        }

        return false;
    }

    public bool AcceptSymbol(string symbol)
    {
        if (!Current.IsSymbol(symbol)) return false;
        Index++;
        return true;
    }

    /// <summary>The field that a token names: exactly, else ignoring case if only one does; null if none.</summary>
    public PipelineField? FindField(Token token)
    {
        if (token.Kind is not (TokenKind.Word or TokenKind.Name or TokenKind.Quoted)) return null;
        var exact = Fields.FirstOrDefault(f => f.Name == token.Text);
        if (exact is not null || token.Kind == TokenKind.Quoted) return exact;
        var similar = Fields.Where(f => f.Name.Equals(token.Text, StringComparison.OrdinalIgnoreCase)).ToList();
        return similar.Count == 1 ? similar[0] : null;
    }

    public bool TryTakeField(out PipelineField field)
    {
        field = FindField(Current)!;
        if (field is null) return false;
        Index++;
        return true;
    }

    /// <summary>The failure to understand what comes next.</summary>
    /// <param name="wanted">What should stand here.</param>
    /// <param name="words">Words that could.</param>
    public RuleException Unexpected(string wanted, IEnumerable<string>? words = null)
    {
        var hint = Current.Kind == TokenKind.Word && !Words.IsReserved(Current.Text)
            ? Suggestion.Nearest(Current.Text, words ?? Fields.Select(f => f.Name)) : null;
        return new RuleException(AtEnd ? $"it ends where {wanted} should follow" : $"{Current} stands where {wanted} should",
            hint is null ? null : $"did you mean '{hint}'?");
    }
}
