namespace DbVc.Pipelines;

/// <summary>Writes an operation by the first phrase of its definition, so that it is read back as the same.</summary>
internal static class PhraseText
{
    public static string Write(FieldOperation operation) => Write(operation, operation.Definition.Phrases[0].Parts);

    private static string Write(FieldOperation operation, IReadOnlyList<PhrasePart> parts) =>
        string.Join(' ', parts.Select(p => Write(operation, p)).Where(p => p.Length > 0));

    private static string Write(FieldOperation operation, PhrasePart part) => part switch
    {
        WordsPart words => words.Text,
        SlotPart { Name: "fields" } => ConditionText.NameField(operation.Field),
        SlotPart slot => WriteArgument(operation, slot.Name),
        ChoicePart { IsOptional: false } choice => Write(operation, choice.Alternatives[0]),
        ChoicePart choice => choice.Alternatives.FirstOrDefault(a => IsNeeded(operation, a)) is { } needed ? Write(operation, needed) : "",
        _ => "",
    };

    /// <summary>What may be left out is written only to say something that is not so by default.</summary>
    private static bool IsNeeded(FieldOperation operation, IReadOnlyList<PhrasePart> alternative) => alternative.OfType<SlotPart>().Any(s =>
    {
        var index = IndexOf(operation, s.Name);
        return index >= 0 && operation.Definition.Parameters[index].Default != operation.Arguments.Written[index];
    });

    private static string WriteArgument(FieldOperation operation, string name)
    {
        var index = IndexOf(operation, name);
        var parameter = operation.Definition.Parameters[index];
        var written = operation.Arguments.Written;
        return parameter.Kind switch
        {
            ParameterKind.Count or ParameterKind.Number or ParameterKind.Choice => written[index],
            ParameterKind.Pattern => $"/{written[index].Replace("/", "\\/", StringComparison.Ordinal)}/",
            ParameterKind.Texts or ParameterKind.Formats => string.Join(", ", written.Skip(index).Select(Quote)),
            ParameterKind.Pairs => string.Join(", ", written.Skip(index).Chunk(2).Select(p => $"{Quote(p[0])} to {Quote(p[1])}")),
            _ => Quote(written[index]),
        };
    }

    private static int IndexOf(FieldOperation operation, string name) => operation.Definition.Parameters.Select(p => p.Name).ToList().IndexOf(name);

    private static string Quote(string text) => ConditionText.NameOperand(new TextOperand(text));
}
