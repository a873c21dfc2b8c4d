using System.Text;

namespace DbVc.Databases;

/// <summary>Cuts SQL text into tokens as PostgreSQL does with <c>standard_conforming_strings</c> on; comments and spaces are left out.</summary>
internal static class PostgresTokens
{
    /// <summary>Null if the text ends inside a quoted name, a text or a comment.</summary>
    public static List<SqlToken>? Cut(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; ;)
        {
            if (SkipBlank(sql, at) is not { } start) return null;
            if (start >= sql.Length) return tokens;
            if (Next(sql, start) is not { } token) return null;
            tokens.Add(token);
            at = token.End;
        }
    }

    /// <summary>Equal for two texts exactly when they differ only in layout, comments, quotes that change nothing and upper and lower case of words.</summary>
    public static string Canonical(string sql)
    {
        if (Cut(sql) is not { } tokens) return sql;
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            if (text.Length > 0) text.Append(' ');
            text.Append(token.Kind switch
            {
                SqlTokenKind.Word => token.Value.ToLowerInvariant(),
                SqlTokenKind.Quoted => PostgresName.Write(token.Value),
                SqlTokenKind.Text => PostgresName.Literal(token.Value),
                _ => token.Value,
            });
        }

        return text.ToString();
    }

    /// <summary>Behind all spaces and comments; null where a comment does not end.</summary>
    private static int? SkipBlank(string sql, int start)
    {
        var at = start;
        while (at < sql.Length)
        {
            if (sql[at] is ' ' or '\t' or '\n' or '\r' or '\f' or '\v') at++;
            else if (StartsWith(sql, at, "--"))
            {
                var end = sql.AsSpan(at).IndexOfAny('\n', '\r');
                at = end < 0 ? sql.Length : at + end;
            }
            else if (StartsWith(sql, at, "/*"))
            {
                if (EndOfComment(sql, at) is not { } end) return null;
                at = end;
            }
            else break;
        }

        return at;
    }

    /// <summary>Comments nest.</summary>
    private static int? EndOfComment(string sql, int start)
    {
        var depth = 0;
        for (var at = start; at + 1 < sql.Length;)
        {
            if (StartsWith(sql, at, "/*")) (depth, at) = (depth + 1, at + 2);
            else if (StartsWith(sql, at, "*/"))
            {
                (depth, at) = (depth - 1, at + 2);
                if (depth == 0) return at;
            }
            else at++;
        }

        return null;
    }

    private static SqlToken? Next(string sql, int at) => sql[at] switch
    {
        '\'' => Quoted(sql, at, at, '\'', SqlTokenKind.Text),
        '"' => Quoted(sql, at, at, '"', SqlTokenKind.Quoted),
        'e' or 'E' when At(sql, at + 1) == '\'' => Escaped(sql, at),
        'b' or 'B' or 'x' or 'X' when At(sql, at + 1) == '\'' => Bits(sql, at),
        'n' or 'N' when At(sql, at + 1) == '\'' => Quoted(sql, at, at + 1, '\'', SqlTokenKind.Text),
        'u' or 'U' when At(sql, at + 1) == '&' && At(sql, at + 2) is '\'' or '"' => Unicode(sql, at),
        '$' => Dollar(sql, at),
        >= '0' and <= '9' => Number(sql, at),
        '.' when char.IsAsciiDigit(At(sql, at + 1)) => Number(sql, at),
        var c when IsNameStart(c) => Word(sql, at),
        _ => new SqlToken(SqlTokenKind.Symbol, at, at + 1, sql[at..(at + 1)]),
    };

    private static SqlToken? Quoted(string sql, int start, int open, char quote, SqlTokenKind kind)
    {
        var value = new StringBuilder();
        for (var at = open + 1; at < sql.Length; at++)
        {
            if (sql[at] != quote) value.Append(sql[at]);
            else if (At(sql, at + 1) == quote) value.Append(sql[at++]);
            else return new SqlToken(kind, start, at + 1, value.ToString());
        }

        return null;
    }

    /// <summary>Its value is what stands between the quotes, escapes and all, with a mark before it: it never equals that of a plain text.</summary>
    private static SqlToken? Escaped(string sql, int start)
    {
        for (var at = start + 2; at < sql.Length; at++)
        {
            if (sql[at] == '\\') at++;
            else if (sql[at] == '\'' && At(sql, at + 1) == '\'') at++;
            else if (sql[at] == '\'') return new SqlToken(SqlTokenKind.Text, start, at + 1, "\\" + sql[(start + 2)..at]);
        }

        return null;
    }

    private static SqlToken? Bits(string sql, int start) => sql.IndexOf('\'', start + 2) is > 0 and var end
        ? new SqlToken(SqlTokenKind.Blob, start, end + 1, sql[start..(end + 1)].ToLowerInvariant())
        : null;

    /// <summary>Kept as written: what its escapes mean depends on what follows it.</summary>
    private static SqlToken? Unicode(string sql, int start) =>
        Quoted(sql, start, start + 2, sql[start + 2], sql[start + 2] == '"' ? SqlTokenKind.Quoted : SqlTokenKind.Text) is { } token
            ? token with { Value = "U&" + token.Value }
            : null;

    private static SqlToken? Dollar(string sql, int start)
    {
        var at = start + 1;
        if (char.IsAsciiDigit(At(sql, at)))
        {
            while (char.IsAsciiDigit(At(sql, at))) at++;
            return new SqlToken(SqlTokenKind.Number, start, at, sql[start..at]);
        }

        while (IsNameStart(At(sql, at)) || (at > start + 1 && char.IsAsciiDigit(At(sql, at)))) at++;
        if (At(sql, at) != '$') return new SqlToken(SqlTokenKind.Symbol, start, start + 1, "$");
        var tag = sql[start..(at + 1)];
        var end = sql.IndexOf(tag, at + 1, StringComparison.Ordinal);
        return end < 0 ? null : new SqlToken(SqlTokenKind.Text, start, end + tag.Length, sql[(at + 1)..end]);
    }

    private static SqlToken Number(string sql, int start)
    {
        var at = start;
        while (char.IsAsciiLetterOrDigit(At(sql, at)) || At(sql, at) is '.' or '_' || (At(sql, at) is '+' or '-' && At(sql, at - 1) is 'e' or 'E')) at++;
        return new SqlToken(SqlTokenKind.Number, start, at, sql[start..at].ToLowerInvariant());
    }

    private static SqlToken Word(string sql, int start)
    {
        var at = start + 1;
        while (IsNameStart(At(sql, at)) || char.IsAsciiDigit(At(sql, at)) || At(sql, at) == '$') at++;
        return new SqlToken(SqlTokenKind.Word, start, at, sql[start..at]);
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    private static char At(string sql, int at) => at < sql.Length ? sql[at] : '\0';

    private static bool StartsWith(string sql, int at, string text) => string.CompareOrdinal(sql, at, text, 0, text.Length) == 0;
}
