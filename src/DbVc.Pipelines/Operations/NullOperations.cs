using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations about NULL.</summary>
internal static class NullOperations
{
    private const string In = SpaceOperations.In;

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "handle_nulls",
            MethodName = "HandleNullsIn{0}",
            Summary = "NULL for an empty cell and for NA, N/A, NaN, NULL, None, nil, - and \\N, in any case and with white space around.",
            Phrases =
            [
                $"(handle nulls|handle_nulls|handle null values) {In} {{fields}}", "(handle nulls|handle_nulls) {fields}",
                new Phrase("(handle nulls|handle_nulls|handle null values)", PhraseScope.Every),
            ],
            Apply = (value, _, _) => Operations.HandleNulls(value),
            Examples =
            [
                new("1", "1"), new("NA", null), new("n/a", null), new("NULL", null), new("None", null), new("nan", null), new("-", null), new("", null),
                new(" ", null), new("nullable", "nullable"), new("Namibia", "Namibia"), new(null, null),
            ],
        },
        new()
        {
            Name = "null_tokens",
            MethodName = "RecognizeNullTokensIn{0}",
            Summary = "NULL for a cell that is exactly one of the tokens.",
            Parameters = [new("tokens", ParameterKind.Texts)],
            Phrases =
            [
                $"treat {{tokens}} as (null|missing|empty) {In} {{fields}}", $"(replace|turn|convert) {{tokens}} (with|by|into|to) null {In} {{fields}}",
                new Phrase("treat {tokens} as (null|missing|empty)", PhraseScope.Every),
                new Phrase("(replace|turn|convert) {tokens} (with|by|into|to) null [everywhere|in all fields]", PhraseScope.Every),
            ],
            Apply = (value, arguments, _) => Operations.NullTokens(value, arguments.Texts(0)),
            Examples =
            [
                new("NA", null, "NA", "-"), new("-", null, "NA", "-"), new("na", "na", "NA", "-"), new("NA ", "NA ", "NA", "-"), new("", "", "NA", "-"),
                new("", null, ""), new(null, null, "NA"),
            ],
            Cells = arguments => [.. arguments, arguments[0] + "x"],
        },
        new()
        {
            Name = "empty_to_null",
            MethodName = "TurnEmpty{0}IntoNull",
            Summary = "NULL for a cell that is empty or white space alone.",
            Phrases =
            [
                $"(empty to null|empty_to_null|empty strings to null|empty is null|blank to null) {In} {{fields}}",
                $"(treat|turn|convert) (empty|blank|blanks|empty cells|empty strings) (as|into|to) null {In} {{fields}}",
                new Phrase("(empty to null|empty_to_null|empty strings to null|empty is null|blank to null)", PhraseScope.Every),
                new Phrase("(treat|turn|convert) (empty|blank|blanks|empty cells|empty strings) (as|into|to) null", PhraseScope.Every),
            ],
            Apply = (value, _, _) => Operations.EmptyToNull(value),
            Examples = [new("a", "a"), new("", null), new("  ", null), new("\u00A0", null), new(null, null)],
        },
        new()
        {
            Name = "null_to_empty",
            Types = [FieldType.Text],
            MethodName = "TurnMissing{0}IntoEmpty",
            Summary = "The empty text for NULL.",
            Phrases =
            [
                $"(null to empty|null_to_empty|nulls to empty) {In} {{fields}}",
                $"(treat|turn|convert) (null|nulls) (as|into|to) [the] empty [text|string] {In} {{fields}}",
            ],
            Apply = (value, _, _) => Operations.NullToEmpty(value),
            Examples = [new(null, ""), new("", ""), new("a", "a")],
        },
        new()
        {
            Name = "default",
            Aliases = ["default_to", "fill_null"],
            Method = "DefaultTo",
            MethodName = "Default{0}",
            Summary = "The value for NULL.",
            Parameters = [new("value", ParameterKind.Text, Aliases: ["default"])],
            Phrases =
            [
                "default {fields} (to|is) {value}", "default {fields} {value}",
                $"(fill|replace) [missing|empty|null|nulls] [values] {In} {{fields}} (with|by) {{value}}",
                $"(use|put) {{value}} (for|as) [the] (missing|null) [values] {In} {{fields}}",
            ],
            Apply = (value, arguments, _) => Operations.DefaultTo(value, arguments.Utf8(0)),
            Refuse = (field, arguments) => FieldValues.CanHold(field, arguments[0]) ? null
                : $"'{arguments[0]}' is no value of {ConditionText.NameField(field)}, which is {FieldTypes.Describe(field.Type)}",
            Examples = [new(null, "x", "x"), new("a", "a", "x"), new("", "", "x")],
        },
    ];
}
