using System.Buffers;
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

    private static readonly SearchValues<byte> s_local =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~"u8);

    private static readonly SearchValues<byte> s_domain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."u8);

    /// <summary>Judges UTF-8 bytes; lengths count octets.</summary>
    public static bool IsValid(ReadOnlySpan<byte> address)
    {
        var at = address.IndexOf((byte)'@');
        if (at is < 1 or > MaxLocal || address.Length > MaxAddress) return false;
        var local = address[..at];
        if (local.ContainsAnyExcept(s_local) || local[0] == '.' || local[^1] == '.' || local.IndexOf(".."u8) >= 0) return false;
        var domain = address[(at + 1)..];
        if (!domain.ContainsAnyExcept(s_domain)) return IsDomain(domain);
        return !Ascii.IsValid(domain) && IsInternationalDomain(domain);
    }

    private static bool IsDomain(ReadOnlySpan<byte> domain)
    {
        if (domain.Length > MaxDomain || !domain.Contains((byte)'.')) return false;
        while (true)
        {
            var dot = domain.IndexOf((byte)'.');
            var label = dot < 0 ? domain : domain[..dot];
            if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-') return false;
            if (dot < 0) return label.ContainsAnyExceptInRange((byte)'0', (byte)'9');
            domain = domain[(dot + 1)..];
        }
    }

    private static bool IsInternationalDomain(ReadOnlySpan<byte> domain)
    {
        try
        {
            var ascii = Encoding.ASCII.GetBytes(new IdnMapping { UseStd3AsciiRules = true }.GetAscii(Encoding.UTF8.GetString(domain)));
            return !ascii.AsSpan().ContainsAnyExcept(s_domain) && IsDomain(ascii) && !HasSpace(domain);
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
