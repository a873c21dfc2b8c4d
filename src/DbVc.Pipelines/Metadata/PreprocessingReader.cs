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
                    Guard(item, () => Add(item, OperationParser.Parse(item.Text, fields)));
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
            if (FindKind(value, value.Text) is { } plain) Add(value, [OperationBuilder.Build(field, plain)]);
            return;
        }

        if (value.Kind != JsonKind.Object)
        {
            problems.Add(value, $"An operation must be a name or an object, not {value.Describe()}.");
            return;
        }

        problems.RefuseUnknown(value, "operation", "default", "value", "tokens", "search", "replacement");
        var name = problems.Text(value, "operation", required: true);
        if (name is null || FindKind(value.Find("operation")!, name) is not { } kind) return;
        switch (kind)
        {
            case OperationKind.HandleNulls:
                Add(value, [OperationBuilder.Build(field, kind)]);
                if (value.Find("default") is { } fallback) Add(value, [OperationBuilder.Build(field, OperationKind.DefaultTo, fallback.Text)]);
                break;
            case OperationKind.DefaultTo:
                Add(value, [OperationBuilder.Build(field, kind, (value.Find("value") ?? value.Find("default")) is { } given ? [given.Text] : [])]);
                break;
            case OperationKind.NullTokens:
                var tokens = value.Find("tokens") is { Kind: JsonKind.Array } list ? list.Items : [];
                Add(value, [OperationBuilder.Build(field, kind, [.. tokens.Select(t => t.Text)])]);
                break;
            case OperationKind.Replace:
                var search = problems.Text(value, "search", required: true, mayBeEmpty: true);
                var replacement = problems.Text(value, "replacement", required: true, mayBeEmpty: true);
                if (search is not null && replacement is not null) Add(value, [OperationBuilder.Build(field, kind, search, replacement)]);
                break;
            default:
                Add(value, [OperationBuilder.Build(field, kind)]);
                break;
        }
    }

    private OperationKind? FindKind(JsonValue at, string name)
    {
        if (OperationNames.TryFind(name, out var kind)) return kind;
        var nearest = Suggestion.Nearest(name, OperationNames.Names);
        var known = string.Join(", ", Enum.GetValues<OperationKind>().Select(OperationNames.NameOf));
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
