namespace DbVc.Pipelines;

/// <summary>Cells that an operation is worth trying on.</summary>
internal static class OperationCells
{
    /// <summary>
    /// The cells of the examples with these arguments, and what the arguments make worth trying; where there are none, all examples. Always "" and NULL.
    /// </summary>
    public static IReadOnlyList<string?> Of(FieldOperation operation)
    {
        var examples = operation.Definition.Examples;
        List<string?> cells =
        [
            .. examples.Where(e => e.Arguments.SequenceEqual(operation.Arguments.Written)).Select(e => e.Before),
            .. operation.Definition.Cells(operation.Arguments.Written),
        ];
        if (cells.Count == 0) cells.AddRange(examples.Select(e => e.Before));
        return [.. cells.Append("").Append(null).Distinct()];
    }
}
