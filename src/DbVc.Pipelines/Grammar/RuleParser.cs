namespace DbVc.Pipelines;

/// <summary>
/// Reads English rules by recursive descent. What it does not understand it refuses with the nearest forms it knows;
/// it never guesses.
/// </summary>
internal sealed class RuleParser
{
    private readonly TokenReader _reader;
    private readonly PredicateParser _predicates;

    // The subject of the test before, for "age > 0 and < 120".
    private Operand? _lastSubject;

    private RuleParser(TokenReader reader)
    {
        _reader = reader;
        _predicates = new PredicateParser(reader);
    }

    /// <summary>Parses one sentence; it may hold rules for several fields.</summary>
    public static IReadOnlyList<PipelineRule> Parse(string text, IReadOnlyList<PipelineField> fields)
    {
        try
        {
            return new RuleParser(new TokenReader(text, fields)).ParseSentence();
        }
        catch (RuleException e)
        {
            var nearest = Suggestion.NearestForms(text, KnownForms.Rules, 3);
            var known = $"Nearest known forms: {string.Join(" | ", nearest)}";
            throw new RuleException($"\"{text}\" is not understood: {e.Message}", e.Suggestion is null ? known : $"{e.Suggestion} {known}");
        }
    }

    private List<PipelineRule> ParseSentence()
    {
        if (_reader.AtEnd) throw new RuleException("it is empty");
        if (UniqueParser.TryParse(_reader, out var unique)) return [unique];
        if (TryParseList(out var rules)) return rules;
        var condition = ParseConditional();
        if (!_reader.AtEnd) throw _reader.Unexpected("the end of the rule");
        return [PipelineRule.Of(condition, severity: _predicates.Severity)];
    }

    /// <summary>"name and email are required": the same rule for each of several fields.</summary>
    private bool TryParseList(out List<PipelineRule> rules)
    {
        rules = [];
        var start = _reader.Index;
        _reader.AcceptAny("both", "all of", "each of", "all", "each", "every", "the");
        if (!FieldList.TryRead(_reader, out var fields) || fields.Count < 2 || _reader.Current.Kind == TokenKind.Symbol
            || !Words.StartsPredicate(_reader.Current))
        {
            _reader.Index = start;
            return false;
        }

        var predicate = _reader.Index;
        foreach (var field in fields)
        {
            _reader.Index = predicate;
            var condition = _predicates.Parse(new FieldOperand(field));
            if (!_reader.AtEnd) throw _reader.Unexpected("the end of a rule for several fields");
            rules.Add(PipelineRule.Of(condition, severity: _predicates.Severity));
        }

        return true;
    }

    private Condition ParseConditional()
    {
        if (_reader.AcceptAny("if", "when"))
        {
            var premise = ParseOr();
            if (!_reader.Accept("then") && !_reader.AcceptSymbol(",")) throw _reader.Unexpected("'then'");
            _lastSubject = null;
            return ConditionBuilder.Any([ConditionBuilder.Negate(premise), ParseOr()]);
        }

        var condition = ParseOr();
        if (_reader.AcceptAny("if", "when", "where"))
        {
            _lastSubject = null;
            return ConditionBuilder.Any([ConditionBuilder.Negate(ParseOr()), condition]);
        }

        if (!_reader.Accept("unless")) return condition;
        _lastSubject = null;
        return ConditionBuilder.Any([ParseOr(), condition]);
    }

    private Condition ParseOr()
    {
        var parts = new List<Condition> { ParseAnd() };
        while (_reader.Accept("or") || _reader.AcceptSymbol("||")) parts.Add(ParseAnd());
        return ConditionBuilder.Any(parts);
    }

    private Condition ParseAnd()
    {
        var parts = new List<Condition> { ParseTest() };
        while (_reader.AcceptAny("and", "but") || _reader.AcceptSymbol("&&")) parts.Add(ParseTest());
        return ConditionBuilder.All(parts);
    }

    private Condition ParseTest()
    {
        if (_reader.Current.Is("not") && _reader.Peek(1).Kind == TokenKind.Symbol && _reader.Peek(1).Text == "(")
        {
            _reader.Take();
            return ConditionBuilder.Negate(ParseTest());
        }

        if (TryParseBrackets(out var inner)) return inner;
        if (TryParseAtLeastOne(out var presence)) return presence;
        if (_lastSubject is not null && Words.StartsPredicate(_reader.Current) && _reader.FindField(_reader.Current) is null)
        {
            if (_predicates.WasNegated) throw new RuleException("it is open how far 'not' reaches; repeat the field after 'and' or 'or'");
            return _predicates.Parse(_lastSubject);
        }

        var subject = OperandParser.ParseSubject(_reader);
        _lastSubject = subject;
        var condition = _predicates.Parse(subject);
        return condition is Comparison comparison && OperandTypes.IsLiteral(subject) ? ParseChain(comparison) : condition;
    }

    /// <summary><c>0 &lt; age &lt; 120</c>.</summary>
    private Condition ParseChain(Comparison first)
    {
        _lastSubject = first.Subject;
        if (_reader.Current.Kind != TokenKind.Symbol || _reader.Current.Text is not ("<" or "<=" or ">" or ">=")) return first;
        return ConditionBuilder.All([first, _predicates.Parse(first.Subject)]);
    }

    private bool TryParseBrackets(out Condition condition)
    {
        condition = null!;
        var start = _reader.Index;
        if (!_reader.AcceptSymbol("(")) return false;
        try
        {
            condition = ParseOr();
            if (_reader.AcceptSymbol(")") && _reader.Current.Text is not ("+" or "-" or "*") && !Words.StartsPredicate(_reader.Current)) return true;
        }
        catch (RuleException) when (StartsCalculation(start))
        {
            // Brackets around a calculation, read again as an operand.
        }

        _reader.Index = start;
        return false;
    }

    private bool StartsCalculation(int start)
    {
        _reader.Index = start;
        try
        {
            OperandParser.ParseSum(_reader);
            return Words.StartsPredicate(_reader.Current);
        }
        catch (RuleException)
        {
            return false;
        }
    }

    private bool TryParseAtLeastOne(out Condition condition)
    {
        condition = null!;
        var start = _reader.Index;
        if (!_reader.AcceptAny("at least one of", "one of", "any of", "either") || !FieldList.TryRead(_reader, out var fields) || fields.Count < 2)
        {
            _reader.Index = start;
            return false;
        }

        _predicates.AcceptModal();
        _reader.AcceptAny("be", "is", "are");
        var isGiven = _reader.AcceptAny("given", "present", "provided", "filled", "required", "set", "not null", "not empty");
        if (!isGiven) throw _reader.Unexpected("'must be given'");
        condition = ConditionBuilder.Any([.. fields.Select(f => new Presence(f, PresenceKind.Given))]);
        return true;
    }
}
