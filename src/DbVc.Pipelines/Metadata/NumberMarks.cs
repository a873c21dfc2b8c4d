namespace DbVc.Pipelines;

/// <summary>Reads <c>decimal</c> and <c>thousands</c> of a source: a step that reads every number of it so.</summary>
internal static class NumberMarks
{
    // What takes a number apart comes after the step that reads it; what cleans its text comes before.
    private static readonly HashSet<string> s_takesNumbers =
        ["convert_to_int", "convert_to_float", "round", "scale", "clip", "abs", "percent_to_fraction", "parse_number"];

    public static IReadOnlyList<FieldOperation> AddTo(
        IReadOnlyList<FieldOperation> operations, JsonValue root, IReadOnlyList<PipelineField> fields, ProblemList problems)
    {
        if (root.Find("source") is not { Kind: JsonKind.Object } source) return operations;
        var point = Read(source, "decimal", [".", ","], problems);
        var group = Read(source, "thousands", [".", ",", " ", "'", "\u00A0"], problems);
        if (point is null && group is null) return operations;
        if (point == group)
        {
            problems.Add(source.Find("thousands")!, "'decimal' and 'thousands' must be different characters.");
            return operations;
        }

        var mark = point == "," || (point is null && group == ".") ? "comma" : "point";
        var all = operations.ToList();
        foreach (var field in fields.Where(f => OperandTypes.IsNumber(f.Type)))
        {
            if (all.Any(o => o.Field.Name == field.Name && o.Name == "parse_number")) continue;
            var at = all.FindIndex(o => o.Field.Name == field.Name && s_takesNumbers.Contains(o.Name));
            all.Insert(at < 0 ? all.Count : at, OperationBuilder.Build(field, OperationVocabulary.Find("parse_number")!, [mark]));
        }

        return all;
    }

    private static string? Read(JsonValue source, string name, string[] known, ProblemList problems)
    {
        var text = problems.Text(source, name, mayBeEmpty: true);
        text = text switch { "comma" => ",", "point" => ".", "space" => " ", _ => text };
        if (text is null || known.Contains(text)) return text;
        problems.Add(source.Find(name)!, $"'{name}' must be one of {string.Join(" ", known.Select(k => k == "\u00A0" ? "" : $"'{k}'")).TrimEnd()}.");
        return null;
    }
}
