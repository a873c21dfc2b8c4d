namespace DbVc.Pipelines;

/// <summary>Finds the field that a member names, or reports that there is none.</summary>
internal static class FieldLookup
{
    public static PipelineField? Find(ProblemList problems, IReadOnlyList<PipelineField> fields, JsonValue name)
    {
        if (name.Kind != JsonKind.String)
        {
            problems.Add(name, $"A field name must be a text, not {name.Describe()}.");
            return null;
        }

        if (fields.FirstOrDefault(f => f.Name == name.Text) is { } field) return field;
        var nearest = Suggestion.Nearest(name.Text, fields.Select(f => f.Name));
        problems.Add(name, $"'{name.Text}' is no field of the schema.", nearest is null ? null : $"did you mean '{nearest}'?");
        return null;
    }
}
