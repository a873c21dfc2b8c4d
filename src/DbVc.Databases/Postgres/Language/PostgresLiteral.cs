using System.Globalization;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Reads a default that is a plain literal, where no server can be asked.</summary>
internal static class PostgresLiteral
{
    /// <summary>Null if it is more than a literal.</summary>
    public static Value? Read(Column column, string sql)
    {
        if (PostgresTokens.Cut(sql) is not { Count: > 0 } tokens) return null;
        var isNegative = tokens[0].IsSymbol('-') && tokens.Count > 1;
        var token = tokens[isNegative ? 1 : 0];
        var rest = tokens.Skip(isNegative ? 2 : 1).ToList();
        if (rest.Count > 0 && !(rest.Count > 2 && rest[0].IsSymbol(':') && rest[1].IsSymbol(':')
            && rest.Skip(2).All(t => t.IsName || t.Kind == SqlTokenKind.Number || t.Value is "(" or ")" or "," or "." or "[" or "]")))
        {
            return null;
        }

        return token.Kind switch
        {
            SqlTokenKind.Number => Of(column, (isNegative ? "-" : "") + token.Value),
            SqlTokenKind.Text when !token.Value.StartsWith('\\') => Of(column, token.Value),
            SqlTokenKind.Word when token.IsWord("true") || token.IsWord("false") => Value.Text(token.Value.ToLowerInvariant()),
            SqlTokenKind.Word when token.IsWord("null") => Value.Null,
            _ => null,
        };
    }

    private static Value? Of(Column column, string text) => PostgresTypes.KindOf(column.DeclaredType) switch
    {
        ValueKind.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? Value.Integer(number) : null,
        ValueKind.Real => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? Value.Real(real) : null,
        ValueKind.Text => Value.Text(text),
        _ => null,
    };
}
