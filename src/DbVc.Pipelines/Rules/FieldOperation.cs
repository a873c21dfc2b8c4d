namespace DbVc.Pipelines;

/// <summary>What can be done to a cell before its rules are checked.</summary>
public enum OperationKind
{
    Trim,
    LeftTrim,
    RightTrim,
    CollapseWhitespace,
    RemoveSpaces,
    Lowercase,
    Uppercase,
    NormalizeEmail,
    ConvertToInt,
    ConvertToFloat,
    HandleNulls,
    NullTokens,
    EmptyToNull,
    DefaultTo,
    Replace,
}

/// <summary>One operation on one field.</summary>
/// <param name="Field">The field it changes.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Arguments">The tokens of NullTokens, the value of DefaultTo, search and replacement of Replace; else empty.</param>
public sealed record FieldOperation(PipelineField Field, OperationKind Kind, IReadOnlyList<string> Arguments)
{
    /// <summary>The operation's name in metadata.</summary>
    public string Name => OperationNames.NameOf(Kind);

    /// <summary>For example <c>lowercase email</c>.</summary>
    public string Text => Kind switch
    {
        OperationKind.NullTokens => $"treat {string.Join(", ", Arguments.Select(Quote))} as null in {FieldName}",
        OperationKind.DefaultTo => $"default {FieldName} to {Quote(Arguments[0])}",
        OperationKind.Replace => $"replace {Quote(Arguments[0])} with {Quote(Arguments[1])} in {FieldName}",
        OperationKind.RemoveSpaces => $"remove spaces from {FieldName}",
        OperationKind.CollapseWhitespace => $"collapse whitespace in {FieldName}",
        OperationKind.HandleNulls => $"handle nulls in {FieldName}",
        OperationKind.EmptyToNull => $"empty to null in {FieldName}",
        OperationKind.ConvertToInt => $"convert {FieldName} to int",
        OperationKind.ConvertToFloat => $"convert {FieldName} to float",
        OperationKind.NormalizeEmail => $"normalize email in {FieldName}",
        OperationKind.LeftTrim => $"left trim {FieldName}",
        OperationKind.RightTrim => $"right trim {FieldName}",
        _ => $"{Name} {FieldName}",
    };

    private string FieldName => ConditionText.NameField(Field);

    private static string Quote(string text) => ConditionText.NameOperand(new TextOperand(text));
}

/// <summary>The names of operations in metadata.</summary>
public static class OperationNames
{
    private static readonly Dictionary<string, OperationKind> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["trim"] = OperationKind.Trim,
        ["strip"] = OperationKind.Trim,
        ["trim_whitespace"] = OperationKind.Trim,
        ["ltrim"] = OperationKind.LeftTrim,
        ["left_trim"] = OperationKind.LeftTrim,
        ["rtrim"] = OperationKind.RightTrim,
        ["right_trim"] = OperationKind.RightTrim,
        ["collapse_whitespace"] = OperationKind.CollapseWhitespace,
        ["remove_spaces"] = OperationKind.RemoveSpaces,
        ["remove_whitespace"] = OperationKind.RemoveSpaces,
        ["lowercase"] = OperationKind.Lowercase,
        ["lower"] = OperationKind.Lowercase,
        ["to_lowercase"] = OperationKind.Lowercase,
        ["uppercase"] = OperationKind.Uppercase,
        ["upper"] = OperationKind.Uppercase,
        ["to_uppercase"] = OperationKind.Uppercase,
        ["normalize_email"] = OperationKind.NormalizeEmail,
        ["normalise_email"] = OperationKind.NormalizeEmail,
        ["convert_to_int"] = OperationKind.ConvertToInt,
        ["to_int"] = OperationKind.ConvertToInt,
        ["convert_to_integer"] = OperationKind.ConvertToInt,
        ["convert_to_float"] = OperationKind.ConvertToFloat,
        ["to_float"] = OperationKind.ConvertToFloat,
        ["convert_to_number"] = OperationKind.ConvertToFloat,
        ["convert_to_decimal"] = OperationKind.ConvertToFloat,
        ["handle_nulls"] = OperationKind.HandleNulls,
        ["null_tokens"] = OperationKind.NullTokens,
        ["empty_to_null"] = OperationKind.EmptyToNull,
        ["default"] = OperationKind.DefaultTo,
        ["default_to"] = OperationKind.DefaultTo,
        ["replace"] = OperationKind.Replace,
    };

    /// <summary>Every accepted word.</summary>
    public static IReadOnlyCollection<string> Names => s_names.Keys;

    public static bool TryFind(string name, out OperationKind kind) => s_names.TryGetValue(name.Trim(), out kind);

    /// <summary>The canonical name.</summary>
    public static string NameOf(OperationKind kind) => kind switch
    {
        OperationKind.LeftTrim => "ltrim",
        OperationKind.RightTrim => "rtrim",
        OperationKind.DefaultTo => "default",
        _ => string.Concat(kind.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString())),
    };
}
