using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>
/// Reads an address strictly: what a forgotten percent sign would make of a password must not become a host's name that is shown. None of its
/// failures repeats a part of the text.
/// </summary>
internal sealed class ServerAddressReader(string text, Func<string, string?> environment)
{
    private static readonly string[] SslModes = ["disable", "prefer", "require", "verify-full"];

    private string _scheme = "postgres";

    public ServerAddress Read()
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        _scheme = DatabaseEngines.EngineOf(text);
        if (start < 0 || _scheme == DatabaseEngines.Sqlite) throw Fail("it does not begin with postgres:// or mysql://");
        if (text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))) throw Fail("there is a space or a control character in it");
        var rest = text[(start + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal)) throw Fail("there is a # in it");
        var query = Cut(ref rest, '?');
        var path = Cut(ref rest, '/');
        var at = rest.LastIndexOf('@');
        if ((path + query).Contains('@', StringComparison.Ordinal) || (path ?? "").Contains('/', StringComparison.Ordinal)
            || (at > 0 && rest[..at].Contains('@', StringComparison.Ordinal)))
        {
            throw Fail("there is a character in it that must not stand for itself in a name or a password");
        }

        var address = new ServerAddress(_scheme) { Database = string.IsNullOrEmpty(path) ? null : Take(path, "the database's name") };
        if (at >= 0) address = WithUser(address, rest[..at]);
        address = WithHost(address, rest[(at + 1)..]);
        foreach (var option in string.IsNullOrEmpty(query) ? [] : query.Split('&')) address = WithOption(address, option);
        return address;
    }

    private ServerAddress WithUser(ServerAddress address, string login)
    {
        var colon = login.IndexOf(':', StringComparison.Ordinal);
        var user = colon < 0 ? login : login[..colon];
        if (user.Length > 0) address = address with { User = Take(user, "the user's name") };
        return colon < 0 || colon == login.Length - 1 ? address : WithPassword(address, login[(colon + 1)..]);
    }

    /// <summary>A password that is one variable stays a name: its value is looked up when it is needed, and nobody can print it meanwhile.</summary>
    private ServerAddress WithPassword(ServerAddress address, string password)
    {
        if (!password.Contains("${", StringComparison.Ordinal)) return address with { TypedPassword = Decode(password, "the password") };
        var name = password.StartsWith("${", StringComparison.Ordinal) && password.EndsWith('}') ? password[2..^1] : "";
        if (!IsVariable(name)) throw Fail("the password is neither text nor one ${NAME}");
        return address.WithOption("password_env", name);
    }

    private ServerAddress WithHost(ServerAddress address, string place)
    {
        var (host, port) = (place, (string?)null);
        if (place.StartsWith('['))
        {
            var end = place.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || (end + 1 < place.Length && place[end + 1] != ':')) throw Fail("the host in brackets is not an IPv6 address");
            (host, port) = (place[1..end], end + 2 <= place.Length ? place[(end + 2)..] : null);
            if (!System.Net.IPAddress.TryParse(host, out var ip) || ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            {
                throw Fail("the host in brackets is not an IPv6 address");
            }

            host = ip.ToString();
        }
        else if (place.LastIndexOf(':') is >= 0 and var colon)
        {
            (host, port) = (Take(place[..colon], "the host"), place[(colon + 1)..]);
            if (!IsHost(host)) throw Fail("the host is not the name of a machine");
        }
        else
        {
            host = Take(place, "the host");
            if (!IsHost(host)) throw Fail("the host is not the name of a machine");
        }

        if (host.Length > 0) address = address with { Host = host };
        if (string.IsNullOrEmpty(port)) return address;
        return int.TryParse(Take(port, "the port"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
            ? address with { Port = number }
            : throw Fail("the port is not a number from 1 to 65535");
    }

    private ServerAddress WithOption(ServerAddress address, string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? "" : option[..equals].ToLowerInvariant();
        if (name == "password") return WithPassword(address, option[(equals + 1)..]);
        if (!ServerAddress.KnownOptions.Contains(name))
        {
            throw Fail($"it has an option that there is not; options are {string.Join(", ", ServerAddress.KnownOptions)}");
        }

        if (address.Option(name) is not null) throw Fail($"it says {name} twice");
        var value = Take(option[(equals + 1)..], $"the option {name}");
        if (value.Length == 0) throw Fail($"the option {name} says nothing");
        if (name == "sslmode" && !SslModes.Contains(value)) throw Fail($"sslmode is none of {string.Join(", ", SslModes)}");
        if (name == "connect_timeout" && !(int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 3600))
        {
            throw Fail("connect_timeout is not a number of seconds from 1 to 3600");
        }

        if (name == "password_env" && !IsVariable(value)) throw Fail("password_env is not the name of an environment variable");
        return address.WithOption(name, value);
    }

    /// <summary>The text of a part: variables filled in, and what was written with percent signs.</summary>
    private string Take(string part, string what)
    {
        var result = new StringBuilder();
        for (var rest = part; ;)
        {
            var start = rest.IndexOf("${", StringComparison.Ordinal);
            if (start < 0) return result.Append(Decode(rest, what)).ToString();
            var end = rest.IndexOf('}', start);
            var name = end < 0 ? "" : rest[(start + 2)..end];
            if (!IsVariable(name)) throw Fail($"there is a ${{ without NAME}} in {what}");
            var value = environment(name) ?? throw Fail($"the environment variable {name} is not set");
            if (value.Any(char.IsControl)) throw Fail($"the environment variable {name} has a control character in it");
            result.Append(Decode(rest[..start], what)).Append(value);
            rest = rest[(end + 1)..];
        }
    }

    private string Decode(string part, string what)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] != '%')
            {
                var length = char.IsSurrogatePair(part, i) ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(part.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 2 < part.Length && byte.TryParse(part.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else throw Fail($"there is a % without two hexadecimal digits in {what}");
        }

        var decoded = bytes.ToArray();
        if (!System.Text.Unicode.Utf8.IsValid(decoded) || decoded.Any(b => b is < 0x20 or 0x7f)) throw Fail($"{what} is not a text");
        return Encoding.UTF8.GetString(decoded);
    }

    private static string? Cut(ref string rest, char separator)
    {
        var at = rest.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0) return null;
        var tail = rest[(at + 1)..];
        rest = rest[..at];
        return tail;
    }

    private static bool IsVariable(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static bool IsHost(string host) => host.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_');

    private DbVcException Fail(string why) => new(FailureKind.Usage, "database.address", $"The address of the database cannot be read: {why}.",
        hint: $"Write {_scheme}://USER@HOST:PORT/DATABASE. In a name or a password @ is written %40, : %3A, / %2F, ? %3F, # %23, % %25.");
}
