using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DbVc.PipelineRuntime;

public static partial class Rules
{
    private static readonly IdnMapping s_idn = new() { UseStd3AsciiRules = true };

    /// <summary>
    /// A host name by RFC 1123: labels of 1 to 63 letters, digits and inner hyphens, at most 253 characters, the last label not of digits alone. A name in
    /// another script is judged by its ASCII form.
    /// </summary>
    public static bool IsHostname(Text value)
    {
        var bytes = value.Bytes;
        if (!AsciiBytes.IsAscii(bytes))
        {
            try
            {
                bytes = Encoding.ASCII.GetBytes(s_idn.GetAscii(value.ToString()));
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        if (bytes.Length is 0 or > 253) return false;
        var last = bytes[(bytes.LastIndexOf((byte)'.') + 1)..];
        if (!last.ContainsAnyExceptInRange((byte)'0', (byte)'9')) return false;
        while (true)
        {
            var dot = bytes.IndexOf((byte)'.');
            if (!IsLabel(dot < 0 ? bytes : bytes[..dot])) return false;
            if (dot < 0) return true;
            bytes = bytes[(dot + 1)..];
        }
    }

    /// <summary>Four numbers from 0 to 255 with points between them and no leading zeros.</summary>
    public static bool IsIpv4(Text value)
    {
        var bytes = value.Bytes;
        for (var part = 0; part < 4; part++)
        {
            if (!Utf8Parser.TryParse(bytes, out byte number, out var length) || length > 3 || (length > 1 && (bytes[0] == '0' || number < 10))) return false;
            if (!char.IsAsciiDigit((char)bytes[0])) return false;
            bytes = bytes[length..];
            if (part == 3) return bytes.IsEmpty;
            if (bytes.IsEmpty || bytes[0] != '.') return false;
            bytes = bytes[1..];
        }

        return false;
    }

    /// <summary>An IPv6 address by RFC 4291, an IPv4 one at its end included; without brackets, zone or port.</summary>
    public static bool IsIpv6(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.Length is < 2 or > 45 || bytes.ContainsAnyExcept("0123456789abcdefABCDEF:."u8) || !bytes.Contains((byte)':')) return false;
        var tail = bytes[(bytes.LastIndexOf((byte)':') + 1)..];
        if (tail.Contains((byte)'.') && !IsIpv4(new Text(tail))) return false;
        return IPAddress.TryParse(Encoding.ASCII.GetString(bytes), out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    /// <summary>An IPv4 or IPv6 address.</summary>
    public static bool IsIpAddress(Text value) => IsIpv4(value) || IsIpv6(value);

    /// <summary>An IP address and the length of its network, as <c>10.0.0.0/8</c>.</summary>
    public static bool IsCidr(Text value)
    {
        var bytes = value.Bytes;
        var slash = bytes.IndexOf((byte)'/');
        if (slash < 0 || !Utf8Parser.TryParse(bytes[(slash + 1)..], out byte length, out var digits) || digits != bytes.Length - slash - 1) return false;
        if (digits > 1 && bytes[slash + 1] == '0') return false;
        var address = new Text(bytes[..slash]);
        return (IsIpv4(address) && length <= 32) || (IsIpv6(address) && length <= 128);
    }

    /// <summary>A hardware address: six pairs of hexadecimal digits, with one sign, colon or hyphen, between them.</summary>
    public static bool IsMac(Text value)
    {
        var bytes = value.Bytes;
        if (bytes.Length != 17 || bytes[2] is not ((byte)':' or (byte)'-')) return false;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i % 3 == 2 ? bytes[i] != bytes[2] : !char.IsAsciiHexDigit((char)bytes[i])) return false;
        }

        return true;
    }

    private static bool IsLabel(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
        foreach (var c in label)
        {
            if (!char.IsAsciiLetterOrDigit((char)c) && c != '-') return false;
        }

        return true;
    }
}
