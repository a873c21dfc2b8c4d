using System.Collections.Frozen;
using System.Text;

namespace DbVc.PipelineRuntime;

public static partial class Rules
{
    private const int LongestIban = 34;

    /// <summary>The countries of the IBAN registry and the length of their numbers.</summary>
    private static readonly FrozenDictionary<string, int> s_ibanLengths = """
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23
        GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28
        NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenDictionary(c => c[..2], c => int.Parse(c.AsSpan(2), null));

    private static readonly FrozenSet<string> s_countries2 = """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU
        CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE
        IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
        MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
        SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    private static readonly FrozenSet<string> s_countries3 = """
        ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA
        CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA
        FRO FSM GAB GBR GEO GGY GHA GIB GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA JAM JEY
        JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ
        MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS
        RWA SAU SDN SEN SGP SGS SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON TTO TUN TUR TUV
        TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    private static readonly FrozenSet<string> s_languages = """
        aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl
        gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi
        mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv
        sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    /// <summary>A country by ISO 3166-1, two or three capital letters. NA is Namibia.</summary>
    public static bool IsCountryCode(Text value) => value.Bytes.Length == 2 ? IsIn(s_countries2, value) : IsIn(s_countries3, value);

    /// <summary>A currency in use by ISO 4217, three capital letters.</summary>
    public static bool IsCurrencyCode(Text value) => CurrencyCodes.Contains(value.Bytes);

    /// <summary>A language by ISO 639-1, two small letters.</summary>
    public static bool IsLanguageCode(Text value) => IsIn(s_languages, value);

    /// <summary>A bank account by ISO 13616: country, its length, and check digits. Blanks between groups are allowed, small letters are not.</summary>
    public static bool IsIban(Text value)
    {
        Span<byte> number = stackalloc byte[LongestIban];
        if (!TryCompact(value, number, (byte)' ', out var length) || length < 5) return false;
        number = number[..length];
        if (!s_ibanLengths.TryGetValue(Encoding.ASCII.GetString(number[..2]), out var wanted) || length != wanted) return false;
        var remainder = 0;
        for (var i = 0; i < length; i++)
        {
            var c = (char)number[(i + 4) % length];
            if (char.IsAsciiDigit(c)) remainder = ((remainder * 10) + (c - '0')) % 97;
            else if (char.IsAsciiLetterUpper(c)) remainder = ((remainder * 100) + (c - 'A' + 10)) % 97;
            else return false;
        }

        return remainder == 1;
    }

    /// <summary>A bank by ISO 9362: four letters, a country, two letters or digits, and three more for a branch.</summary>
    public static bool IsBic(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.Length is not (8 or 11) || bytes[..6].ContainsAnyExceptInRange((byte)'A', (byte)'Z')
            || !IsIn(s_countries2, new Text(bytes[4..6]))) return false;
        foreach (var c in bytes[6..])
        {
            if (!char.IsAsciiLetterUpper((char)c) && !char.IsAsciiDigit((char)c)) return false;
        }

        return true;
    }

    /// <summary>A payment card: 12 to 19 digits, blanks or hyphens between groups, and Luhn's check digit.</summary>
    public static bool IsCreditCard(Text value)
    {
        Span<byte> digits = stackalloc byte[19];
        return TryCompactDigits(value, digits, out var length) && length >= 12 && HasLuhnDigit(digits[..length]);
    }

    /// <summary>A book by ISBN-10 or ISBN-13, hyphens or blanks between groups, with its check digit.</summary>
    public static bool IsIsbn(Text value)
    {
        Span<byte> number = stackalloc byte[13];
        if (!TryCompact(value, number, (byte)'-', out var length) && !TryCompact(value, number, (byte)' ', out length)) return false;
        number = number[..length];
        if (length == 13) return (number.StartsWith("978"u8) || number.StartsWith("979"u8)) && HasGtinDigit(number);
        if (length != 10 || number[..9].ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        var sum = number[9] == 'X' ? 10 : char.IsAsciiDigit((char)number[9]) ? number[9] - '0' : -1;
        if (sum < 0) return false;
        for (var i = 0; i < 9; i++) sum += (10 - i) * (number[i] - '0');
        return sum % 11 == 0;
    }

    /// <summary>An article number of 8, 12, 13 or 14 digits (EAN, UPC, GTIN) with its check digit.</summary>
    public static bool IsGtin(Text value) => value.Bytes.Length is 8 or 12 or 13 or 14 && HasGtinDigit(value.Bytes);

    /// <summary>A security by ISO 6166: two letters, nine letters or digits, and a check digit.</summary>
    public static bool IsIsin(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.Length != 12 || bytes[..2].ContainsAnyExceptInRange((byte)'A', (byte)'Z') || !char.IsAsciiDigit((char)bytes[11])) return false;
        Span<byte> digits = stackalloc byte[24];
        var length = 0;
        foreach (var c in bytes)
        {
            if (char.IsAsciiDigit((char)c))
            {
                digits[length++] = c;
                continue;
            }

            if (!char.IsAsciiLetterUpper((char)c)) return false;
            var (tens, ones) = Math.DivRem(c - 'A' + 10, 10);
            digits[length++] = (byte)('0' + tens);
            digits[length++] = (byte)('0' + ones);
        }

        return HasLuhnDigit(digits[..length]);
    }

    /// <summary>A legal entity by ISO 17442: 18 letters or digits and two check digits.</summary>
    public static bool IsLei(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.Length != 20 || bytes[18..].ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        var remainder = 0;
        foreach (var c in bytes)
        {
            if (char.IsAsciiDigit((char)c)) remainder = ((remainder * 10) + (c - '0')) % 97;
            else if (char.IsAsciiLetterUpper((char)c)) remainder = ((remainder * 100) + (c - 'A' + 10)) % 97;
            else return false;
        }

        return remainder == 1;
    }

    /// <summary>A telephone number by E.164: a plus sign and 7 to 15 digits, the first not zero.</summary>
    public static bool IsPhone(Text value)
    {
        var bytes = value.Bytes;
        return bytes.Length is >= 8 and <= 16 && bytes[0] == '+' && bytes[1] != '0' && !bytes[1..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private static bool IsIn(FrozenSet<string> codes, Text value)
    {
        Span<char> code = stackalloc char[3];
        if (value.Bytes.Length is < 2 or > 3 || !Ascii.IsValid(value.Bytes)) return false;
        return codes.GetAlternateLookup<ReadOnlySpan<char>>().Contains(code[..Encoding.ASCII.GetChars(value.Bytes, code)]);
    }

    /// <summary>Takes a separator out that stands between other characters only; false when what is left does not fit.</summary>
    private static bool TryCompact(Text value, Span<byte> destination, byte separator, out int length)
    {
        length = 0;
        var bytes = value.Bytes;
        if (bytes.IsEmpty || bytes[0] == separator || bytes[^1] == separator) return false;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] == separator)
            {
                if (bytes[i - 1] == separator) return false;
                continue;
            }

            if (length == destination.Length) return false;
            destination[length++] = bytes[i];
        }

        return true;
    }

    private static bool TryCompactDigits(Text value, Span<byte> digits, out int length) =>
        (TryCompact(value, digits, (byte)' ', out length) && IsDigits(digits[..length]))
            || (TryCompact(value, digits, (byte)'-', out length) && IsDigits(digits[..length]));

    private static bool IsDigits(ReadOnlySpan<byte> bytes) => !bytes.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>ISO/IEC 7812: every second digit from the right but one counts double.</summary>
    private static bool HasLuhnDigit(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            if (i % 2 == 1) digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return sum % 10 == 0;
    }

    /// <summary>GS1: digits count three times and once in turn, from the right.</summary>
    private static bool HasGtinDigit(ReadOnlySpan<byte> digits)
    {
        if (!IsDigits(digits)) return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++) sum += (digits[^(i + 1)] - '0') * (i % 2 == 0 ? 1 : 3);
        return sum % 10 == 0;
    }
}
