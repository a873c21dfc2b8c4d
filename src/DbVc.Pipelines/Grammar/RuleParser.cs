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
            throw new RuleException($"\"{text}\" is not understood: {e.Message}", e.Suggestion is null ? known : $"{e.Suggestion} {known}")
            { Sentence = text };
        }
    }

    /// <summary>Parses what a row is asked for, such as <c>status = 'paid'</c>.</summary>
    public static Condition ParseCondition(string text, IReadOnlyList<PipelineField> fields)
    {
        var rules = Parse(text, fields);
        return rules is [{ Condition: { } condition, Severity: RuleSeverity.Reject, MinimumShare: null }]
            ? condition
            : throw new RuleException($"\"{text}\" is no condition on one row", "write for example: status = 'paid'.");
    }

    private List<PipelineRule> ParseSentence()
    {
        if (_reader.AtEnd) throw new RuleException("it is empty");
        if (TryParseFilter(out var filter)) return [filter];
        var share = ShareParser.TryParsePrefix(_reader);
        return [.. ParseRules().Select(r => share is { } least ? r.WithShare(least) : r)];
    }

    private List<PipelineRule> ParseRules()
    {
        if (ParseTable() is { } table) return [table];
        if (UniqueParser.TryParseKey(_reader) is { } key) return [.. key];
        if (UniqueParser.TryParse(_reader, out var unique)) return [unique];
        if (ReferenceParser.TryParse(_reader) is { } reference) return [FinishLoadRule(reference)];
        if (TimeParser.TryParse(_reader) is { } times) return FinishLoadRules(times);
        if (TryParseHeading() is { } headed) return [FinishRule(headed, "the end of the rule")];
        if (StartsDescribed()) return [FinishRule(ParseConditional(), "the end of the rule")];
        if (StartsGroup() is { } group) return [FinishRule(group, "the end of the rule")];
        if (TryParseList(out var rules)) return rules;
        var condition = ParseConditional();
        return [FinishRule(condition, "the end of the rule")];
    }

    /// <summary>"sum of amount must be 100 where status = 'paid'": a rule about the whole table, or a part of it.</summary>
    private PipelineRule? ParseTable()
    {
        var parser = new TableParser(_reader);
        if (parser.TryParse() is not { } check) return null;
        var rule = PipelineRule.Of(check).WithSeverity(parser.Severity);
        if (_reader.AcceptAny("where", "for rows where", "in rows where")) rule = rule.Where(ParseOr());
        return _reader.AtEnd ? rule : throw _reader.Unexpected("the end of the rule");
    }

    private List<PipelineRule> FinishLoadRules(IReadOnlyList<PipelineRule> rules)
    {
        var end = _reader.Index;
        var finished = new List<PipelineRule>();
        foreach (var rule in rules)
        {
            _reader.Index = end;
            finished.Add(FinishLoadRule(rule));
        }

        return finished;
    }

    private PipelineRule FinishLoadRule(PipelineRule rule)
    {
        if (_reader.AcceptAny("where", "if", "when", "for rows where")) rule = rule.Where(ParseOr());
        if (ShareParser.TryParseSuffix(_reader) is { } share) rule = rule.WithShare(share);
        return _reader.AtEnd ? rule : throw _reader.Unexpected("the end of the rule");
    }

    /// <summary>"maximum length of name is 20", "allowed values for status: new, paid": what is asked for comes before the field.</summary>
    private Condition? TryParseHeading()
    {
        var start = _reader.Index;
        _reader.Accept("the");
        Comparator? comparator = _reader.AcceptAny("maximum length of", "max length of") ? Comparator.LessOrEqual
            : _reader.AcceptAny("minimum length of", "min length of") ? Comparator.GreaterOrEqual : null;
        var values = comparator is null && _reader.AcceptAny("allowed values for", "allowed values of", "accepted values for", "accepted values of",
            "possible values for", "possible values of", "valid values for", "valid values of");
        if ((comparator is not null || values) && _reader.TryTakeField(out var field))
        {
            _reader.AcceptAny("is", "are", "must be");
            _reader.AcceptSymbol(":");
            if (comparator is not { } bound) return _predicates.ParseValues(field);
            return ConditionBuilder.Compare(ConditionBuilder.LengthOf(field), bound, OperandParser.ParseSum(_reader));
        }

        _reader.Index = start;
        return null;
    }

    /// <summary>Before lists of fields, too: what is said of several is said of them together.</summary>
    private bool StartsDescribed()
    {
        var start = _reader.Index;
        var starts = DescribedParser.TryParse(_reader, _predicates, out _);
        _reader.Index = start;
        return starts;
    }

    /// <summary>Before lists of fields, as a group begins like one; a sentence that goes on after it is read as a whole.</summary>
    private Condition? StartsGroup()
    {
        var start = _reader.Index;
        if (GroupParser.TryParse(_reader, _predicates, out var group) && !_reader.Current.Is("and") && !_reader.Current.Is("or")
            && !_reader.Current.Is("if") && !_reader.Current.Is("when") && !_reader.Current.Is("unless"))
        {
            return group;
        }

        _reader.Index = start;
        return null;
    }

    private PipelineRule FinishRule(Condition condition, string wanted)
    {
        var rule = PipelineRule.Of(condition, _predicates.Severity);
        if (ShareParser.TryParseSuffix(_reader) is { } share) rule = rule.WithShare(share);
        return _reader.AtEnd ? rule : throw _reader.Unexpected(wanted);
    }

    /// <summary>"drop rows where status = 'test'": what is done with rows, and which.</summary>
    private bool TryParseFilter(out PipelineRule rule)
    {
        rule = null!;
        if (FilterVerb.TryTake(_reader) is not { } verb) return false;
        var named = ParseOr();
        if (!_reader.AtEnd) throw _reader.Unexpected("the end of the rule");
        rule = PipelineRule.Of(verb.Keeps ? ConditionBuilder.Certain(named) : ConditionBuilder.Negate(named), verb.Severity);
        return true;
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
            rules.Add(FinishRule(condition, "the end of a rule for several fields"));
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
        if (DescribedParser.TryParse(_reader, _predicates, out var described)) return described;
        if (GroupParser.TryParse(_reader, _predicates, out var group)) return group;
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
}
