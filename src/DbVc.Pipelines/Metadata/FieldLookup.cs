namespace DbVc.Pipelines;

/// <summary>Finds the field that a member names, or reports that there is none.</summary>
internal static class FieldLookup
{
    /// <summary>The fields that a list names, each once; null where one of them is wrong.</summary>
    /// <param name="names">The list; null where it is missing, which was reported.</param>
    /// <param name="member">What the list is called.</param>
    public static IReadOnlyList<PipelineField>? FindAll(ProblemList problems, IReadOnlyList<PipelineField> fields, JsonValue? names, string member)
    {
        if (names is null) return null;
        if (names.Kind != JsonKind.Array || names.Items.Count == 0)
        {
            problems.Add(names, $"'{member}' must be a list of field names.");
            return null;
        }

        var found = names.Items.Select(n => Find(problems, fields, n)).ToList();
        var twice = found.OfType<PipelineField>().GroupBy(f => f.Name).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) problems.Add(names, $"'{twice.Key}' is named twice.");
        return found.Contains(null) || twice is not null ? null : [.. found.OfType<PipelineField>()];
    }

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
