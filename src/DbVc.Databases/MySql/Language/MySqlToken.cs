namespace DbVc.Databases;

/// <summary>What a piece of SQL text is.</summary>
internal enum MySqlTokenKind
{
    /// <summary>A word without quotes: a keyword, a name, a number.</summary>
    Word,

    /// <summary>A name in backticks.</summary>
    Name,

    /// <summary>A text in quotes.</summary>
    Text,

    Symbol,
}

/// <summary>One piece of SQL text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Without its quotes.</param>
/// <param name="Start">Where it stands.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct MySqlToken(MySqlTokenKind Kind, string Value, int Start, int End)
{
    public bool Is(string word) => Kind == MySqlTokenKind.Word && string.Equals(Value, word, StringComparison.OrdinalIgnoreCase);

    public bool Is(char symbol) => Kind == MySqlTokenKind.Symbol && Value[0] == symbol;

    /// <summary>Could be the name of something.</summary>
    public bool IsName => Kind is MySqlTokenKind.Name or MySqlTokenKind.Word;

    /// <summary>Cuts a text into pieces; white space and comments fall between them. Null where a quote or comment has no end.</summary>
    public static List<MySqlToken>? Cut(string sql)
    {
        var tokens = new List<MySqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            var end = SkipBlank(sql, at);
            if (end < 0) return null;
            if (end > at)
            {
                at = end;
                continue;
            }

            end = EndOf(sql, at);
            if (end < 0) return null;
            tokens.Add(Create(sql, at, end));
            at = end;
        }

        return tokens;
    }

    private static MySqlToken Create(string sql, int start, int end) => sql[start] switch
    {
        '`' => new MySqlToken(MySqlTokenKind.Name, sql[(start + 1)..(end - 1)].Replace("``", "`", StringComparison.Ordinal), start, end),
        '\'' or '"' => new MySqlToken(MySqlTokenKind.Text, sql[(start + 1)..(end - 1)], start, end),
        var c => new MySqlToken(IsWordPart(c) ? MySqlTokenKind.Word : MySqlTokenKind.Symbol, sql[start..end], start, end),
    };

    /// <summary>The end of white space or of a comment that begins here; the same place for neither; -1 for a comment without end.</summary>
    private static int SkipBlank(string sql, int at)
    {
        if (char.IsWhiteSpace(sql[at])) return at + 1;
        if (sql[at] == '#' || IsDashComment(sql, at))
        {
            var line = sql.IndexOf('\n', at);
            return line < 0 ? sql.Length : line + 1;
        }

        if (!sql.AsSpan(at).StartsWith("/*")) return at;
        var end = sql.IndexOf("*/", at + 2, StringComparison.Ordinal);
        return end < 0 ? -1 : end + 2;
    }

    private static bool IsDashComment(string sql, int at) =>
        sql.AsSpan(at).StartsWith("--") && (at + 2 == sql.Length || char.IsWhiteSpace(sql[at + 2]) || char.IsControl(sql[at + 2]));

    private static int EndOf(string sql, int at)
    {
        var first = sql[at];
        if (first is '`' or '\'' or '"') return EndOfQuoted(sql, at, first);
        if (!IsWordPart(first)) return at + 1;
        var end = at + 1;
        while (end < sql.Length && IsWordPart(sql[end])) end++;
        return end;
    }

    private static int EndOfQuoted(string sql, int at, char quote)
    {
        for (var i = at + 1; i < sql.Length; i++)
        {
            if (sql[i] == '\\' && quote != '`') i++;
            else if (sql[i] == quote && i + 1 < sql.Length && sql[i + 1] == quote) i++;
            else if (sql[i] == quote) return i + 1;
        }

        return -1;
    }

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' or '@' || c >= 0x80;
}
