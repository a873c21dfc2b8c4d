using System.Collections.Frozen;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>The alphabetic codes of ISO 4217 that are in use, funds and precious metals left out.</summary>
internal static class CurrencyCodes
{
    private static readonly FrozenSet<string> s_codes = """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP
        DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK
        LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
        SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF
        XPF YER ZAR ZMW ZWG
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_lookup = s_codes.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a text is a code, in capitals.</summary>
    public static bool Contains(ReadOnlySpan<byte> text)
    {
        Span<char> code = stackalloc char[3];
        return text.Length == 3 && Ascii.IsValid(text) && Encoding.ASCII.GetChars(text, code) == 3 && s_lookup.Contains(code);
    }
}
