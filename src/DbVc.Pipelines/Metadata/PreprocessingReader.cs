namespace DbVc.Pipelines;

/// <summary>Reads <c>preprocessing</c>: sentences, or objects with field and operations.</summary>
internal sealed class PreprocessingReader(ProblemList problems, IReadOnlyList<PipelineField> fields)
{
    private readonly List<FieldOperation> _operations = [];

    public IReadOnlyList<FieldOperation> Read(JsonValue? preprocessing)
    {
        if (preprocessing is { Kind: not JsonKind.Array }) problems.Add(preprocessing, $"'preprocessing' must be a list, not {preprocessing.Describe()}.");
        foreach (var item in preprocessing?.Items ?? [])
        {
            switch (item.Kind)
            {
                case JsonKind.String:
                    ReadSentence(item);
                    break;
                case JsonKind.Object when ReshapeAdvice.IsStep(item):
                    ReshapeAdvice.Refuse(problems, item);
                    break;
                case JsonKind.Object when RowStepReader.IsStep(item):
                    break;
                case JsonKind.Object:
                    ReadObject(item);
                    break;
                default:
                    problems.Add(item, $"A preprocessing step must be a sentence or an object, not {item.Describe()}.");
                    break;
            }
        }

        return _operations;
    }

    private void ReadSentence(JsonValue item)
    {
        try
        {
            Add(item, OperationParser.Parse(item.Text, fields));
        }
        catch (RuleException e)
        {
            if (!ReshapeAdvice.Refuse(problems, item)) problems.Add(item, e);
        }
    }

    private void ReadObject(JsonValue item)
    {
        problems.RefuseUnknown(item, "field", "fields", "operations", "description");
        var targets = ReadFields(item);
        var operations = problems.Require(item, "operations");
        if (operations is null) return;
        if (operations.Kind != JsonKind.Array || operations.Items.Count == 0)
        {
            problems.Add(operations, "'operations' must be a list of operations.");
            return;
        }

        foreach (var field in targets)
        {
            foreach (var operation in operations.Items) Guard(operation, () => ReadOperation(operation, field));
        }
    }

    private List<PipelineField> ReadFields(JsonValue item)
    {
        var one = item.Find("field");
        var many = item.Find("fields");
        if (one is null && many is null) problems.Add(item, "'field' is missing.");
        if (one is not null && many is not null) problems.Add(many, "Both 'field' and 'fields' are given; one is enough.");
        if (many is { Kind: not JsonKind.Array }) problems.Add(many, $"'fields' must be a list of field names, not {many.Describe()}.");
        IEnumerable<JsonValue> named = one is not null ? [one] : many is { Kind: JsonKind.Array } ? many.Items : [];
        return [.. named.Select(n => FieldLookup.Find(problems, fields, n)).OfType<PipelineField>()];
    }

    private void ReadOperation(JsonValue value, PipelineField field)
    {
        if (value.Kind == JsonKind.String)
        {
            if (ReshapeAdvice.Refuse(problems, value, value.Text, field.HeaderName)) return;
            if (Find(value, value.Text) is { } plain) Add(value, [OperationBuilder.Build(field, plain, [])]);
            return;
        }

        if (value.Kind != JsonKind.Object)
        {
            problems.Add(value, $"An operation must be a name or an object, not {value.Describe()}.");
            return;
        }

        var name = problems.Text(value, "operation", required: true);
        if (name is not null && ReshapeAdvice.Refuse(problems, value, MethodOf(value) ?? name, field.HeaderName)) return;
        if (name is null || Find(value.Find("operation")!, name) is not { } definition) return;
        problems.RefuseUnknown(value, ["operation", .. NamesOf(definition)]);
        var before = problems.Problems.Count;
        var arguments = definition.Parameters.SelectMany(p => ReadArgument(value, p)).ToList();
        if (problems.Problems.Count > before) return;
        Add(value, [OperationBuilder.Build(field, definition, arguments)]);

        // The first document says what stands for NULL in the same place.
        if (definition.Name == "handle_nulls" && value.Find("default") is { } fallback)
        {
            Add(value, [OperationBuilder.Build(field, OperationVocabulary.Find("default")!, [fallback.Text])]);
        }
    }

    /// <summary>What <c>handle_nulls</c> takes from other records, elsewhere.</summary>
    private static string? MethodOf(JsonValue value) => value.Find("operation") is { Text: "handle_nulls" }
        ? (value.Find("method") ?? value.Find("strategy"))?.Text : null;

    private static IEnumerable<string> NamesOf(OperationDefinition definition)
    {
        var names = definition.Parameters.SelectMany(p => (p.Aliases ?? []).Prepend(p.Name));
        return definition.Name == "handle_nulls" ? names.Append("default") : names;
    }

    private IReadOnlyList<string> ReadArgument(JsonValue value, OperationParameter parameter)
    {
        var given = (parameter.Aliases ?? []).Prepend(parameter.Name).Select(value.Find).FirstOrDefault(v => v is not null);
        if (given is null)
        {
            if (parameter.Default is null) problems.Add(value, $"'{parameter.Name}' is missing.");
            return parameter.Default is null ? [] : [parameter.Default];
        }

        switch (parameter.Kind)
        {
            case ParameterKind.Pairs when given.Kind == JsonKind.Object:
                return [.. given.Members.SelectMany(m => new[] { m.Name, ReadText(m.Value) })];
            case ParameterKind.Pairs:
                problems.Add(given, $"'{parameter.Name}' must be an object that names what stands for each text, not {given.Describe()}.");
                return [];
            case ParameterKind.Texts or ParameterKind.Formats when given.Kind == JsonKind.Array:
                if (given.Items.Count == 0) problems.Add(given, $"'{parameter.Name}' is empty.");
                return [.. given.Items.Select(ReadText)];
            default:
                return [ReadText(given)];
        }
    }

    private string ReadText(JsonValue value)
    {
        if (value.Kind is JsonKind.String or JsonKind.Number or JsonKind.Boolean) return value.Text;
        problems.Add(value, $"A text, a number or true or false must stand here, not {value.Describe()}.");
        return "";
    }

    private OperationDefinition? Find(JsonValue at, string name)
    {
        if (OperationVocabulary.Find(name) is { } definition) return definition;
        var nearest = Suggestion.Nearest(name, OperationVocabulary.Names);
        var known = string.Join(", ", OperationVocabulary.All.Select(o => o.Name));
        problems.Add(at, $"'{name}' is no operation.", nearest is null ? $"known: {known}." : $"did you mean '{nearest}'?");
        return null;
    }

    private void Add(JsonValue at, IReadOnlyList<FieldOperation> operations)
    {
        foreach (var operation in operations)
        {
            if (_operations.Any(o => o.Text == operation.Text)) problems.Add(at, $"The same step is given twice: {operation.Text}.");
            else _operations.Add(operation);
        }
    }

    private void Guard(JsonValue at, Action read)
    {
        try
        {
            read();
        }
        catch (RuleException e)
        {
            problems.Add(at, e);
        }
    }
}
