using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations on letters as Unicode knows them, and on names.</summary>
internal static class LetterOperations
{
    private const string In = SpaceOperations.In;
    private const string Normalize = "(normalize|normalise)";

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "unicode_normalize",
            Aliases = ["unicode_normalise", "normalize_unicode", "normalise_unicode"],
            Types = [FieldType.Text],
            MethodName = "NormalizeUnicodeIn{0}",
            Summary = "Writes characters that mean the same in the same way, in Unicode's normal form C; "
                + "form KC makes ligatures, full-width letters and the like plain, too.",
            Parameters = [new("form", ParameterKind.Choice, "nfc", typeof(UnicodeForm))],
            Phrases = [$"{Normalize} unicode {In} {{fields}} [(to|as) {{form}}]", "(convert|normalize|normalise) {fields} to {form}"],
            Apply = (value, arguments, _) => Operations.UnicodeNormalize(value, arguments.Choice<UnicodeForm>(0)),
            Examples =
            [
                new("e\u0301", "é", "nfc"), new("é", "é", "nfc"), new("ﬁn", "ﬁn", "nfc"), new("ﬁn \uFF21\u00B2", "fin A2", "nfkc"),
                new("\u1112\u1161\u11AB", "한", "nfc"), new("q\u0307\u0323", "q\u0323\u0307", "nfc"), new("\u212B", "Å", "nfc"),
                new("\u0958", "\u0915\u093C", "nfc"), new("abc", "abc", "nfc"), new("", "", "nfc"), new(null, null, "nfc"), new(null, null, "nfkc"),
            ],
        },
        new()
        {
            Name = "remove_diacritics",
            Aliases = ["strip_accents", "remove_accents"],
            Types = [FieldType.Text],
            MethodName = "RemoveDiacriticsFrom{0}",
            Summary = "Takes the marks off Latin and Greek letters, strokes too; other scripts keep theirs, where they make letters of their own.",
            Phrases = [$"(remove|strip) (diacritics|accents) {In} {{fields}}"],
            Apply = (value, _, _) => Operations.RemoveDiacritics(value),
            Examples =
            [
                new("Émile Šimůnek", "Emile Simunek"), new("Łódź, Ærø", "Lodz, Æro"), new("straße", "straße"), new("Άθήνα", "Αθηνα"), new("й한", "й한"),
                new("e\u0301", "e"), new("Việt", "Viet"), new("abc", "abc"), new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "slugify",
            Aliases = ["slug"],
            Types = [FieldType.Text],
            Summary = "Small letters and digits with hyphens between words, as in web addresses: marks go, "
                + "ß, æ, œ and þ are spelled out, letters of other scripts stay.",
            Phrases = ["slugify {fields}", "(turn|convert) {fields} (into|to) [a] (slug|slugs)"],
            Apply = (value, _, _) => Operations.Slugify(value),
            Examples =
            [
                new("Crème Brûlée & Co.", "creme-brulee-and-co"), new("  Straße 12/a ", "strasse-12-a"), new("It's", "its"), new("Москва 1", "москва-1"),
                new("a--b", "a-b"), new("!?", ""), new("a-b", "a-b"), new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "normalize_name",
            Aliases = ["normalise_name"],
            Types = [FieldType.Text],
            MethodName = "NormalizeNameIn{0}",
            Summary = "A person's name with one blank between words and in Unicode's form C; "
                + "one that is all capitals or all small gets capitals where names have them. "
                + "Names in mixed case keep it.",
            Phrases = [$"{Normalize} (name|names) {In} {{fields}}", $"{Normalize} {{fields}} as (name|names)"],
            UsesScratch = true,
            Apply = (value, _, scratch) => Operations.NormalizeName(value, scratch),
            Examples =
            [
                new("  ANN   LEE ", "Ann Lee"), new("ludwig van beethoven", "Ludwig van Beethoven"), new("o'neil-smith", "O'Neil-Smith"),
                new("de la cruz", "De la Cruz"), new("JOHN DOE III", "John Doe III"), new("ronald McDonald", "ronald McDonald"),
                new("ÉMILE ZOLA", "Émile Zola"), new("Ann Lee", "Ann Lee"), new("", ""), new(null, null),
            ],
        },
    ];
}
