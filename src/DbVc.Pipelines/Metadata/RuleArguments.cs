using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>The parameters of a rule in its long form; what is wrong with one becomes a problem, and null.</summary>
internal sealed class RuleArguments(ProblemList problems, JsonValue item, IReadOnlyList<PipelineField> fields)
{
    /// <summary>What a parser of rules says about a parameter that is a sentence.</summary>
    public IReadOnlyList<PipelineField> Fields { get; } = fields;

    public bool Has(string name) => item.Find(name) is not null;

    public string? Text(string name) => problems.Text(item, name, mayBeEmpty: true);

    public bool IsTrue(string name) => problems.Truth(item, name) ?? false;

    public Operand? Operand(string name) => item.Find(name) is { } value ? ToOperand(value) : null;

    public IReadOnlyList<Operand>? Operands(string name)
    {
        if (List(name) is not { } list) return null;
        var operands = list.Items.Select(ToOperand).ToList();
        return operands.Contains(null) ? null : [.. operands.OfType<Operand>()];
    }

    public IReadOnlyList<string>? Texts(string name)
    {
        if (List(name) is not { } list) return null;
        if (list.Items.All(i => i.Kind == JsonKind.String)) return [.. list.Items.Select(i => i.Text)];
        problems.Add(list, $"'{name}' must be a list of texts.");
        return null;
    }

    public decimal? Number(string name)
    {
        if (item.Find(name) is not { } value) return null;
        if (value.Kind == JsonKind.Number && decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        problems.Add(value, $"'{name}' must be a number, not {value.Describe()}.");
        return null;
    }

    /// <summary>The field that a parameter names.</summary>
    public PipelineField? Field(string name) => item.Find(name) is { } value ? FieldLookup.Find(problems, Fields, value) : null;

    /// <summary>The fields that a parameter names; none when it is left out.</summary>
    public IReadOnlyList<PipelineField>? FieldsOf(string name) => item.Find(name) is { } value ? FieldLookup.FindAll(problems, Fields, value, name) : [];

    /// <summary>The table and columns that a parameter names.</summary>
    public KeyReference? Reference(string name, int fields)
    {
        if (problems.Text(item, name) is not { } text) return null;
        if (KeyReference.TryParse(text) is not { } reference)
        {
            problems.Add(item.Find(name)!, $"'{text}' names no table.", "write for example \"customers\", \"customers.id\" or \"lines(order_id, line)\".");
            return null;
        }

        if (reference.Columns.Count == 0 || reference.Columns.Count == fields) return reference;
        problems.Add(item.Find(name)!, $"{fields} fields cannot refer to {reference.Columns.Count} columns.");
        return null;
    }

    /// <summary>A number, or a field; a problem when neither is given, or both are.</summary>
    public Operand? NumberOrField(string number, string field)
    {
        if (Has(number) == Has(field)) problems.Add(item, $"Either '{number}' or '{field}' must be given.");
        else if (Has(field)) return Field(field) is { } named ? new FieldOperand(named) : null;
        else if (Number(number) is not null) return Operand(number);
        return null;
    }

    /// <summary>Lists of values, as many in each as there are fields.</summary>
    public IReadOnlyList<IReadOnlyList<Operand>>? Rows(string name, int fields)
    {
        if (List(name) is not { } list) return null;
        var rows = new List<IReadOnlyList<Operand>>();
        foreach (var row in list.Items)
        {
            if (row.Kind != JsonKind.Array || row.Items.Count != fields)
            {
                problems.Add(row, $"'{name}' must be a list of lists with {fields} values each.");
                return null;
            }

            var operands = row.Items.Select(ToOperand).ToList();
            if (operands.Contains(null)) return null;
            rows.Add([.. operands.OfType<Operand>()]);
        }

        return rows;
    }

    /// <summary>Values for one field, or lists of them for several.</summary>
    public IReadOnlyList<IReadOnlyList<Operand>>? Examples(string name, int fields)
    {
        if (fields > 1 || List(name) is { Items: [{ Kind: JsonKind.Array }, ..] }) return Rows(name, fields);
        return Operands(name)?.Select(o => (IReadOnlyList<Operand>)[o]).ToList();
    }

    /// <summary>The condition that a parameter states in English.</summary>
    public Condition? Condition(string name)
    {
        if (problems.Text(item, name, required: true) is not { } text) return null;
        try
        {
            return RuleParser.ParseCondition(text, Fields);
        }
        catch (RuleException e)
        {
            problems.Add(item.Find(name)!, e);
            return null;
        }
    }

    /// <summary>Both bounds, or one of them; a problem when there is none.</summary>
    public Condition? Range(Operand subject, string minimumName, string maximumName)
    {
        var (minimum, maximum) = (Operand(minimumName), Operand(maximumName));
        if (!Has(minimumName) && !Has(maximumName)) problems.Add(item, $"'{minimumName}' and '{maximumName}' are both missing.");
        if (minimum is not null && maximum is not null) return ConditionBuilder.InRange(subject, minimum, maximum);
        if (minimum is not null) return ConditionBuilder.Compare(subject, Comparator.GreaterOrEqual, minimum);
        return maximum is null ? null : ConditionBuilder.Compare(subject, Comparator.LessOrEqual, maximum);
    }

    /// <summary>The bounds of a length; <c>value</c> is the one that <c>max_length</c> or <c>min_length</c> asks for.</summary>
    public Condition? Length(PipelineField field)
    {
        var length = ConditionBuilder.LengthOf(field);
        var (minimum, maximum) = (Has("min_length") ? "min_length" : "min", Has("max_length") ? "max_length" : "max");
        if (!Has("value")) return Range(length, minimum, maximum);
        var rule = item.Find("rule")!.Text.Trim().ToLowerInvariant();
        var other = Has(minimum) ? minimum : Has(maximum) ? maximum : null;
        if (rule is not ("max_length" or "min_length"))
            problems.Add(item.Find("value")!, $"With '{rule}' a value may be either bound.", "write 'min' or 'max'.");
        else if (other is not null) problems.Add(item.Find("value")!, $"Both 'value' and '{other}' are given; one is enough.");
        else if (Operand("value") is { } bound)
            return ConditionBuilder.Compare(length, rule == "max_length" ? Comparator.LessOrEqual : Comparator.GreaterOrEqual, bound);
        return null;
    }

    /// <summary>The bounds <c>min</c>, <c>max</c> or <c>equals</c>; a problem when there is none.</summary>
    public TableBounds? Bounds()
    {
        if (!Has("min") && !Has("max") && !Has("equals"))
        {
            problems.Add(item, "'min', 'max' and 'equals' are all missing.");
            return null;
        }

        List<TableBound> bounds =
        [
            .. Bound("min", Comparator.GreaterOrEqual), .. Bound("max", Comparator.LessOrEqual), .. Bound("equals", Comparator.Equal),
        ];
        return bounds.Count == 0 ? null : new TableBounds(bounds);
    }

    /// <summary>A length of time such as <c>2 days</c>.</summary>
    public RuleAge? Age(string name)
    {
        if (problems.Text(item, name) is not { } text) return null;
        if (RuleAge.Parse(text) is { Count: > 0 } age) return age;
        problems.Add(item.Find(name)!, $"'{text}' is no length of time.", "write for example \"12 hours\" or \"2 days\".");
        return null;
    }

    /// <summary>The measure that a parameter names.</summary>
    public MeasureDefinition? Measure(string name)
    {
        if (problems.Text(item, name) is not { } text) return null;
        if (DistributionMeasures.All.FirstOrDefault(m => m.Name == text) is { } measure) return measure;
        problems.Add(item.Find(name)!, $"'{text}' is no measure.", $"known: {string.Join(", ", DistributionMeasures.All.Select(m => m.Name))}.");
        return null;
    }

    /// <summary>The check that a column is distributed as <c>expected</c> says, within <c>max</c> or <c>min_p</c>.</summary>
    public DistributionCheck? Distribution(PipelineField field, MeasureDefinition measure)
    {
        if (item.Find("expected") is not { } value || new DistributionReader(problems).Read(value, field, measure) is not { } expected) return null;
        var (max, minP) = (Number("max"), Number("min_p"));
        return (Has("max") && max is null) || (Has("min_p") && minP is null) ? null : DistributionCheck.Make(field, expected, measure, max, minP);
    }

    private IEnumerable<TableBound> Bound(string name, Comparator comparator) => Operand(name) is { } value ? [new TableBound(comparator, value)] : [];

    private JsonValue? List(string name)
    {
        if (item.Find(name) is not { } value) return null;
        if (value.Kind == JsonKind.Array) return value;
        problems.Add(value, $"'{name}' must be a list, not {value.Describe()}.");
        return null;
    }

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
}
