using System.Text;

namespace DbVc.Databases;

/// <summary>Cuts SQL text into tokens as SQLite does; comments and spaces are left out.</summary>
internal static class SqlTokens
{
    private static readonly string[] LongSymbols = ["->>", "||", "->", "<<", ">>", "<=", ">=", "<>", "!=", "=="];

    /// <summary>Null if the text ends inside a quoted name, a text or a symbol that SQLite does not know.</summary>
    public static List<SqlToken>? Cut(string sql)
    {
        var tokens = new List<SqlToken>();
        for (var at = 0; at < sql.Length;)
        {
            if (SkipBlank(sql, at) is > 0 and var blank)
            {
                at += blank;
                continue;
            }

            if (Next(sql, at) is not { } token) return null;
            tokens.Add(token);
            at = token.End;
        }

        return tokens;
    }

    /// <summary>Equal for two texts exactly when they differ only in layout, comments, quotes of names and upper and lower case of words.</summary>
    public static string Canonical(string sql)
    {
        if (Cut(sql) is not { } tokens) return sql;
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            if (text.Length > 0) text.Append(' ');
            switch (token.Kind)
            {
                case SqlTokenKind.Word or SqlTokenKind.Quoted:
                    text.Append(token.Value.ToLowerInvariant());
                    break;
                case SqlTokenKind.Text:
                    text.Append('\'').Append(token.Value).Append('\'');
                    break;
                default:
                    text.Append(token.Value.ToLowerInvariant());
                    break;
            }
        }

        return text.ToString();
    }

    /// <summary>How many characters of space and comment stand there.</summary>
    private static int SkipBlank(string sql, int start)
    {
        var at = start;
        while (at < sql.Length)
        {
            if (sql[at] is ' ' or '\t' or '\n' or '\r' or '\f') at++;
            else if (string.CompareOrdinal(sql, at, "--", 0, 2) == 0) at = EndOf(sql, "\n", at + 2);
            else if (string.CompareOrdinal(sql, at, "/*", 0, 2) == 0 && at + 2 < sql.Length) at = EndOf(sql, "*/", at + 2);
            else break;
        }

        return at - start;
    }

    private static int EndOf(string sql, string mark, int start)
    {
        var found = sql.IndexOf(mark, start, StringComparison.Ordinal);
        return found < 0 ? sql.Length : found + mark.Length;
    }

    private static SqlToken? Next(string sql, int at) => sql[at] switch
    {
        '"' or '`' => Quoted(sql, at, sql[at], SqlTokenKind.Quoted),
        '\'' => Quoted(sql, at, '\'', SqlTokenKind.Text),
        '[' => Bracketed(sql, at),
        'x' or 'X' when at + 1 < sql.Length && sql[at + 1] == '\'' => Blob(sql, at),
        >= '0' and <= '9' => Number(sql, at),
        '.' when at + 1 < sql.Length && char.IsAsciiDigit(sql[at + 1]) => Number(sql, at),
        var c when IsNamePart(c) => Word(sql, at),
        _ => Symbol(sql, at),
    };

    private static SqlToken? Quoted(string sql, int start, char quote, SqlTokenKind kind)
    {
        var value = new StringBuilder();
        for (var at = start + 1; at < sql.Length; at++)
        {
            if (sql[at] != quote) value.Append(sql[at]);
            else if (at + 1 < sql.Length && sql[at + 1] == quote) value.Append(sql[at++]);
            else return new SqlToken(kind, start, at + 1, value.ToString());
        }

        return null;
    }

    private static SqlToken? Bracketed(string sql, int start)
    {
        var end = sql.IndexOf(']', start);
        return end < 0 ? null : new SqlToken(SqlTokenKind.Quoted, start, end + 1, sql[(start + 1)..end]);
    }

    private static SqlToken? Blob(string sql, int start)
    {
        var end = sql.IndexOf('\'', start + 2);
        return end < 0 ? null : new SqlToken(SqlTokenKind.Blob, start, end + 1, sql[start..(end + 1)]);
    }

    /// <summary>Digits, letters (hexadecimal, exponent), point, underscore, and a sign behind an exponent.</summary>
    private static SqlToken? Number(string sql, int start)
    {
        var isHexadecimal = sql[start] == '0' && start + 1 < sql.Length && sql[start + 1] is 'x' or 'X';
        var at = start;
        while (at < sql.Length && (IsNamePart(sql[at]) || sql[at] == '.' || (!isHexadecimal && sql[at] is '+' or '-' && sql[at - 1] is 'e' or 'E'))) at++;
        return new SqlToken(SqlTokenKind.Number, start, at, sql[start..at]);
    }

    private static SqlToken? Word(string sql, int start)
    {
        var at = start;
        while (at < sql.Length && (IsNamePart(sql[at]) || sql[at] == '$')) at++;
        return new SqlToken(SqlTokenKind.Word, start, at, sql[start..at]);
    }

    private static SqlToken? Symbol(string sql, int start)
    {
        foreach (var symbol in LongSymbols)
        {
            if (string.CompareOrdinal(sql, start, symbol, 0, symbol.Length) == 0)
            {
                return new SqlToken(SqlTokenKind.Symbol, start, start + symbol.Length, symbol);
            }
        }

        return "(),;.+-*/%=<>&|~?:@#$".Contains(sql[start], StringComparison.Ordinal)
            ? new SqlToken(SqlTokenKind.Symbol, start, start + 1, sql[start].ToString())
            : null;
    }

    private static bool IsNamePart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_' || c > '\x7f';
}
