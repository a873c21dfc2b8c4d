namespace DbVc.Pipelines;

/// <summary>Reads <c>validations</c> and puts the rules that follow from the schema before them.</summary>
internal sealed class ValidationReader(ProblemList problems, IReadOnlyList<PipelineField> fields)
{
    private readonly List<(PipelineRule Rule, JsonValue At)> _declared = [];

    public IReadOnlyList<PipelineRule> Read(JsonValue? validations)
    {
        if (validations is { Kind: not JsonKind.Array }) problems.Add(validations, $"'validations' must be a list, not {validations.Describe()}.");
        foreach (var item in validations?.Items ?? []) ReadItem(item);
        RefuseDuplicates();
        RefuseContradictions();
        var declared = _declared.Select(d => d.Rule).ToList();
        return [.. SchemaRules().Where(s => !declared.Any(d => Implies(d, s))), .. declared];
    }

    private void ReadItem(JsonValue item)
    {
        try
        {
            switch (item.Kind)
            {
                case JsonKind.String:
                    foreach (var rule in RuleParser.Parse(item.Text, fields)) _declared.Add((rule with { Written = item.Text }, item));
                    break;
                case JsonKind.Object:
                    foreach (var rule in new RuleObjectReader(problems, fields).Read(item)) _declared.Add((rule, item));
                    break;
                default:
                    problems.Add(item, $"A validation must be a sentence or an object, not {item.Describe()}.");
                    break;
            }
        }
        catch (RuleException e)
        {
            problems.Add(item, e);
        }
    }

    private void RefuseDuplicates()
    {
        for (var i = 0; i < _declared.Count; i++)
        {
            var earlier = _declared.Take(i).FirstOrDefault(d => Key(d.Rule) == Key(_declared[i].Rule));
            if (earlier.At is not null) problems.Add(_declared[i].At, $"The same rule stands in line {earlier.At.Line} already: {earlier.Rule.Text}.");
        }
    }

    private void RefuseContradictions()
    {
        var bounds = new RuleBounds();
        foreach (var (rule, at) in _declared)
        {
            if (bounds.Add(rule) is { } problem) problems.Add(at, problem);
        }
    }

    private IEnumerable<PipelineRule> SchemaRules()
    {
        foreach (var field in fields)
        {
            if (!field.Nullable) yield return PipelineRule.Of(new Presence(field, PresenceKind.NotNull)) with { FromSchema = true };
            if (field.MaxLength is { } longest)
            {
                var condition = new Comparison(new LengthOperand(field), Comparator.LessOrEqual,
                    NumberOf(longest));
                yield return PipelineRule.Of(condition) with { Name = "max_length", FromSchema = true };
            }

            if (field.Precision is { } digits) foreach (var rule in DigitRules(field, digits)) yield return rule;
        }

        var key = fields.Where(f => f.PrimaryKey).ToList();
        if (key.Count > 0) yield return PipelineRule.Unique(key) with { FromSchema = true };
    }

    /// <summary>Databases round what has more digits than its column, in silence.</summary>
    private static IEnumerable<PipelineRule> DigitRules(PipelineField field, int digits)
    {
        var scale = field.Scale!.Value;
        var places = new Comparison(new PlacesOperand(field), Comparator.LessOrEqual, NumberOf(scale));
        yield return PipelineRule.Of(places) with { Name = "scale", FromSchema = true };
        var bound = (decimal)System.Numerics.BigInteger.Pow(10, digits - scale);
        var value = new FieldOperand(field);
        var within = new AllOf([new Comparison(value, Comparator.Greater, NumberOf(-bound)), new Comparison(value, Comparator.Less, NumberOf(bound))]);
        yield return PipelineRule.Of(within) with { Name = "precision", FromSchema = true };
    }

    private static NumberOperand NumberOf(decimal number) => new(number, number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A declared rule with its own message stands for the one that follows from the schema.</summary>
    private static bool Implies(PipelineRule declared, PipelineRule schema)
    {
        // Whoever says that repeated keys are left out does not mean to keep them for later.
        if (declared is { IsUnique: true, Drops: true } && Key(declared) == Key(schema)) return true;
        if (!declared.Rejects) return false;
        if (Key(declared) == Key(schema)) return true;
        return schema.Condition is Presence { Kind: PresenceKind.NotNull } wanted
            && declared.Condition is Presence { Kind: PresenceKind.Given } given && given.Field == wanted.Field;
    }

    private static string Key(PipelineRule rule) => rule.IsForHost ? rule.WithSeverity(RuleSeverity.Fail).Text : rule.IsUnique
        ? "unique " + string.Join(",", rule.Fields.Select(f => f.Name.Length + ":" + f.Name).Order(StringComparer.Ordinal)) + rule.NullsAreEqual
        : ConditionText.Describe(rule.Condition!);
}
