using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Reads a validation in its long form: an object with field or fields, rule, parameters and message.</summary>
internal sealed class RuleObjectReader(ProblemList problems, IReadOnlyList<PipelineField> fields)
{
    private static readonly string[] s_common = ["field", "fields", "rule", "error_message", "message", "severity", "description"];

    private static readonly Dictionary<string, string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["range"] = "range",
        ["between"] = "range",
        ["required"] = "required",
        ["not_empty"] = "required",
        ["mandatory"] = "required",
        ["not_null"] = "not_null",
        ["no_duplicates"] = "unique",
        ["unique"] = "unique",
        ["unique_combination"] = "unique",
        ["one_of"] = "one_of",
        ["in_set"] = "one_of",
        ["accepted_values"] = "one_of",
        ["in"] = "one_of",
        ["not_one_of"] = "not_one_of",
        ["not_in_set"] = "not_one_of",
        ["forbidden_values"] = "not_one_of",
        ["length"] = "length",
        ["max_length"] = "length",
        ["min_length"] = "length",
        ["matches"] = "matches",
        ["regex"] = "matches",
        ["pattern"] = "matches",
        ["starts_with"] = "starts_with",
        ["ends_with"] = "ends_with",
        ["contains"] = "contains",
        ["positive"] = "positive",
        ["non_negative"] = "non_negative",
        ["negative"] = "negative",
        ["expression"] = "expression",
        ["satisfies"] = "expression",
    };

    public IReadOnlyList<PipelineRule> Read(JsonValue item)
    {
        var name = problems.Text(item, "rule", required: true);
        if (name is null) return [];
        var at = item.Find("rule")!;
        var canonical = s_names.GetValueOrDefault(name.Trim()) ?? (FormatVocabulary.Find(name) is null ? null : "format");
        if (canonical is null)
        {
            if (name.Contains(' ', StringComparison.Ordinal)) return Finish(item, RuleParser.Parse(name, fields));
            var nearest = Suggestion.Nearest(name, s_names.Keys.Concat(FormatVocabulary.Names));
            var known = string.Join(", ", FormatVocabulary.All.Select(f => f.Name).Concat(s_names.Values.Distinct()));
            problems.Add(at, $"'{name}' is no rule.", nearest is null ? $"known: {known}, or a sentence." : $"did you mean '{nearest}'?");
            return [];
        }

        problems.RefuseUnknown(item, [.. s_common, .. ParametersOf(canonical)]);
        if (canonical == "expression") return ReadExpression(item);
        var before = problems.Problems.Count;
        var targets = ReadFields(item, mayBeAll: canonical == "unique");
        if (problems.Problems.Count > before) return [];
        if (canonical == "unique") return Finish(item, [targets.Count == 0 ? PipelineRule.Unique(fields, nullsAreEqual: true) : PipelineRule.Unique(targets)]);
        var rules = new List<PipelineRule>();
        foreach (var field in targets)
        {
            if (BuildCondition(item, canonical, field) is { } condition) rules.Add(PipelineRule.Of(condition));
        }

        return Finish(item, rules);
    }

    private List<PipelineRule> Finish(JsonValue item, IReadOnlyList<PipelineRule> rules)
    {
        if (item.Find("message") is { } second && item.Find("error_message") is not null)
        {
            problems.Add(second, "Both 'message' and 'error_message' are given; one is enough.");
        }


        var message = problems.Text(item, "error_message") ?? problems.Text(item, "message");
        var severity = ReadSeverity(item);
        return [.. rules.Select(r => r with { Message = message ?? r.Message, Severity = severity ?? r.Severity })];
    }

    private RuleSeverity? ReadSeverity(JsonValue item)
    {
        var text = problems.Text(item, "severity");
        switch (text?.ToLowerInvariant())
        {
            case null:
                return null;
            case "warn" or "warning":
                return RuleSeverity.Warn;
            case "reject" or "quarantine" or "error":
                return RuleSeverity.Reject;
            default:
                problems.Add(item.Find("severity")!, $"'{text}' is no severity.", "known: warn, quarantine.");
                return null;
        }
    }

    private IReadOnlyList<PipelineRule> ReadExpression(JsonValue item)
    {
        var text = problems.Text(item, "expression", required: true);
        if (text is null) return [];
        try
        {
            return Finish(item, RuleParser.Parse(text, fields));
        }
        catch (RuleException e)
        {
            problems.Add(item.Find("expression")!, e);
            return [];
        }
    }

    private List<PipelineField> ReadFields(JsonValue item, bool mayBeAll)
    {
        var one = item.Find("field");
        var many = item.Find("fields");
        if (one is not null && many is not null) problems.Add(many, "Both 'field' and 'fields' are given; one is enough.");
        var named = new List<JsonValue>();
        if (one is not null) named.Add(one);
        else if (many is { Kind: JsonKind.Array }) named.AddRange(many.Items);
        else if (many is not null) problems.Add(many, $"'fields' must be a list of field names, not {many.Describe()}.");
        else if (!mayBeAll) problems.Add(item, "'field' is missing.");
        if (many is { Kind: JsonKind.Array, Items.Count: 0 }) problems.Add(many, "'fields' is empty.");
        var found = new List<PipelineField>();
        foreach (var value in named)
        {
            if (FieldLookup.Find(problems, fields, value) is not { } field) continue;
            if (found.Contains(field)) problems.Add(value, $"'{field.Name}' is named twice.");
            found.Add(field);
        }

        return found;
    }

    private Condition? BuildCondition(JsonValue item, string name, PipelineField field)
    {
        var subject = new FieldOperand(field);
        switch (name)
        {
            case "format":
                return ConditionBuilder.Format(field, FormatVocabulary.Find(problems.Text(item, "rule")!)!);
            case "range":
                return BuildRange(item, subject, "min", "max");
            case "length":
                var (minimum, maximum) = (item.Find("min_length") is null ? "min" : "min_length", item.Find("max_length") is null ? "max" : "max_length");
                return BuildRange(item, ConditionBuilder.LengthOf(field), minimum, maximum);
            case "required":
                return new Presence(field, PresenceKind.Given);
            case "not_null":
                return new Presence(field, PresenceKind.NotNull);
            case "one_of" or "not_one_of":
                return BuildList(item, field, negated: name == "not_one_of");
            case "matches":
                return problems.Text(item, "pattern", required: true) is { } pattern ? ConditionBuilder.Match(field, pattern) : null;
            case "starts_with" or "ends_with" or "contains":
                var kind = name switch { "starts_with" => TextTestKind.StartsWith, "ends_with" => TextTestKind.EndsWith, _ => TextTestKind.Contains };
                return problems.Text(item, "value", required: true, mayBeEmpty: true) is { } part ? ConditionBuilder.Test(field, kind, part) : null;
            default:
                var comparator = name switch { "positive" => Comparator.Greater, "negative" => Comparator.Less, _ => Comparator.GreaterOrEqual };
                return ConditionBuilder.Compare(subject, comparator, new NumberOperand(0, "0"));
        }
    }

    private Condition? BuildRange(JsonValue item, Operand subject, string minimumName, string maximumName)
    {
        var minimum = ReadOperand(item, minimumName);
        var maximum = ReadOperand(item, maximumName);
        if (item.Find(minimumName) is null && item.Find(maximumName) is null) problems.Add(item, $"'{minimumName}' and '{maximumName}' are both missing.");
        if (minimum is not null && maximum is not null) return ConditionBuilder.InRange(subject, minimum, maximum);
        if (minimum is not null) return ConditionBuilder.Compare(subject, Comparator.GreaterOrEqual, minimum);
        return maximum is null ? null : ConditionBuilder.Compare(subject, Comparator.LessOrEqual, maximum);
    }

    private Condition? BuildList(JsonValue item, PipelineField field, bool negated)
    {
        var values = problems.Require(item, "values");
        if (values is null) return null;
        if (values.Kind != JsonKind.Array)
        {
            problems.Add(values, $"'values' must be a list, not {values.Describe()}.");
            return null;
        }

        var operands = values.Items.Select(ToOperand).ToList();
        return operands.Contains(null) ? null : ConditionBuilder.InList(field, operands!, negated);
    }

    private Operand? ReadOperand(JsonValue item, string name) => item.Find(name) is { } value ? ToOperand(value) : null;

    private Operand? ToOperand(JsonValue value)
    {
        switch (value.Kind)
        {
            case JsonKind.Number when decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return new NumberOperand(number, value.Text);
            case JsonKind.String:
                return new TextOperand(value.Text);
            case JsonKind.Boolean:
                return new BooleanOperand(value.Text == "true");
            default:
                problems.Add(value, value.Kind == JsonKind.Number ? "The number is too large."
                    : $"A value must be a text, a number or true or false, not {value.Describe()}.");
                return null;
        }
    }

    private static string[] ParametersOf(string name) => name switch
    {
        "range" => ["min", "max"],
        "length" => ["min", "max", "min_length", "max_length"],
        "one_of" or "not_one_of" => ["values"],
        "matches" => ["pattern"],
        "starts_with" or "ends_with" or "contains" => ["value"],
        "expression" => ["expression"],
        _ => [],
    };
}
