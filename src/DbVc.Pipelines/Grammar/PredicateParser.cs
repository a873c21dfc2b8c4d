using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads what a rule says about its subject, from "must" on.</summary>
internal sealed class PredicateParser(TokenReader reader)
{
    private static readonly string[] s_forbidding =
        ["must not", "mustn't", "cannot", "can not", "can't", "may not", "shall not", "must never", "does not", "doesn't", "do not", "don't"];

    private static readonly string[] s_given =
    [
        "required", "mandatory", "present", "given", "provided", "filled in", "filled", "specified", "non-empty", "non-blank", "have a value", "has a value",
    ];

    private static readonly (string Noun, FormatDefinition Format)[] s_formats =
        [.. FormatVocabulary.All.SelectMany(f => f.Nouns.Select(n => (Noun: n, Format: f))).OrderByDescending(f => f.Noun.Split(' ').Length)];

    /// <summary>Warn once "should" was read.</summary>
    public RuleSeverity Severity { get; private set; }

    /// <summary>Whether the last predicate was negated.</summary>
    public bool WasNegated { get; private set; }

    public Condition Parse(Operand subject)
    {
        var negated = AcceptModal();
        if (reader.AcceptAny("isn't", "aren't")) negated = !negated;
        else if (reader.AcceptAny("be", "is", "are")) negated ^= reader.AcceptAny("not", "never");
        else if (reader.AcceptAny("not")) negated = !negated;
        reader.Accept("always");
        var condition = ParseCore(subject);
        WasNegated = negated;
        return negated ? ConditionBuilder.Negate(condition) : condition;
    }

    /// <summary>Takes "must", "should not" and their kin; true when negated.</summary>
    public bool AcceptModal()
    {
        if (reader.AcceptAny("should not", "shouldn't", "ought not to"))
        {
            Severity = RuleSeverity.Warn;
            return true;
        }

        if (reader.AcceptAny("should", "ought to"))
        {
            Severity = RuleSeverity.Warn;
            return reader.Accept("never");
        }

        if (reader.AcceptAny(s_forbidding)) return true;
        if (reader.Current.Is("may") || reader.Current.Is("can")) throw new RuleException($"'{reader.Current.Text}' allows and forbids nothing");
        reader.AcceptAny("must", "shall", "has to", "have to", "needs to", "need to");
        return false;
    }

    private Condition ParseCore(Operand subject)
    {
        if (TryParseSymbol(subject, out var condition)) return condition;
        if (TryParsePresence(subject, out condition)) return condition;
        reader.AcceptAny("a", "an");
        return TryParseMultiple(subject, out condition) || TryParseFormat(subject, out condition) || BoundParser.TryParse(reader, subject, out condition)
            || TryParseSign(subject, out condition) || TryParseList(subject, out condition)
            || TryParseText(subject, out condition) || TryParseLiteral(subject, out condition)
            ? condition
            : throw reader.Unexpected($"what {ConditionText.NameOperand(subject)} must be");
    }

    private bool TryParseSymbol(Operand subject, out Condition condition)
    {
        condition = null!;
        if (reader.Current.Kind != TokenKind.Symbol || FindComparator(reader.Current.Text) is not { } comparator) return false;
        reader.Take();
        condition = BoundParser.Finish(reader, subject, comparator, OperandParser.ParseSum(reader));
        return true;
    }

    private bool TryParsePresence(Operand subject, out Condition condition)
    {
        condition = null!;
        if (subject is not FieldOperand { Field: var field }) return false;
        PresenceKind? kind = null;
        if (reader.AcceptAny(s_given))
        {
            kind = PresenceKind.Given;
        }
        else if (reader.AcceptAny("non-null"))
        {
            kind = PresenceKind.NotNull;
        }
        else if (reader.AcceptAny("null or empty", "empty or null", "empty", "blank", "missing", "absent"))
        {
            kind = PresenceKind.Missing;
        }
        else if (reader.AcceptAny("null"))
        {
            kind = PresenceKind.Null;
        }

        if (kind is not { } known) return false;
        condition = new Presence(field, known);
        return true;
    }

    private bool TryParseFormat(Operand subject, out Condition condition)
    {
        condition = null!;
        var start = reader.Index;
        reader.AcceptAny("in", "have", "has");
        reader.AcceptAny("a", "an");
        var valid = reader.AcceptAny("valid", "well formed", "correct");
        var format = TakeFormat(valid);
        if (format is null && !valid)
        {
            reader.Index = start;
            return false;
        }

        reader.Accept("format");
        if (subject is not FieldOperand { Field: var field }) throw new RuleException("only a field can have a format");
        format ??= reader.AtEnd || reader.Current.Kind == TokenKind.Symbol || Words.IsReserved(reader.Current.Text) ? InferFormat(field) : null;
        if (format is not { } known) throw reader.Unexpected("a format such as email, url or iban after 'valid'");
        condition = ConditionBuilder.Format(field, known);
        return true;
    }

    /// <summary>The format whose name comes next, the longest name first, so that "ip range" is no ip.</summary>
    private FormatDefinition? TakeFormat(bool valid)
    {
        if (valid && reader.AcceptAny("phone number", "telephone number", "phone", "telephone"))
        {
            throw new RuleException("what a valid phone number looks like differs from country to country",
                "say 'a valid international phone number' (+ and digits), or give a pattern.");
        }

        return s_formats.FirstOrDefault(f => reader.Accept(f.Noun)).Format;
    }

    private static FormatDefinition InferFormat(PipelineField field)
    {
        var name = field.Name.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal);
        var hinted = FormatVocabulary.All.FirstOrDefault(f => f.Hints.Any(h => h.Length > 4 ? name.Contains(h, StringComparison.Ordinal)
            : name.Split('_', ' ').Contains(h)));
        if (hinted is not null) return hinted;
        var question = field.Type == FieldType.Text
            ? "say what makes it valid: a valid email, a valid url, a valid uuid, another format, or a pattern."
            : $"that it is {FieldTypes.Describe(field.Type)} is checked by its type already.";
        throw new RuleException($"'valid' says nothing about {ConditionText.NameField(field)}", question);
    }

    private bool TryParseSign(Operand subject, out Condition condition)
    {
        condition = null!;
        Comparator comparator;
        if (reader.AcceptAny("positive")) comparator = Comparator.Greater;
        else if (reader.AcceptAny("negative")) comparator = Comparator.Less;
        else if (reader.AcceptAny("non-negative", "nonnegative", "zero or more", "zero or greater", "zero or positive")) comparator = Comparator.GreaterOrEqual;
        else if (reader.AcceptAny("non-positive", "nonpositive")) comparator = Comparator.LessOrEqual;
        else if (reader.AcceptAny("zero")) comparator = Comparator.Equal;
        else return false;
        reader.AcceptAny("number", "numbers", "value", "integer");
        condition = ConditionBuilder.Compare(subject, comparator, new NumberOperand(0, "0"));
        return true;
    }

    private bool TryParseMultiple(Operand subject, out Condition condition)
    {
        condition = null!;
        var odd = reader.AcceptAny("odd");
        decimal divisor;
        if (odd || reader.AcceptAny("even"))
        {
            reader.AcceptAny("number", "numbers");
            divisor = 2;
        }
        else if (reader.AcceptAny("whole number", "whole", "integer number"))
        {
            divisor = 1;
        }
        else if (reader.AcceptAny("multiple of", "multiples of", "divisible by", "in steps of"))
        {
            divisor = OperandParser.ParseSum(reader) is NumberOperand number ? number.Value : throw reader.Unexpected("a number");
        }
        else
        {
            return false;
        }

        if (subject is not FieldOperand { Field: var field }) throw new RuleException("only a field can be a multiple");
        condition = ConditionBuilder.Multiple(field, divisor);
        if (odd) condition = ConditionBuilder.Negate(condition);
        return true;
    }

    /// <summary>"allowed values for status: new, paid": the list alone.</summary>
    public Condition ParseValues(PipelineField field)
    {
        var values = new List<Operand> { OperandParser.ParseListValue(reader) };
        while (AcceptSeparator()) values.Add(OperandParser.ParseListValue(reader));
        return ConditionBuilder.InList(field, values, ignoresCase: OperandParser.AcceptIgnoringCase(reader));
    }

    private bool TryParseList(Operand subject, out Condition condition)
    {
        condition = null!;
        var none = reader.Accept("none of");
        if (!none && !reader.AcceptAny("one of", "any of", "either", "in the list", "in", "among", "from the list")) return false;
        if (reader.AcceptAny("the future", "the past", "the last"))
        {
            throw new RuleException("'future' and 'past' change with time, and the code must find the same in every run",
                "compare with a date such as 2024-01-31, or make it a rule of its own: seen_at must not be in the future.");
        }

        if (subject is not FieldOperand { Field: var field }) throw new RuleException("only a field can be compared with a list");
        reader.AcceptAny("the following", "following", "these values");
        reader.AcceptSymbol(":");
        var brackets = reader.AcceptSymbol("(");
        var values = new List<Operand> { OperandParser.ParseListValue(reader) };
        while (AcceptSeparator()) values.Add(OperandParser.ParseListValue(reader));
        if (brackets && !reader.AcceptSymbol(")")) throw reader.Unexpected("')'");
        condition = ConditionBuilder.InList(field, values, none, OperandParser.AcceptIgnoringCase(reader));
        return true;
    }

    private bool AcceptSeparator()
    {
        var start = reader.Index;
        if (OperandParser.AcceptIgnoringCase(reader))
        {
            reader.Index = start;
            return false;
        }

        var comma = reader.AcceptSymbol(",");
        var word = reader.AcceptAny("or", "and");

        // "one of A or B and age > 5": what follows is no value but the next test.
        var isValue = reader.Current.Kind is TokenKind.Quoted or TokenKind.Number or TokenKind.Date
            || (reader.Current.Kind == TokenKind.Word && (!Words.IsReserved(reader.Current.Text) || reader.Current.Is("true") || reader.Current.Is("false")));
        var startsTest = word && !comma && reader.FindField(reader.Current) is not null && Words.StartsPredicate(reader.Peek(1));
        if ((comma || word) && isValue && !startsTest) return true;
        reader.Index = start;
        return false;
    }

    private bool TryParseText(Operand subject, out Condition condition)
    {
        condition = null!;
        TextTestKind? kind = null;
        if (TryParseLike(subject, out condition)) return true;
        var matches = reader.AcceptAny("match", "matches");
        if (!matches)
        {
            if (reader.AcceptAny("start with", "starts with", "begin with", "begins with")) kind = TextTestKind.StartsWith;
            else if (reader.AcceptAny("end with", "ends with", "end in", "ends in")) kind = TextTestKind.EndsWith;
            else if (reader.AcceptAny("contain", "contains", "include", "includes")) kind = TextTestKind.Contains;
            else return false;
        }

        if (subject is not FieldOperand { Field: var field }) throw new RuleException("only a field can be tested as text");
        reader.AcceptAny("the");
        reader.AcceptAny("pattern", "regular expression", "regex", "regexp", "text", "string");
        var token = reader.Current;
        if (matches ? token.Kind is not (TokenKind.Regex or TokenKind.Quoted) : token.Kind is not (TokenKind.Quoted or TokenKind.Number))
        {
            throw reader.Unexpected(matches ? "a pattern between slashes" : "a text in quotes");
        }

        reader.Take();
        condition = matches ? ConditionBuilder.Match(field, token.Text) : ConditionBuilder.Test(field, kind!.Value, token.Text);
        return true;
    }

    private bool TryParseLike(Operand subject, out Condition condition)
    {
        condition = null!;
        var start = reader.Index;
        if (!reader.AcceptAny("like", "look like")) return false;
        if (reader.Current.Kind != TokenKind.Quoted || subject is not FieldOperand { Field: var field })
        {
            reader.Index = start;
            return false;
        }

        condition = ConditionBuilder.Like(field, reader.Take().Text);
        return true;
    }

    private bool TryParseLiteral(Operand subject, out Condition condition)
    {
        condition = null!;
        if (OperandParser.TryParseResult(reader) is { } result)
        {
            condition = ConditionBuilder.Compare(subject, Comparator.Equal, result);
            return true;
        }

        var word = reader.Current.Kind == TokenKind.Word && reader.FindField(reader.Current) is null;
        if (word && !reader.Current.Is("true") && !reader.Current.Is("false"))
        {
            // "must be active": one bare word is text, but only where the field is text and nothing else follows.
            var follows = reader.Peek(1);
            var isText = OperandTypes.Of(subject) == FieldType.Text && !Words.IsReserved(reader.Current.Text)
                && (follows.Kind == TokenKind.End || follows.IsSymbol(",") || follows.Text.ToLowerInvariant() is "or" or "and" or "if" or "then" or "unless");
            if (!isText || !ComesAfterBe()) return false;
            condition = ConditionBuilder.Compare(subject, Comparator.Equal, new TextOperand(reader.Take().Text));
            return true;
        }

        if (reader.AtEnd || reader.Current.Kind is TokenKind.Symbol or TokenKind.Regex) return false;
        condition = BoundParser.Finish(reader, subject, Comparator.Equal, OperandParser.ParseSum(reader));
        return true;
    }

    private bool ComesAfterBe()
    {
        var index = reader.Index;
        reader.Index = Math.Max(0, index - 1);
        var before = reader.Current;
        reader.Index = index;
        return before.Is("be") || before.Is("is") || before.Is("not") || before.Is("always");
    }

    private static Comparator? FindComparator(string symbol) => symbol switch
    {
        "=" => Comparator.Equal,
        "!=" => Comparator.NotEqual,
        "<" => Comparator.Less,
        "<=" => Comparator.LessOrEqual,
        ">" => Comparator.Greater,
        ">=" => Comparator.GreaterOrEqual,
        _ => null,
    };
}
