namespace DbVc.Pipelines;

/// <summary>An index of the destination.</summary>
/// <param name="Fields">In the order of the index.</param>
/// <param name="IsUnique">Whether two rows may not have equal values in them.</param>
public sealed record IndexSpec(IReadOnlyList<string> Fields, bool IsUnique)
{
    /// <summary>Its name; null: made of the table and the fields.</summary>
    public string? Name { get; init; }
}

/// <summary>Reads <c>destination.indexes</c>: fields, lists of fields, or objects.</summary>
internal sealed class IndexReader(ProblemList problems, IReadOnlyList<PipelineField> fields)
{
    public IReadOnlyList<IndexSpec> Read(JsonValue? indexes)
    {
        if (indexes is null) return [];
        if (indexes.Kind == JsonKind.Array) return [.. indexes.Items.Select(ReadOne).OfType<IndexSpec>()];
        problems.Add(indexes, $"'indexes' must be a list, not {indexes.Describe()}.");
        return [];
    }

    private IndexSpec? ReadOne(JsonValue item)
    {
        switch (item.Kind)
        {
            case JsonKind.String:
                return FieldLookup.Find(problems, fields, item) is { } field ? new IndexSpec([field.Name], false) : null;
            case JsonKind.Array:
                return FieldLookup.FindAll(problems, fields, item, "indexes") is { } several ? new IndexSpec([.. several.Select(f => f.Name)], false) : null;
            case JsonKind.Object:
                problems.RefuseUnknown(item, "fields", "unique", "name", "description");
                var (unique, name) = (problems.Truth(item, "unique") ?? false, problems.Text(item, "name"));
                return FieldLookup.FindAll(problems, fields, problems.Require(item, "fields"), "fields") is { } found
                    ? new IndexSpec([.. found.Select(f => f.Name)], unique) { Name = name } : null;
            default:
                problems.Add(item, $"An index must be a field, a list of fields or an object, not {item.Describe()}.");
                return null;
        }
    }
}
