using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Reads what stands on a side of a comparison: fields, lengths, literals and calculations.</summary>
internal static class OperandParser
{
    private static readonly (string[] Words, CalculationKind Kind)[] s_results =
    [
        (["the sum of", "sum of"], CalculationKind.Add), (["the product of", "product of"], CalculationKind.Multiply),
        (["the difference of", "difference of", "the difference between"], CalculationKind.Subtract),
    ];

    /// <summary>The words with which a list of values goes on: what is compared, not another word of a value.</summary>
    private static readonly string[] s_caseWords =
        ["ignoring case", "in any case", "case insensitive", "case insensitively", "regardless of case"];

    /// <summary>The subject of a rule, with the small words people put around it.</summary>
    public static Operand ParseSubject(TokenReader reader)
    {
        if (reader.FindField(reader.Current) is null) reader.AcceptAny("the", "each", "every", "all", "any", "a", "an");
        var subject = ParseSum(reader);
        if (subject is not FieldOperand { Field: var field }) return subject;
        if (reader.FindField(reader.Current) is not null) return subject;
        if (reader.Accept("length")) return ConditionBuilder.LengthOf(field);
        if (field.Name.Contains("mail", StringComparison.OrdinalIgnoreCase)) reader.AcceptAny("address", "addresses");
        reader.AcceptAny("value", "values", "field", "column");
        return subject;
    }

    public static Operand ParseSum(TokenReader reader)
    {
        var sum = ParseProduct(reader);
        while (true)
        {
            if (reader.AcceptSymbol("+") || reader.Accept("plus")) sum = ConditionBuilder.Calculate(sum, CalculationKind.Add, ParseProduct(reader));
            else if (reader.AcceptSymbol("-") || reader.Accept("minus")) sum = ConditionBuilder.Calculate(sum, CalculationKind.Subtract, ParseProduct(reader));
            else return sum;
        }
    }

    /// <summary>A literal for a list or after "be": bare words are text here.</summary>
    public static Operand ParseListValue(TokenReader reader)
    {
        if (reader.Current.Kind != TokenKind.Word || reader.Current.Is("true") || reader.Current.Is("false")) return ParseLiteral(reader);
        var words = new List<string>();
        while (reader.Current.Kind == TokenKind.Word && !Words.IsReserved(reader.Current.Text) && !IsCaseNext(reader)) words.Add(reader.Take().Text);
        return words.Count == 0 ? throw reader.Unexpected("a value") : new TextOperand(string.Join(' ', words));
    }

    /// <summary>Takes "ignoring case" and its kin.</summary>
    public static bool AcceptIgnoringCase(TokenReader reader)
    {
        var start = reader.Index;
        reader.AcceptSymbol(",");
        var brackets = reader.AcceptSymbol("(");
        if (reader.AcceptAny(s_caseWords) && (!brackets || reader.AcceptSymbol(")"))) return true;
        reader.Index = start;
        return false;
    }

    /// <summary>"the sum of a and b": a calculation in words; null, with nothing taken, when none comes next.</summary>
    public static Operand? TryParseResult(TokenReader reader)
    {
        foreach (var (words, kind) in s_results)
        {
            if (!reader.AcceptAny(words)) continue;
            var result = ParseFactor(reader);
            if (!reader.AcceptAny("and") && !reader.AcceptSymbol(",")) throw reader.Unexpected("'and'");
            do
            {
                result = ConditionBuilder.Calculate(result, kind, ParseFactor(reader));
            }
            while (reader.AcceptSymbol(","));
            return result;
        }

        return null;
    }

    private static bool IsCaseNext(TokenReader reader)
    {
        var start = reader.Index;
        var found = reader.AcceptAny(s_caseWords);
        reader.Index = start;
        return found;
    }

    private static Operand ParseProduct(TokenReader reader)
    {
        var product = ParseFactor(reader);
        while (true)
        {
            var kind = reader.AcceptSymbol("*") || reader.Accept("times") ? CalculationKind.Multiply
                : reader.AcceptSymbol("/") || reader.AcceptAny("divided by") ? CalculationKind.Divide : (CalculationKind?)null;
            if (kind is null) return product;
            product = ConditionBuilder.Calculate(product, kind.Value, ParseFactor(reader));
        }
    }

    private static Operand ParseFactor(TokenReader reader)
    {
        if (reader.AcceptSymbol("("))
        {
            var inner = ParseSum(reader);
            return reader.AcceptSymbol(")") ? inner : throw reader.Unexpected("')'");
        }

        if (reader.TryTakeField(out var field)) return new FieldOperand(field);
        if (TryParseResult(reader) is { } result) return result;
        if (reader.AcceptAny("the length of", "length of"))
        {
            reader.Accept("the");
            return reader.TryTakeField(out var measured) ? ConditionBuilder.LengthOf(measured) : throw reader.Unexpected("a field");
        }

        return ParseLiteral(reader);
    }

    private static Operand ParseLiteral(TokenReader reader)
    {
        var token = reader.Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                reader.Take();
                const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
                return decimal.TryParse(token.Text, Styles, CultureInfo.InvariantCulture, out var number)
                    ? new NumberOperand(number, token.Text)
                    : throw new RuleException($"{token.Text} is too large a number");
            case TokenKind.Date:
                reader.Take();
                return DateOnly.TryParseExact(token.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                    ? new DateOperand(date)
                    : throw new RuleException($"{token.Text} is no day of the calendar");
            case TokenKind.Quoted:
                reader.Take();
                return new TextOperand(token.Text);
            case TokenKind.Word when token.Is("true") || token.Is("false"):
                reader.Take();
                return new BooleanOperand(token.Is("true"));
            case TokenKind.Word when token.Text.ToLowerInvariant() is "today" or "now" or "yesterday" or "tomorrow":
                throw new RuleException($"'{token.Text}' changes with time, and a rule must mean the same in every run", "write a date such as 2024-01-31.");
            case TokenKind.Word when Words.IsReserved(token.Text):
                throw reader.Unexpected("a field or a value");
            case TokenKind.Word or TokenKind.Name:
                var near = Suggestion.Nearest(token.Text, reader.Fields.Select(f => f.Name));
                var known = string.Join(", ", reader.Fields.Take(12).Select(ConditionText.NameField));
                throw new RuleException($"{token} is no field of the schema",
                    near is not null ? $"did you mean '{near}'?" : $"known fields: {known}; text goes into quotes.");
            default:
                throw reader.Unexpected("a field or a value");
        }
    }
}
