using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Operations that write what names a place, its money or a phone there as a code.</summary>
internal static class PlaceOperations
{
    private const string In = SpaceOperations.In;
    private const string Normalize = "(normalize|normalise)";

    public static IReadOnlyList<OperationDefinition> All { get; } =
    [
        new()
        {
            Name = "normalize_country",
            Aliases = ["normalise_country"],
            Types = [FieldType.Text],
            MethodName = "NormalizeCountryIn{0}",
            Summary = "Writes a country, named by a code or in English, as its code by ISO 3166-1; what is no country stays.",
            Parameters = [new("form", ParameterKind.Choice, "alpha2", typeof(CountryForm))],
            Phrases = [$"{Normalize} (country|countries) {In} {{fields}} [(to|as) {{form}}]", $"{Normalize} {{fields}} as (country|countries)"],
            Apply = (value, arguments, _) => Operations.NormalizeCountry(value, arguments.Choice<CountryForm>(0)),
            Examples =
            [
                new("Germany", "DE", "alpha2"), new("deu", "DE", "alpha2"), new("U.S.A.", "US", "alpha2"), new("the Netherlands", "NL", "alpha2"),
                new("NA", "NA", "alpha2"), new("Côte d'Ivoire", "CI", "alpha2"), new("Bosnia & Herzegovina", "BA", "alpha2"), new("uk", "GB", "alpha2"),
                new("Germany", "DEU", "alpha3"), new("Korea", "Korea", "alpha2"), new("Congo", "Congo", "alpha2"), new("Atlantis", "Atlantis", "alpha2"),
                new("", "", "alpha2"), new(null, null, "alpha2"), new(null, null, "alpha3"),
            ],
        },
        new()
        {
            Name = "normalize_currency",
            Aliases = ["normalise_currency"],
            Types = [FieldType.Text],
            MethodName = "NormalizeCurrencyIn{0}",
            Summary = "Writes a currency, named by its code, its sign or in English, as its code by ISO 4217; "
                + "signs that several have ($, £, ¥, kr) stay.",
            Phrases = [$"{Normalize} (currency|currencies) {In} {{fields}}", $"{Normalize} {{fields}} as (currency|currencies)"],
            Apply = (value, _, _) => Operations.NormalizeCurrency(value),
            Examples =
            [
                new("€", "EUR"), new("eur", "EUR"), new("US Dollars", "USD"), new("zł", "PLN"), new("us$", "USD"),
                new("$", "$"), new("£", "£"), new("XYZ", "XYZ"),
                new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "normalize_state",
            Aliases = ["normalise_state"],
            Types = [FieldType.Text],
            MethodName = "NormalizeStateIn{0}",
            Summary = "Writes a state or territory of the USA as its two letters; what is none stays.",
            Phrases = [$"{Normalize} (state|states|us state|us states) {In} {{fields}}", $"{Normalize} {{fields}} as (state|states)"],
            Apply = (value, _, _) => Operations.NormalizeState(value),
            Examples =
            [
                new("California", "CA"), new("new  york", "NY"), new("tx", "TX"), new("TX", "TX"), new("D.C.", "DC"), new("Bavaria", "Bavaria"),
                new("XX", "XX"),
                new("", ""), new(null, null),
            ],
        },
        new()
        {
            Name = "normalize_phone",
            Aliases = ["normalise_phone"],
            Types = [FieldType.Text],
            MethodName = "NormalizePhoneIn{0}",
            Summary = "Writes a phone number as E.164; without a calling code it belongs to the region, and stays where none is given. "
                + "Letters, extensions, unknown "
                + "calling codes and impossible lengths stay; whether a number is assigned is not known.",
            Parameters = [new("region", ParameterKind.Text, "", Aliases: ["country"])],
            Phrases =
            [
                $"{Normalize} (phone|phones|phone numbers) {In} {{fields}} [with region {{region}}]", $"{Normalize} {{fields}} as (phone|phones|phone numbers)",
                $"{Normalize} (phone|phones|phone numbers) {In} {{fields}} as numbers of {{region}}",
            ],
            Apply = (value, arguments, _) => Operations.NormalizePhone(value, arguments.Utf8(0)),
            Refuse = (_, arguments) => arguments[0].Length == 0 || Country.FindCode(arguments[0]) is { Dialling.Length: > 0 } ? null
                : $"'{arguments[0]}' is no region; it is written with two letters, such as DE",
            Examples =
            [
                new("030 / 123 456-7", "+49301234567", "DE"), new("(415) 555-2671", "+14155552671", "US"), new("1-415-555-2671", "+14155552671", "US"),
                new("+44 (0)20 7946 0018", "+442079460018", "DE"), new("0044 20 7946 0018", "+442079460018", "DE"), new("06 1234 5678", "+390612345678", "IT"),
                new("8 912 345-67-89", "+79123456789", "RU"), new("011 44 20 7946 0018", "+442079460018", "US"), new("+14155552671", "+14155552671", "US"),
                new("+49 30 1234567", "+49301234567", ""), new("030 1234567", "030 1234567", ""), new("555-2671", "555-2671", "US"),
                new("+999 12345678", "+999 12345678", "DE"), new("030 1234567 ext. 5", "030 1234567 ext. 5", "DE"), new("1-800-FLOWERS", "1-800-FLOWERS", "US"),
                new("+4930123456789012", "+4930123456789012", "DE"), new("none", "none", "DE"), new("", "", "DE"), new(null, null, "DE"), new(null, null, ""),
            ],
        },
    ];
}
