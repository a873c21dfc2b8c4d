using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>Reads a validation in its long form: an object with field or fields, rule, parameters and message.</summary>
internal sealed class RuleObjectReader(ProblemList problems, IReadOnlyList<PipelineField> fields)
{
    private static readonly string[] s_common = ["field", "fields", "rule", "error_message", "message", "severity", "mostly", "where", "description"];

    public IReadOnlyList<PipelineRule> Read(JsonValue item)
    {
        var name = problems.Text(item, "rule", required: true);
        if (name is null) return [];
        var format = FormatVocabulary.Find(name);
        var definition = format is null ? RuleVocabulary.Find(name) : null;
        if (format is null && definition is null)
        {
            if (name.Contains(' ', StringComparison.Ordinal)) return Finish(item, RuleParser.Parse(name, fields));
            RefuseName(item.Find("rule")!, name);
            return [];
        }

        problems.RefuseUnknown(item, [.. s_common, .. definition?.Parameters.Select(p => p.Name) ?? []]);
        if (definition?.Name == "expression") return ReadExpression(item);
        var before = problems.Problems.Count;
        foreach (var parameter in definition?.Parameters.Where(p => p.Required) ?? []) problems.Require(item, parameter.Name);
        var isKey = definition?.Name == "no_duplicates";
        var targets = ReadFields(item, mayBeAll: isKey || definition?.BuildTable is not null);
        if (definition?.BuildTable is not null && targets.Count > 0) problems.Add(item, $"The rule '{definition.Name}' is about the table and takes no field.");
        if (definition is { IsAboutGroup: true } && targets.Count == 1) problems.Add(item, $"The rule '{definition.Name}' needs two fields at least.");
        if (problems.Problems.Count > before) return [];
        if (definition?.Name == "primary_key")
            return Finish(item, PipelineRule.Key(targets));
        if (isKey) return Finish(item, [targets.Count == 0 ? PipelineRule.Unique(fields, nullsAreEqual: true) : PipelineRule.Unique(targets)]);
        return Finish(item, BuildRules(item, format, definition, targets), definition?.Share?.Invoke(new RuleArguments(problems, item, fields)));
    }

    private IReadOnlyList<PipelineRule> BuildRules(JsonValue item, FormatDefinition? format, RuleDefinition? definition, List<PipelineField> targets)
    {
        if (format is not null) return [.. targets.Select(f => PipelineRule.Of(ConditionBuilder.Format(f, format)))];
        var arguments = new RuleArguments(problems, item, fields);
        if (definition!.BuildTable is { } buildTable) return buildTable(arguments) is { } table ? [PipelineRule.Of(table)] : [];
        if (definition.BuildTableOf is { } buildOf) return [.. targets.Select(f => buildOf(arguments, f)).OfType<TableCheck>().Select(PipelineRule.Of)];
        if (definition.BuildTableOfGroup is { } buildOfGroup) return buildOfGroup(arguments, targets) is { } check ? [PipelineRule.Of(check)] : [];
        if (definition.BuildReference is { } refer) return refer(arguments, targets) is { } reference ? [PipelineRule.ReferringTo(targets, reference)] : [];
        if (definition.BuildTime is { } buildTime) return [.. targets.Select(f => buildTime(arguments, f)).OfType<PipelineRule>()];
        if (definition.BuildTogether is { } together) return together(arguments, targets) is { } described ? [PipelineRule.Of(described)] : [];
        if (definition.BuildGroup is { } build) return build(arguments, targets) is { } condition ? [PipelineRule.Of(condition)] : [];
        return [.. targets.Select(f => definition.Build!(arguments, f)).OfType<Condition>().Select(c => PipelineRule.Of(c))];
    }

    private void RefuseName(JsonValue at, string name)
    {
        var nearest = Suggestion.Nearest(name, RuleVocabulary.All.SelectMany(r => r.Names).Concat(FormatVocabulary.Names));
        var known = string.Join(", ", FormatVocabulary.All.Select(f => f.Name).Concat(RuleVocabulary.All.Select(r => r.Name)));
        problems.Add(at, $"'{name}' is no rule.", nearest is null ? $"known: {known}, or a sentence." : $"did you mean '{nearest}'?");
    }

    /// <summary>What every rule takes: message, severity, the rows it is about, and the share of them that must pass.</summary>
    private List<PipelineRule> Finish(JsonValue item, IReadOnlyList<PipelineRule> rules, decimal? ownShare = null)
    {
        if (item.Find("message") is { } second && item.Find("error_message") is not null)
        {
            problems.Add(second, "Both 'message' and 'error_message' are given; one is enough.");
        }

        var message = problems.Text(item, "error_message") ?? problems.Text(item, "message");
        var (severity, premise, share) = (ReadSeverity(item), ReadWhere(item), ReadShare(item) ?? ownShare);
        if (share is not null && severity is RuleSeverity.Reject or RuleSeverity.Drop)
        {
            problems.Add(item.Find("severity")!, "With 'mostly' rows are not judged one by one.", "known with it: warn, fail.");
            return [];
        }

        return [.. rules.Select(r => Finish(r, severity, premise, share)).Select(r => message is null ? r : r with { Message = message })];
    }

    private static PipelineRule Finish(PipelineRule rule, RuleSeverity? severity, Condition? premise, decimal? share)
    {
        if (severity is { } known) rule = rule.WithSeverity(known);
        if (premise is not null) rule = rule.Where(premise);
        return share is { } least ? rule.WithShare(least) : rule;
    }

    private RuleSeverity? ReadSeverity(JsonValue item)
    {
        var text = problems.Text(item, "severity");
        if (text is null || RuleSeverities.Find(text) is not { } severity)
        {
            if (text is not null) problems.Add(item.Find("severity")!, $"'{text}' is no severity.", $"known: {string.Join(", ", RuleSeverities.Names)}.");
            return null;
        }

        return severity;
    }

    private Condition? ReadWhere(JsonValue item) => item.Find("where") is null ? null : new RuleArguments(problems, item, fields).Condition("where");

    private decimal? ReadShare(JsonValue item)
    {
        if (item.Find("mostly") is not { } value) return null;
        if (value.Kind == JsonKind.Number && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share)
            && share is > 0 and <= 1)
        {
            return share;
        }

        problems.Add(value, "'mostly' must be a number above 0 and at most 1.", value.Kind == JsonKind.Number ? "95 % is written 0.95." : null);
        return null;
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
}
