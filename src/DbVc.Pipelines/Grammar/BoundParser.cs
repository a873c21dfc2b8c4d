namespace DbVc.Pipelines;

/// <summary>Reads bounds: ranges, comparatives, dates and lengths.</summary>
internal static class BoundParser
{
    /// <summary>What begins a range.</summary>
    public static readonly string[] RangeWords =
        ["between", "within the range of", "within the range", "within", "in the range of", "in the range", "in range", "from", "range from", "range"];

    private static readonly string[] s_atLeast =
    [
        "at least", "no less than", "not less than", "no fewer than", "no lower than", "no smaller than", "minimum of", "minimum", "min",
        "on or after", "after or on", "no earlier than", "not earlier than", "from",
    ];

    private static readonly string[] s_atMost =
    [
        "at most", "no more than", "not more than", "no greater than", "no larger than", "no higher than", "no bigger than", "maximum of", "maximum", "max",
        "up to", "on or before", "before or on", "no later than", "not later than",
    ];

    private static readonly string[] s_more =
    [
        "more than", "greater than", "larger than", "bigger than", "higher than", "above", "over", "exceed", "exceeds", "after", "later than",
        "come after", "comes after", "follow", "follows",
    ];

    private static readonly string[] s_less =
    [
        "less than", "fewer than", "smaller than", "lower than", "below", "under", "before", "earlier than",
        "come before", "comes before", "precede", "precedes",
    ];

    public static bool TryParse(TokenReader reader, Operand subject, out Condition condition)
    {
        reader.AcceptAny("have", "has", "of");
        reader.AcceptAny("a", "an");
        if (reader.AcceptAny("length of", "length") && subject is FieldOperand { Field: var measured }) subject = ConditionBuilder.LengthOf(measured);
        if (reader.Current.Kind == TokenKind.Symbol && subject is LengthOperand && TryTakeComparator(reader, out var symbol))
        {
            condition = Finish(reader, subject, symbol, OperandParser.ParseSum(reader));
            return true;
        }

        if (TryParseRange(reader, subject, out condition)) return true;
        if (TryParseLonger(reader, subject, out condition)) return true;
        if (!TryTakeComparative(reader, out var comparator)) return false;
        condition = Finish(reader, subject, comparator, OperandParser.ParseSum(reader));
        return true;
    }

    /// <summary>Compares, after looking for a unit that turns a number into a length.</summary>
    public static Condition Finish(TokenReader reader, Operand subject, Comparator comparator, Operand value) =>
        ConditionBuilder.Compare(AcceptUnit(reader, subject), comparator, value);

    private static bool TryParseRange(TokenReader reader, Operand subject, out Condition condition)
    {
        condition = null!;
        if (!reader.AcceptAny(RangeWords)) return false;
        reader.AcceptAny("of", "from");
        var minimum = OperandParser.ParseSum(reader);
        if (!reader.AcceptAny("and", "to", "through") && !reader.AcceptSymbol(",")) throw reader.Unexpected("'and' and the upper bound");
        var maximum = OperandParser.ParseSum(reader);
        subject = AcceptUnit(reader, subject);
        var brackets = reader.AcceptSymbol("(");
        var exclusive = reader.AcceptAny("exclusive", "exclusively");
        if (!exclusive) reader.AcceptAny("inclusive", "inclusively");
        if (brackets && !reader.AcceptSymbol(")")) throw reader.Unexpected("')'");
        condition = ConditionBuilder.InRange(subject, minimum, maximum);
        if (!exclusive) return true;
        condition = ConditionBuilder.All(
        [
            ConditionBuilder.Compare(subject, Comparator.Greater, minimum),
            ConditionBuilder.Compare(subject, Comparator.Less, maximum),
        ]);
        return true;
    }

    private static bool TryParseLonger(TokenReader reader, Operand subject, out Condition condition)
    {
        condition = null!;
        Comparator comparator;
        if (reader.AcceptAny("no longer than", "not longer than")) comparator = Comparator.LessOrEqual;
        else if (reader.AcceptAny("no shorter than", "not shorter than")) comparator = Comparator.GreaterOrEqual;
        else if (reader.AcceptAny("longer than")) comparator = Comparator.Greater;
        else if (reader.AcceptAny("shorter than")) comparator = Comparator.Less;
        else return false;
        var value = OperandParser.ParseSum(reader);
        var measured = AcceptUnit(reader, subject);
        if (measured is FieldOperand { Field: var field }) measured = ConditionBuilder.LengthOf(field);
        condition = ConditionBuilder.Compare(measured, comparator, value);
        return true;
    }

    public static bool TryTakeComparative(TokenReader reader, out Comparator comparator)
    {
        comparator = Comparator.Equal;
        if (reader.AcceptAny(s_atLeast))
        {
            comparator = Comparator.GreaterOrEqual;
        }
        else if (reader.AcceptAny(s_atMost))
        {
            comparator = Comparator.LessOrEqual;
        }
        else if (reader.AcceptAny(s_more))
        {
            comparator = reader.AcceptAny("or equal to", "or equals", "or the same as") ? Comparator.GreaterOrEqual : Comparator.Greater;
        }
        else if (reader.AcceptAny(s_less))
        {
            comparator = reader.AcceptAny("or equal to", "or equals", "or the same as") ? Comparator.LessOrEqual : Comparator.Less;
        }
        else if (reader.AcceptAny("different from", "unequal to", "other than"))
        {
            comparator = Comparator.NotEqual;
        }
        else if (!reader.AcceptAny("equal to", "equals to", "equals", "equal", "exactly", "the same as", "same as", "identical to"))
        {
            return false;
        }

        return true;
    }

    public static bool TryTakeComparator(TokenReader reader, out Comparator comparator)
    {
        Comparator? found = reader.Current.Text switch
        {
            "=" => Comparator.Equal,
            "!=" => Comparator.NotEqual,
            "<" => Comparator.Less,
            "<=" => Comparator.LessOrEqual,
            ">" => Comparator.Greater,
            ">=" => Comparator.GreaterOrEqual,
            _ => null,
        };
        comparator = found ?? default;
        if (found is not null) reader.Take();
        return found is not null;
    }

    private static Operand AcceptUnit(TokenReader reader, Operand subject)
    {
        if (reader.AcceptAny("characters", "character", "chars", "letters", "code points"))
        {
            reader.AcceptAny("long", "in length");
            return subject switch
            {
                FieldOperand { Field: var field } => ConditionBuilder.LengthOf(field),
                LengthOperand => subject,
                _ => throw new RuleException("only a field has characters"),
            };
        }

        if (reader.AcceptAny("decimals", "decimal places", "decimal digits", "decimal place", "decimal", "places after the decimal point",
            "digits after the decimal point"))
        {
            return subject is FieldOperand { Field: var counted } ? ConditionBuilder.PlacesOf(counted) : throw new RuleException("only a field has decimals");
        }

        reader.AcceptAny("years old", "years of age", "years", "year");
        return subject;
    }
}
