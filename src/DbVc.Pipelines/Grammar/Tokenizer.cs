using System.Text;
using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

/// <summary>Cuts an English rule into tokens; throws <see cref="RuleException"/> at a character that belongs to none.</summary>
internal static partial class Tokenizer
{
    private const int MaxLength = 2000;

    public static List<Token> Tokenize(string text)
    {
        if (text.Length > MaxLength) throw new RuleException($"it is longer than {MaxLength} characters");
        var tokens = new List<Token>();
        var position = 0;
        while (true)
        {
            while (position < text.Length && char.IsWhiteSpace(text[position])) position++;
            if (position == text.Length) break;
            tokens.Add(ReadToken(text, ref position, tokens));
        }

        // A full stop ends a sentence and means nothing.
        if (tokens.Count > 0 && tokens[^1].IsSymbol(".")) tokens.RemoveAt(tokens.Count - 1);
        tokens.Add(new Token(TokenKind.End, ""));
        return tokens;
    }

    private static Token ReadToken(string text, ref int position, List<Token> before)
    {
        var c = text[position];
        if (c is '\'' or '"' or '`' or '‘' or '“') return ReadQuoted(text, ref position);
        if (char.IsAsciiLetter(c) && Bare().Match(text, position) is { Success: true } bare)
        {
            position += bare.Length;
            return new Token(TokenKind.Quoted, bare.Value);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1]))) return ReadNumber(text, ref position);
        if (c == '-' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1]) && !EndsOperand(before))
        {
            position++;
            var number = ReadNumber(text, ref position);
            return number.Kind == TokenKind.Number ? number with { Text = "-" + number.Text } : throw new RuleException("a date has no sign");
        }

        if (c == '/' && !EndsOperand(before)) return ReadRegex(text, ref position);
        if (char.IsLetter(c) || c == '_') return ReadWord(text, ref position);
        return ReadSymbol(text, ref position);
    }

    private static bool EndsOperand(List<Token> before) =>
        before.Count > 0 && (before[^1].Kind is TokenKind.Number or TokenKind.Name or TokenKind.Date
            || before[^1].IsSymbol(")") || (before[^1].Kind == TokenKind.Word && !Words.IsReserved(before[^1].Text)));

    private static Token ReadWord(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && (char.IsLetterOrDigit(text[position]) || text[position] == '_')) position++;

        // "non-negative" and "e-mail" are words; "a-b" is a difference. Apostrophes belong to "can't".
        var word = text[start..position];
        var joins = position + 1 < text.Length && char.IsLetter(text[position + 1])
            && ((text[position] == '-' && (word.Equals("non", StringComparison.OrdinalIgnoreCase) || word.Equals("e", StringComparison.OrdinalIgnoreCase)))
                || (text[position] is '\'' or '’' && Words.IsContraction(word)));
        if (!joins) return new Token(TokenKind.Word, word);
        var sign = text[position] == '-' ? '-' : '\'';
        position++;
        var rest = ReadWord(text, ref position);
        return new Token(TokenKind.Word, word + sign + rest.Text);
    }

    private static Token ReadNumber(string text, ref int position)
    {
        var start = position;
        while (position < text.Length && (char.IsAsciiDigit(text[position]) || IsInsideNumber(text, position))) position++;
        var number = text[start..position];
        if (number.Contains('-', StringComparison.Ordinal))
        {
            return number.Length == 10 && number[4] == '-' && number[7] == '-'
                ? new Token(TokenKind.Date, number)
                : throw new RuleException($"'{number}' is no date; write it as 2024-01-31");
        }

        if (position < text.Length && (char.IsLetter(text[position]) || text[position] == '_'))
        {
            throw new RuleException($"'{number}{text[position]}' is neither a number nor a name; put names that start with a digit in backticks");
        }

        return new Token(TokenKind.Number, number);
    }

    private static bool IsInsideNumber(string text, int position)
    {
        var digitFollows = position + 1 < text.Length && char.IsAsciiDigit(text[position + 1]);
        var isDatePart = text[position] == '-' && position >= 4 && char.IsAsciiDigit(text[position - 1]) && char.IsAsciiDigit(text[position - 2]);
        return digitFollows && (text[position] == '.' || isDatePart);
    }

    private static Token ReadQuoted(string text, ref int position)
    {
        var open = text[position];
        var close = open switch { '‘' => '’', '“' => '”', _ => open };
        var builder = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] != close)
            {
                builder.Append(text[position]);
                continue;
            }

            position++;
            if (position >= text.Length || text[position] != close || open != close)
            {
                return new Token(open == '`' ? TokenKind.Name : TokenKind.Quoted, builder.ToString());
            }

            builder.Append(close);
        }

        throw new RuleException($"the quote {open} is not closed");
    }

    private static Token ReadRegex(string text, ref int position)
    {
        var builder = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] == '/')
            {
                position++;
                return new Token(TokenKind.Regex, builder.ToString());
            }

            if (text[position] == '\\' && position + 1 < text.Length && text[position + 1] == '/') position++;
            else if (text[position] == '\\' && position + 1 < text.Length) builder.Append(text[position++]);
            builder.Append(text[position]);
        }

        throw new RuleException("the slash of the regular expression is not closed");
    }

    private static Token ReadSymbol(string text, ref int position)
    {
        var two = position + 1 < text.Length ? text.Substring(position, 2) : "";
        if (two is ">=" or "<=" or "==" or "!=" or "<>" or "=>" or "=<" or "&&" or "||")
        {
            position += 2;
            return new Token(TokenKind.Symbol, two switch { "==" => "=", "<>" => "!=", "=>" => ">=", "=<" => "<=", _ => two });
        }

        var c = text[position++];
        return c switch
        {
            '≥' => new Token(TokenKind.Symbol, ">="),
            '≤' => new Token(TokenKind.Symbol, "<="),
            '≠' => new Token(TokenKind.Symbol, "!="),
            '×' or '·' or '*' => new Token(TokenKind.Symbol, "*"),
            '÷' or '/' => new Token(TokenKind.Symbol, "/"),
            '−' or '–' or '-' => new Token(TokenKind.Symbol, "-"),
            '>' or '<' or '=' or '+' or '(' or ')' or ',' or '.' or '%' or ':' => new Token(TokenKind.Symbol, c.ToString()),
            _ => throw new RuleException($"'{c}' means nothing in a rule"),
        };
    }

    /// <summary>What people write without quotes though it has signs in it: forms of dates, and N/A.</summary>
    [GeneratedRegex(@"\G(?:(?:DD?|MM?|YYYY|YY)(?<sign>[/.\-])(?:DD?|MM?|YYYY|YY)\k<sign>(?:DD?|MM?|YYYY|YY)|[Nn]/[Aa])(?![\w])", RegexOptions.CultureInvariant)]
    private static partial Regex Bare();
}
