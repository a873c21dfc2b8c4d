using System.Collections.Frozen;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>How the code of a country is written.</summary>
public enum CountryForm
{
    /// <summary>DE.</summary>
    Alpha2,

    /// <summary>DEU.</summary>
    Alpha3,
}

public static partial class Operations
{
    private const int ShortestPhone = 7;
    private const int LongestPhone = 15;

    private static readonly FrozenDictionary<string, string> s_currencies = Names("""
        EUR:€,euro,euros GBP:pound sterling,british pound,british pounds,pounds sterling INR:₹,indian rupee,indian rupees KRW:₩,south korean won
        RUB:₽,russian ruble,russian rubles TRY:₺,turkish lira UAH:₴,hryvnia,ukrainian hryvnia ILS:₪,shekel,israeli shekel VND:₫,dong,vietnamese dong
        NGN:₦,naira,nigerian naira PHP:₱,philippine peso PLN:zł,zloty,złoty,polish zloty CZK:Kč,czech koruna HUF:Ft,forint,hungarian forint
        BRL:R$,real,brazilian real USD:US$,us dollar,us dollars,u.s. dollar,u.s. dollars,american dollar AUD:A$,AU$,australian dollar,australian dollars
        CAD:C$,CA$,canadian dollar,canadian dollars NZD:NZ$,new zealand dollar HKD:HK$,hong kong dollar SGD:S$,singapore dollar
        CHF:swiss franc,swiss francs,sfr JPY:yen,japanese yen CNY:renminbi,rmb,yuan,chinese yuan SEK:swedish krona,swedish kronor
        NOK:norwegian krone,norwegian kroner DKK:danish krone,danish kroner MXN:mexican peso,mexican pesos ZAR:rand,south african rand
        """);

    private static readonly FrozenDictionary<string, string> s_states = Names("""
        AL:alabama AK:alaska AZ:arizona AR:arkansas CA:california CO:colorado CT:connecticut DE:delaware FL:florida GA:georgia HI:hawaii ID:idaho IL:illinois
        IN:indiana IA:iowa KS:kansas KY:kentucky LA:louisiana ME:maine MD:maryland MA:massachusetts MI:michigan MN:minnesota MS:mississippi MO:missouri
        MT:montana NE:nebraska NV:nevada NH:new hampshire NJ:new jersey NM:new mexico NY:new york NC:north carolina ND:north dakota OH:ohio OK:oklahoma
        OR:oregon PA:pennsylvania RI:rhode island SC:south carolina SD:south dakota TN:tennessee TX:texas UT:utah VT:vermont VA:virginia WA:washington
        WV:west virginia WI:wisconsin WY:wyoming DC:district of columbia,washington dc,d.c.,washington d.c. PR:puerto rico GU:guam AS:american samoa
        VI:us virgin islands,u.s. virgin islands MP:northern mariana islands
        """);

    /// <summary>The code of ISO 3166-1 for a country that is named by a code or in words, mostly English. What is no country stays.</summary>
    public static Text NormalizeCountry(Text value, CountryForm form)
    {
        if (value.IsNull || Country.Find(value.ToString()) is not { } country) return value;
        return Text.From(form == CountryForm.Alpha2 ? country.Code : country.LongCode);
    }

    /// <summary>
    /// The code of ISO 4217 for a currency that is named by its code, its sign or in English. A sign that several currencies have ($, £, ¥, kr) says too little
    /// and
    /// stays.
    /// </summary>
    public static Text NormalizeCurrency(Text value)
    {
        if (value.IsNull) return value;
        var text = Trim(value).ToString();
        var code = Text.From(text.ToUpperInvariant());
        return Rules.IsCurrencyCode(code) ? code : s_currencies.TryGetValue(text.ToLowerInvariant(), out var known) ? Text.From(known) : value;
    }

    /// <summary>The two letters of a state of the USA, of the District of Columbia or a territory, for its name or those letters.</summary>
    public static Text NormalizeState(Text value)
    {
        if (value.IsNull) return value;
        var text = string.Join(' ', value.ToString().ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (s_states.TryGetValue(text, out var known)) return Text.From(known);
        return text.Length == 2 && s_states.Values.Contains(text.ToUpperInvariant()) ? Text.From(text.ToUpperInvariant()) : value;
    }

    /// <summary>
    /// A phone number as E.164: a plus sign, the calling code and the number. What is written without a calling code belongs to
    /// <paramref name="region"/>, and stays where that is empty. Blanks, brackets, dots, hyphens and slashes go; what has anything else in it (letters, an
    /// extension), an unknown calling code or a length that no number has stays as it is. Whether a number is assigned is not known.
    /// </summary>
    public static Text NormalizePhone(Text value, ReadOnlySpan<byte> region)
    {
        if (value.IsNull || DigitsOfPhone(Trim(value).ToString()) is not { } digits) return value;
        var country = region.IsEmpty ? null : Country.FindCode(Encoding.UTF8.GetString(region));
        string? number = null;
        if (digits[0] == '+') number = digits[1..];
        else if (digits.StartsWith("00", StringComparison.Ordinal)) number = digits[2..];
        else if (country is { Dialling: "1" }) number = NorthAmerican(digits);
        else if (country is not null) number = National(digits, country);
        if (number is null || number.Length is < ShortestPhone or > LongestPhone || Country.DiallingLength(number) == 0) return value;
        return Text.From("+" + number);
    }

    /// <summary>Eleven digits from the 1 on; null when there are others.</summary>
    private static string? NorthAmerican(string digits)
    {
        if (digits.StartsWith("011", StringComparison.Ordinal)) return digits[3..];
        if (digits.Length == 11 && digits[0] == '1') digits = digits[1..];
        return digits.Length == 10 && digits[0] is >= '2' and <= '9' ? "1" + digits : null;
    }

    private static string? National(string digits, Country country)
    {
        var trunk = country.Trunk;
        if (trunk.Length > 0 && digits.StartsWith(trunk, StringComparison.Ordinal)) digits = digits[trunk.Length..];
        // Italian numbers keep their 0 from abroad; elsewhere none is left.
        if (digits.StartsWith('0') && country.Dialling is not ("39" or "378")) return null;
        return country.Dialling.Length > 0 ? country.Dialling + digits : null;
    }

    /// <summary>The digits, after a plus sign if there is one; null for what is no phone number. (0) is what one leaves out from abroad.</summary>
    private static string? DigitsOfPhone(string text)
    {
        if (text.StartsWith('+')) text = text.Replace("(0)", "", StringComparison.Ordinal);
        var digits = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) || (c == '+' && digits.Length == 0)) digits.Append(c);
            else if (!char.IsWhiteSpace(c) && c is not ('(' or ')' or '.' or '-' or '/' or '\u2010' or '\u2011' or '\u2013')) return null;
        }

        return digits.Length is > 1 and <= 24 ? digits.ToString() : null;
    }

    /// <summary>Names in small letters to their code, from <c>CODE:name,other name</c>.</summary>
    private static FrozenDictionary<string, string> Names(string table)
    {
        var names = new Dictionary<string, string>();
        var code = "";
        foreach (var word in table.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = word.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) code = word[..colon];
            names[code] = names.TryGetValue(code, out var before) && colon < 0 ? $"{before} {word}" : word[(colon + 1)..];
        }

        return names.SelectMany(n => n.Value.Split(',').Select(name => (Name: name.ToLowerInvariant(), n.Key))).ToFrozenDictionary(n => n.Name, n => n.Key);
    }
}
