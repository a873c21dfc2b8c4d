using Judge = DbVc.PipelineRuntime.Rules;

namespace DbVc.Pipelines;

/// <summary>Formats of codes and numbers that a registry gives out.</summary>
internal static class CodeFormats
{
    public static IReadOnlyList<FormatDefinition> All { get; } =
    [
        new("uuid", nameof(Judge.IsUuid), Judge.IsUuid, "8-4-4-4-12 hexadecimal digits (RFC 9562), in any case, without braces.")
        {
            Nouns = ["uuid", "guid"],
            Hints = ["uuid", "guid"],
            Accepted = ["0f8fad5b-d9cb-469f-a165-70867728950e", "7C9E6679-7425-40DE-944B-E07FC1F90AE7"],
            Refused = ["", "0f8fad5bd9cb469fa16570867728950e", "0f8fad5b-d9cb-469f-a165-70867728950g", "{0f8fad5b-d9cb-469f-a165-70867728950e}"],
        },
        new("iso_country", nameof(Judge.IsCountryCode), Judge.IsCountryCode, "A country by ISO 3166-1, two or three capital letters. NA is Namibia.")
        {
            Nouns = ["iso country code", "country code"],
            Aliases = ["country_code"],
            Hints = ["country_code"],
            Accepted = ["DE", "NA", "GBR"],
            Refused = ["", "XX", "de", "UK", "GERMANY", "D", "DEUX"],
        },
        new("iso_currency", nameof(Judge.IsCurrencyCode), Judge.IsCurrencyCode, "A currency in use by ISO 4217, three capital letters.")
        {
            Nouns = ["iso currency code", "currency code"],
            Aliases = ["currency_code"],
            Hints = ["currency_code"],
            Accepted = ["EUR", "USD", "JPY"],
            Refused = ["", "ZZZ", "eur", "DEM", "EURO", "$"],
        },
        new("iso_language", nameof(Judge.IsLanguageCode), Judge.IsLanguageCode, "A language by ISO 639-1, two small letters.")
        {
            Nouns = ["iso language code", "language code"],
            Aliases = ["language_code"],
            Hints = ["language_code"],
            Accepted = ["de", "en", "zh"],
            Refused = ["", "xx", "DE", "ger", "e"],
        },
        new("iban", nameof(Judge.IsIban), Judge.IsIban,
            "A bank account by ISO 13616 with its country's length and check digits; blanks between groups are allowed.")
        {
            Nouns = ["iban"],
            Hints = ["iban"],
            Accepted = ["DE89370400440532013000", "GB29 NWBK 6016 1331 9268 19"],
            Refused = ["", "DE88370400440532013000", "DE8937040044053201300", "de89370400440532013000", "XX89370400440532013000", "GB29  NWBK60161331926819"],
        },
        new("bic", nameof(Judge.IsBic), Judge.IsBic, "A bank by ISO 9362, 8 or 11 capital letters and digits.")
        {
            Nouns = ["bic", "swift code"],
            Aliases = ["swift"],
            Hints = ["bic"],
            Accepted = ["DEUTDEFF", "DEUTDEFF500"],
            Refused = ["", "DEUTDEF", "DEUTXXFF", "deutdeff", "DEUTDEFF50", "1EUTDEFF"],
        },
        new("credit_card", nameof(Judge.IsCreditCard), Judge.IsCreditCard,
            "12 to 19 digits with Luhn's check digit (ISO/IEC 7812); blanks or hyphens between groups.")
        {
            Nouns = ["credit card number", "payment card number"],
            Accepted = ["4111111111111111", "4111 1111 1111 1111", "3782-822463-10005"],
            Refused = ["", "4111111111111112", "4111", "4111 1111-1111 1111", "41111111111111111111", "4111x11111111111"],
        },
        new("isbn", nameof(Judge.IsIsbn), Judge.IsIsbn, "A book by ISBN-10 or ISBN-13 (ISO 2108) with its check digit; hyphens or blanks between groups.")
        {
            Nouns = ["isbn", "book number"],
            Hints = ["isbn"],
            Accepted = ["978-3-16-148410-0", "9783161484100", "0-306-40615-2", "080442957X"],
            Refused = ["", "9783161484101", "0306406153", "X306406152", "977-3-16-148410-0", "978-316148410"],
        },
        new("gtin", nameof(Judge.IsGtin), Judge.IsGtin, "An article by EAN, UPC or GTIN: 8, 12, 13 or 14 digits with the check digit (GS1).")
        {
            Nouns = ["gtin", "ean", "upc", "article number"],
            Aliases = ["ean", "upc"],
            Hints = ["gtin", "ean"],
            Accepted = ["4006381333931", "036000291452", "96385074"],
            Refused = ["", "4006381333932", "400638133393", "40063813339x1", "123"],
        },
        new("isin", nameof(Judge.IsIsin), Judge.IsIsin, "A security by ISO 6166: two letters, nine letters or digits, a check digit.")
        {
            Nouns = ["isin"],
            Hints = ["isin"],
            Accepted = ["US0378331005", "DE000BAY0017"],
            Refused = ["", "US0378331006", "us0378331005", "US037833100", "120378331005"],
        },
        new("lei", nameof(Judge.IsLei), Judge.IsLei, "A legal entity by ISO 17442: 18 letters or digits and two check digits.")
        {
            Nouns = ["lei", "legal entity identifier"],
            Hints = ["lei"],
            Accepted = ["5493001KJTIIGC8Y1R12"],
            Refused = ["", "5493001KJTIIGC8Y1R13", "5493001kjtiigc8y1r12", "5493001KJTIIGC8Y1R1"],
        },
    ];
}
