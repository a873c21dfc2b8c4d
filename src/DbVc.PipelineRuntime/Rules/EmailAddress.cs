using System.Globalization;
using System.Text;

namespace DbVc.PipelineRuntime;

/// <summary>
/// The "practical" idea of a mail address: what mail providers hand out. Quoted local parts, comments, address literals
/// and addresses without a dot in the domain are refused; <c>+tag</c>, apostrophes and international domains are fine.
/// </summary>
public static class EmailAddress
{
    private const int MaxAddress = 254;
    private const int MaxLocal = 64;
    private const int MaxDomain = 253;
    private const int MaxLabel = 63;

    private const byte Local = 1;
    private const byte Domain = 2;

    private static readonly byte[] s_parts = MakeParts();

    /// <summary>Judges UTF-8 bytes; lengths count octets.</summary>
    public static bool IsValid(ReadOnlySpan<byte> address)
    {
        if (address.Length > MaxAddress) return false;
        var parts = s_parts;
        var dot = true;
        var at = 0;
        for (; at < address.Length; at++)
        {
            var value = address[at];
            if (value == '@') break;
            if ((parts[value] & Local) == 0 || (value == '.' && dot)) return false;
            dot = value == '.';
        }

        if (dot || at > MaxLocal || at >= address.Length) return false;
        var domain = address[(at + 1)..];
        return IsDomain(domain) || (!AsciiBytes.IsAscii(domain) && IsInternationalDomain(domain));
    }

    private static bool IsDomain(ReadOnlySpan<byte> domain)
    {
        if (domain.Length > MaxDomain) return false;
        var parts = s_parts;
        var start = 0;
        var labels = 0;
        var digits = true;
        for (var i = 0; i <= domain.Length; i++)
        {
            if (i < domain.Length && domain[i] != '.')
            {
                if ((parts[domain[i]] & Domain) == 0) return false;
                digits &= char.IsAsciiDigit((char)domain[i]);
                continue;
            }

            if (i == start || i - start > MaxLabel || domain[start] == '-' || domain[i - 1] == '-') return false;
            labels++;
            if (i == domain.Length) break;
            start = i + 1;
            digits = true;
        }

        return labels > 1 && !digits;
    }

    private static byte[] MakeParts()
    {
        var parts = new byte[256];
        foreach (var value in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"u8) parts[value] = Local | Domain;
        foreach (var value in ".!#$%&'*+/=?^_`{|}~"u8) parts[value] = Local;
        return parts;
    }

    private static bool IsInternationalDomain(ReadOnlySpan<byte> domain)
    {
        try
        {
            var ascii = Encoding.ASCII.GetBytes(new IdnMapping { UseStd3AsciiRules = true }.GetAscii(Encoding.UTF8.GetString(domain)));
            return IsDomain(ascii) && !HasSpace(domain);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool HasSpace(ReadOnlySpan<byte> domain)
    {
        foreach (var (rune, _) in new RuneBytes(domain))
        {
            if (rune is not { } known || Rune.IsWhiteSpace(known) || Rune.IsControl(known)) return true;
        }

        return false;
    }
}
