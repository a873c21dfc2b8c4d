namespace DbVc.Pipelines;

/// <summary>The words that have a meaning in English rules; a field with such a name is written in backticks.</summary>
internal static class Words
{
    private static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "above", "after", "all", "among", "an", "and", "any", "are", "at", "be", "before", "begin", "begins", "below", "between", "but", "by",
        "can", "cannot", "contain", "contains", "different", "duplicates", "each", "earlier", "either", "end", "ends", "equal", "equals", "every",
        "exactly", "exceed", "exceeds", "false", "from", "greater", "has", "have", "if", "in", "include", "includes", "is", "it", "its",
        "larger", "later", "least", "less", "longer", "match", "matches", "may", "more", "most", "must", "needs", "never", "no", "none", "not", "null", "of",
        "on", "or", "over", "remove", "replace",
        "shall", "shorter", "should", "start", "starts", "than", "the", "then", "to", "true", "under", "unless", "up", "when",
        "with", "within",
    };

    private static readonly HashSet<string> s_predicateStarts = new(StringComparer.OrdinalIgnoreCase)
    {
        "must", "should", "shall", "has", "have", "needs", "need", "cannot", "can", "can't", "mustn't", "shouldn't", "may", "is", "isn't", "are", "aren't",
        "be", "at", "no", "less", "greater", "more", "larger", "smaller", "higher", "lower", "above", "below", "over", "under", "between", "within",
        "longer", "shorter", "equal", "equals", "exceed", "exceeds", "after", "before", "on", "later", "earlier", "one", "in", "match", "matches",
        "start", "starts", "begin", "begins", "end", "ends", "contain", "contains", "include", "includes", "up", "exactly", "different", "not",
    };

    public static bool IsReserved(string word) => s_reserved.Contains(word);

    public static bool StartsPredicate(Token token) =>
        (token.Kind == TokenKind.Word && s_predicateStarts.Contains(token.Text))
        || (token.Kind == TokenKind.Symbol && token.Text is ">" or ">=" or "<" or "<=" or "=" or "!=");

    /// <summary>The part of a contraction before its apostrophe.</summary>
    public static bool IsContraction(string word) =>
        word.ToLowerInvariant() is "can" or "mustn" or "shouldn" or "isn" or "aren" or "doesn" or "don" or "won" or "haven" or "hasn";
}
