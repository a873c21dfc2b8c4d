using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.Models;
using YamlDotNet.RepresentationModel;

namespace DbVc.Orchestration;

/// <summary>Reads <c>llm</c> of <c>config.yaml</c>: which servers answer for models, and how patiently they are asked.</summary>
/// <param name="invalid">Makes the failure for a line.</param>
internal sealed partial class ModelSettingsReader(Func<long, string, DbVcException> invalid)
{
    private const string Keys = "protocol, base_url, model, key, key_header, api_version, strict, plain";

    // Names of models that are none of a provider.
    private static readonly string[] s_taken = ["builtin", "replay"];

    public ModelSettings Read(YamlNode node)
    {
        var settings = ModelSettings.Default;
        foreach (var (name, value) in Members("llm", node))
        {
            settings = name switch
            {
                "providers" => settings with { Providers = ReadProviders(value) },
                "timeout_seconds" => settings with { Timeout = Seconds(value, 86_400) },
                "idle_seconds" => settings with { Idle = Seconds(value, 3600) },
                "retries" => settings with { Retries = Whole(value, 0, 20) },
                "max_output_tokens" => settings with { MaxOutputTokens = Whole(value, 1, 1_000_000) },
                "prices" => settings with { Prices = ReadPrices(value) },
                "usd_per_task" => settings with { UsdPerTask = Budget(value) },
                "usd_per_day" => settings with { UsdPerDay = Budget(value) },
                "usd_in_all" => settings with { UsdInAll = Budget(value) },
                "cache_megabytes" => settings with { CacheMegabytes = Whole(value, 0, 100_000) },
                "cache_days" => settings with { CacheAge = TimeSpan.FromDays(Whole(value, 1, 36_500)) },
                "proxy" => settings with { Proxy = Text(value).Length == 0 ? null : Address("llm.proxy", value) },
                _ => throw invalid(value.Start.Line, $"there is no key 'llm.{name}'"),
            };
        }

        return settings;
    }

    /// <summary>Those that are written down, before those that need no configuration; one of the latter may be changed in part.</summary>
    private List<ProviderSettings> ReadProviders(YamlNode node)
    {
        var providers = ModelSettings.BuiltIn.ToList();
        foreach (var (name, value) in Members("llm.providers", node))
        {
            if (!ProviderName().IsMatch(name) || s_taken.Contains(name))
                throw invalid(value.Start.Line, $"'{name}' cannot be the name of a provider: a-z, 0-9 and -, none of {string.Join(", ", s_taken)}");
            var known = providers.FindIndex(p => p.Name == name);
            var provider = ReadProvider(name, value, known < 0 ? null : providers[known]);
            if (known < 0) providers.Add(provider);
            else providers[known] = provider;
        }

        return providers;
    }

    private ProviderSettings ReadProvider(string name, YamlNode node, ProviderSettings? known)
    {
        var (place, members) = ($"llm.providers.{name}", Members($"llm.providers.{name}", node));
        var protocol = members.TryGetValue("protocol", out var word) ? Protocol(word) : known?.Protocol
            ?? throw invalid(node.Start.Line, $"'{place}' says no protocol; it is one of {string.Join(", ", ProtocolTable.Words)}");
        var address = members.TryGetValue("base_url", out var url) ? Address($"{place}.base_url", url) : known?.BaseUrl
            ?? ModelSettings.BuiltIn.First(p => p.Protocol == protocol).BaseUrl;
        var provider = known is null ? new ProviderSettings(name, protocol, address) : known with { Protocol = protocol, BaseUrl = address };
        // A key is for one address only.
        if (known is not null && address.Host != known.BaseUrl.Host && !members.ContainsKey("key")) provider = provider with { KeyVariable = null };
        foreach (var (key, value) in members)
        {
            provider = key switch
            {
                "protocol" or "base_url" => provider,
                "model" => provider with { Model = Text(value).Length == 0 ? null : Text(value) },
                "key" => provider with { KeyVariable = Variable(place, value) },
                "key_header" => provider with { KeyHeader = Header(place, value) },
                "api_version" => provider with { ApiVersion = Text(value) },
                "strict" => provider with { Strict = Flag(value) },
                "plain" => provider with { Plain = Flag(value) },
                _ => throw invalid(value.Start.Line, $"there is no key '{place}.{key}'; there are {Keys}"),
            };
        }

        return provider;
    }

    private List<ModelPrice> ReadPrices(YamlNode node)
    {
        var prices = new List<ModelPrice>();
        foreach (var (pattern, value) in Members("llm.prices", node))
        {
            var (place, price) = ($"llm.prices.{pattern}", new ModelPrice(pattern, -1, -1));
            foreach (var (key, amount) in Members(place, value))
            {
                price = key switch
                {
                    "input" => price with { Input = Usd(amount) },
                    "cached" => price with { Cached = Usd(amount) },
                    "output" => price with { Output = Usd(amount) },
                    _ => throw invalid(amount.Start.Line, $"there is no key '{place}.{key}'; there are input, cached, output"),
                };
            }

            prices.Add(price is { Input: >= 0, Output: >= 0 } ? price : throw invalid(value.Start.Line, $"'{place}' needs input and output"));
        }

        return prices;
    }

    private decimal? Budget(YamlNode node) => Text(node) is "" or "any" ? null : Usd(node);

    private decimal Usd(YamlNode node) =>
        decimal.TryParse(Text(node), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount <= 1_000_000
            ? amount
            : throw invalid(node.Start.Line, $"'{Text(node)}' is no amount of US dollars");

    private Dictionary<string, YamlNode> Members(string place, YamlNode node)
    {
        if (node is YamlScalarNode { Value: null or "" or "~" or "null" }) return [];
        if (node is not YamlMappingNode map) throw invalid(node.Start.Line, $"'{place}' must be a list of keys");
        return map.Children.ToDictionary(c => c.Key.ToString(), c => c.Value);
    }

    private ModelProtocol Protocol(YamlNode node) => ProtocolTable.Find(Text(node))
        ?? throw invalid(node.Start.Line, $"'{Text(node)}' is no protocol; it is one of {string.Join(", ", ProtocolTable.Words)}");

    /// <summary>What is wrong with an address is said without repeating it: it may hold a secret.</summary>
    private Uri Address(string place, YamlNode node)
    {
        if (!Uri.TryCreate(Text(node), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw invalid(node.Start.Line, $"'{place}' is no address that begins with https:// or http://");
        if (address.UserInfo.Length > 0) throw invalid(node.Start.Line, $"'{place}' holds a user or password; name the variable of a key with 'key'");
        if (address.Query.Length > 0 || address.Fragment.Length > 0)
            throw invalid(node.Start.Line, $"'{place}' goes on after the path; Azure's version is 'api_version'");
        return address;
    }

    /// <summary>Whoever writes the key itself here by mistake does not get it repeated.</summary>
    private string? Variable(string place, YamlNode node)
    {
        var name = Text(node);
        if (name.Length == 0) return null;
        return VariableName().IsMatch(name) ? name : throw invalid(node.Start.Line,
            $"'{place}.key' is not the name of an environment variable (A-Z, 0-9, _); the key itself never stands in this file");
    }

    private string? Header(string place, YamlNode node) => Text(node) is { Length: > 0 } name
        ? HeaderName().IsMatch(name) ? name : throw invalid(node.Start.Line, $"'{place}.key_header' is no name of a header")
        : null;

    private TimeSpan Seconds(YamlNode node, int most) =>
        double.TryParse(Text(node), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw invalid(node.Start.Line, $"'{Text(node)}' is not a number above 0 and up to {most}");

    private int Whole(YamlNode node, int least, int most) =>
        int.TryParse(Text(node), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw invalid(node.Start.Line, $"'{Text(node)}' is not a whole number from {least} to {most}");

    private bool Flag(YamlNode node) => Text(node) switch
    {
        "true" => true,
        "false" => false,
        var other => throw invalid(node.Start.Line, $"'{other}' is none of true, false"),
    };

    private string Text(YamlNode node) => node is YamlScalarNode { Value: var value } ? value ?? ""
        : throw invalid(node.Start.Line, "there must be a single value");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,39}\z")]
    private static partial Regex ProviderName();

    // No lower case: nearly every real key has some.
    [GeneratedRegex(@"^[A-Z_][A-Z0-9_]{0,99}\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]{0,60}\z")]
    private static partial Regex HeaderName();
}
