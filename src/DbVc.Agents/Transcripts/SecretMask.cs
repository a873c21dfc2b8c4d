using System.Collections;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DbVc.Agents;

/// <summary>Takes secrets out of text before it is written down. Rather masks too much than too little.</summary>
public sealed partial class SecretMask
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Mark = "***";

    // A shorter value of a variable (1, true, prod) would blank out ordinary words.
    private const int MinSecretLength = 6;

    // Patterns are linear or bounded; should one meet its limit all the same, the whole text is withheld.
    private const int TimeoutMilliseconds = 2000;

    private readonly string[] _secrets;

    /// <param name="secrets">Values to hide wherever they stand; short ones are left out.</param>
    public SecretMask(IEnumerable<string> secrets)
    {
        _secrets = [.. secrets.Where(s => s.Trim().Length >= MinSecretLength).SelectMany(FindSpellings).Distinct().OrderByDescending(s => s.Length)];
    }

    /// <summary>Hides the values of the process's environment variables that are named like a secret.</summary>
    public static SecretMask FromEnvironment() => FromVariables(Environment.GetEnvironmentVariables());

    /// <summary>Hides the values of those variables whose name contains KEY, TOKEN, SECRET or PASSWORD.</summary>
    public static SecretMask FromVariables(IDictionary variables) => new(
        from DictionaryEntry variable in variables
        where SecretVariable().IsMatch((string)variable.Key) && variable.Value is string
        select (string)variable.Value!);

    /// <summary>True if the text holds something that can only be a secret: a private key, a URL's password, a known kind of token.
    /// Names such as <c>password</c> alone prove nothing.</summary>
    public static bool HoldsSecret(string text)
    {
        try
        {
            return PemBlock().IsMatch(text) || KnownToken().IsMatch(text) || CertainUrlPassword().IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return true;
        }
    }

    /// <summary>The text without secrets.</summary>
    public string Mask(string text)
    {
        try
        {
            foreach (var secret in _secrets) text = text.Replace(secret, Mark, StringComparison.Ordinal);
            text = PemBlock().Replace(text, Mark);
            text = UrlPassword().Replace(text, m => m.Groups["before"].Value + Mark + "@");
            text = KnownToken().Replace(text, Mark);
            text = AuthorizationHeader().Replace(text, m => m.Groups["before"].Value + Mark);
            text = NamedSecret().Replace(text, MaskValue);
            return text;
        }
        catch (RegexMatchTimeoutException)
        {
            return Mark;
        }
    }

    /// <summary>Writes JSON with every text masked, and every text under a name such as <c>password</c> hidden whole.</summary>
    public void Write(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    writer.WritePropertyName(Mask(property.Name));
                    if (IsSecret(property)) writer.WriteStringValue(Mark);
                    else Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Mask(element.GetString()!));
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static bool IsSecret(JsonProperty property) =>
        property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && SecretName().IsMatch(property.Name);

    private static string MaskValue(Match match) => match.Groups["value"].Length == 0
        ? match.Value
        : match.Groups["before"].Value + match.Groups["open"].Value + Mark + match.Groups["close"].Value;

    // The same secret as it looks inside a URL and inside JSON.
    private static IEnumerable<string> FindSpellings(string secret)
    {
        yield return secret;
        yield return Uri.EscapeDataString(secret);
        yield return JsonEncodedText.Encode(secret).ToString();
    }

    [GeneratedRegex("KEY|TOKEN|SECRET|PASSWORD", RegexOptions.IgnoreCase)]
    private static partial Regex SecretVariable();

    // Without an end line everything from the first line on is hidden.
    [GeneratedRegex(@"-----BEGIN [A-Z0-9 ]{1,60}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,60}-----|\z)", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex PemBlock();

    // A password may hold '/', ':' or '@' although a URL should spell them in percent; hence up to the last '@' of the word.
    [GeneratedRegex("""(?<before>://[^\s/:@"'<>]{0,256}:)[^\s"'<>]{1,512}@""", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex UrlPassword();

    // Without '/', or http://host:8080/?to=a@b.c would be taken for one; placeholders such as ${PASSWORD} are none.
    [GeneratedRegex("""://[^\s/:@"'<>]{0,256}:(?![$\{*])[^\s/@"'<>]{1,512}@""", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex CertainUrlPassword();

    [GeneratedRegex(
        @"(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{8,256}|(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,124}|gh[pousr]_[A-Za-z0-9]{20,255}"
        + @"|github_pat_[A-Za-z0-9_]{20,255}|dbvc_[A-Za-z0-9_-]{20,64}|glpat-[A-Za-z0-9_-]{16,255}|xox[a-z]-[A-Za-z0-9-]{10,255}|AIza[A-Za-z0-9_-]{30,64}"
        + @"|eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{2,4096}(?:\.[A-Za-z0-9_-]{0,4096})?)", RegexOptions.None, TimeoutMilliseconds)]
    private static partial Regex KnownToken();

    [GeneratedRegex(@"(?<before>\b(?:Bearer|Basic)\s{1,4})[A-Za-z0-9._~+/=-]{6,4096}", RegexOptions.IgnoreCase, TimeoutMilliseconds)]
    private static partial Regex AuthorizationHeader();

    // Quotes may be bare, or escaped once or more because JSON lies inside JSON; what opened the value must close it.
    // 'key' alone counts only as key=…, or every primary_key and SQL key would vanish.
    [GeneratedRegex(
        """(?<before>(?:password|passwd|passphrase|pwd|secret|token|credentials?|(?:api|access|secret|private|account|auth|signing)[_-]?key)"""
        + """(?:\\{0,8}(?:["']|u002[27]))?\s{0,4}[:=]\s{0,4}|(?<![A-Za-z0-9_-])key=)"""
        + """(?:(?<open>\\{0,8}(?:["']|(?<=\\)u002[27]))(?:(?<value>[^\n]{0,2048}?)(?<!\\)(?<close>\k<open>)|(?<value>[^\n]{1,4096}))"""
        + """|(?<value>[^\s;&"'<>]{1,4096}))""",
        RegexOptions.IgnoreCase, TimeoutMilliseconds)]
    private static partial Regex NamedSecret();

    [GeneratedRegex(
        "(?:password|passwd|passphrase|pwd|secret|token|credentials?|(?:api|access|secret|private|account|auth|signing)[_-]?key)$",
        RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
