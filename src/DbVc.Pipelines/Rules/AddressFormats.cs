using Judge = DbVc.PipelineRuntime.Rules;

namespace DbVc.Pipelines;

/// <summary>Formats of addresses of people and machines.</summary>
internal static class AddressFormats
{
    public static IReadOnlyList<FormatDefinition> All { get; } =
    [
        new("email", nameof(Judge.IsEmail), Judge.IsEmail, "An e-mail address as people use them (RFC 5321 without quotes, comments and address literals).")
        {
            Nouns = ["email", "email address", "e-mail address", "mail address", "e-mail"],
            Hints = ["email", "mail"],
            Accepted = ["ann@example.org", "bob.b+tag@mail.example.com", "o'neil@example.co"],
            Refused =
            [
                "", "ann", "ann@", "@example.org", "ann@example", "a@b@example.org", "ann..b@example.org", ".ann@example.org", "ann b@example.org",
                "ann@-example.org", "ann@example..org", "ann@example.123",
            ],
        },
        new("url", nameof(Judge.IsUrl), Judge.IsUrl, "An http or https address with a host.")
        {
            Nouns = ["url", "uri", "web address", "link"],
            Hints = ["url", "website"],
            Accepted = ["https://example.org", "http://example.org/a?b=c"],
            Refused = ["", "example.org", "ftp://example.org", "https://", "https://a b.org"],
        },
        new("hostname", nameof(Judge.IsHostname), Judge.IsHostname, "A host name (RFC 1123), one in another script by its ASCII form.")
        {
            Nouns = ["hostname", "host name", "domain name"],
            Hints = ["hostname"],
            Accepted = ["example.org", "a-1.example.org", "localhost"],
            Refused = ["", "-a.org", "a-.org", "a..org", "a_b.org", "example.org.", "1.2.3.4", "a b.org"],
        },
        new("ip", nameof(Judge.IsIpAddress), Judge.IsIpAddress, "An IPv4 or IPv6 address.")
        {
            Nouns = ["ip address", "ip"],
            Aliases = ["ip_address"],
            Accepted = ["192.0.2.1", "2001:db8::1"],
            Refused = ["", "192.0.2", "example.org", "2001:db8::1::2"],
        },
        new("ipv4", nameof(Judge.IsIpv4), Judge.IsIpv4, "An IPv4 address: four numbers from 0 to 255 without leading zeros.")
        {
            Nouns = ["ipv4 address", "ipv4"],
            Accepted = ["192.0.2.1", "0.0.0.0", "255.255.255.255"],
            Refused = ["", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1.1", "192.0.2.1 ", "1.2.3.+4"],
        },
        new("ipv6", nameof(Judge.IsIpv6), Judge.IsIpv6, "An IPv6 address (RFC 4291) without brackets, zone or port.")
        {
            Nouns = ["ipv6 address", "ipv6"],
            Accepted = ["2001:db8::1", "::", "::ffff:192.0.2.1", "2001:0db8:0000:0000:0000:0000:0000:0001"],
            Refused = ["", "2001:db8::1::2", "2001:db8", "[::1]", "fe80::1%eth0", "::ffff:192.0.2.256", "192.0.2.1", "12345::"],
        },
        new("cidr", nameof(Judge.IsCidr), Judge.IsCidr, "An IP address and the length of its network.")
        {
            Nouns = ["cidr", "cidr range", "ip range"],
            Accepted = ["10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32", "0.0.0.0/0"],
            Refused = ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/08", "2001:db8::/129", "10.0.0.0/", "/8"],
        },
        new("mac", nameof(Judge.IsMac), Judge.IsMac, "A hardware address: six pairs of hexadecimal digits with colons or hyphens.")
        {
            Nouns = ["mac address", "hardware address"],
            Aliases = ["mac_address"],
            Accepted = ["00:1a:2B:3c:4d:5e", "00-1A-2B-3C-4D-5E"],
            Refused = ["", "00:1a:2b:3c:4d", "00:1a-2b:3c:4d:5e", "00:1a:2b:3c:4d:5g", "001a2b3c4d5e"],
        },
        new("phone_e164", nameof(Judge.IsPhone), Judge.IsPhone, "A telephone number by E.164: + and 7 to 15 digits.")
        {
            Nouns = ["international phone number", "international telephone number", "e164 phone number", "e164 number"],
            Aliases = ["e164", "international_phone"],
            Accepted = ["+14155550123", "+493012345"],
            Refused = ["", "4155550123", "+0123456789", "+1 415 555 0123", "+123456", "+1234567890123456"],
        },
    ];
}
