using System.Text.RegularExpressions;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Models;

/// <summary>What clients of models need besides their settings.</summary>
/// <param name="Clock">Waits run on it.</param>
public sealed record ModelOptions(TimeProvider Clock)
{
    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Spreads waits, between 0 and 1; null for chance.</summary>
    public Func<double>? Jitter { get; init; }

    /// <summary>Hears of what is tried again, and why.</summary>
    public Action<string> Notice { get; init; } = _ => { };

    /// <summary>No answer may be larger.</summary>
    public long LargestAnswer { get; init; } = 16 << 20;
}

/// <summary>A model that was found, with the key that opens it.</summary>
public sealed record ModelChoice(ProviderSettings Provider, string Model)
{
    /// <summary>As it is written down: provider, stroke, model.</summary>
    public string Name => $"{Provider.Name}/{Model}";

    /// <summary>Null where the provider has none. Never printed.</summary>
    internal string? Key { get; init; }

    /// <summary>Without the key.</summary>
    public override string ToString() => Name;
}

/// <summary>Finds models by name, and makes the clients that ask them.</summary>
public sealed partial class ModelCatalog(ModelSettings settings, ModelOptions options)
{
    /// <summary>
    /// A provider's name, or <c>provider/model</c>. Throws usage failures <c>model.unknown</c>, <c>model.key-missing</c>, and refuses with
    /// <c>model.plain-key</c>. Nothing is sent.
    /// </summary>
    public ModelChoice Find(string name)
    {
        var parts = name.Split('/', 2);
        var provider = settings.Providers.FirstOrDefault(p => p.Name == parts[0])
            ?? throw new DbVcException(FailureKind.Usage, "model.unknown", $"There is no model '{name}', and no provider of that name.",
                hint: $"Models: builtin, {string.Join(", ", settings.Providers.Select(p => p.Name + "/MODEL"))}. "
                    + "Others are named under llm.providers in .db-version-control/config.yaml (docs/models.md).");
        var model = parts.Length == 2 ? parts[1] : provider.Model;
        if (string.IsNullOrEmpty(model))
        {
            throw new DbVcException(FailureKind.Usage, "model.unknown", $"The provider '{provider.Name}' has no model that is meant where none is named.",
                hint: $"Name one, {provider.Name}/MODEL, or set llm.providers.{provider.Name}.model in .db-version-control/config.yaml.");
        }

        if (!ModelId().IsMatch(model))
            throw new DbVcException(FailureKind.Usage, "model.unknown", $"'{name}' holds what no model's name may.", hint: "Letters, digits and . _ : / @ + -");
        return new ModelChoice(provider, model) { Key = FindKey(provider) };
    }

    /// <summary>A client that asks a model, streams its answers, tries again and shortens what does not fit. Throws what <see cref="Find"/> does.</summary>
    public IChatClient Open(string name)
    {
        var choice = Find(name);
        var failures = new ModelFailures(choice);
        var streaming = new StreamingChatClient(ProtocolTable.Open(choice, settings, options, failures), settings, failures);
        var patient = new PatientChatClient(streaming, settings, options, failures);
        return new ShorteningChatClient(new StrictChatClient(patient, choice.Provider.Strict, options.Notice), failures, options.Notice);
    }

    private string? FindKey(ProviderSettings provider)
    {
        if (provider.KeyVariable is not { } variable) return null;
        var key = options.Variable(variable)?.Trim();
        if (string.IsNullOrEmpty(key))
        {
            throw new DbVcException(FailureKind.Usage, "model.key-missing",
                $"The provider '{provider.Name}' needs a key, and the environment variable {variable} is not set.",
                provider.BaseUrl.ToString(), $"export {variable}=…, or name another variable: llm.providers.{provider.Name}.key.");
        }

        if (key.Any(c => c is <= ' ' or >= '\u007f'))
        {
            throw new DbVcException(FailureKind.Usage, "model.key-missing",
                $"What the environment variable {variable} holds cannot be a key: it has characters that no header takes.",
                provider.BaseUrl.ToString(), $"Set {variable} to the key alone.");
        }

        if (provider.BaseUrl.Scheme == Uri.UriSchemeHttp && !provider.BaseUrl.IsLoopback && !provider.Plain)
        {
            throw new DbVcException(FailureKind.Refused, "model.plain-key",
                $"The key of '{provider.Name}' would go to {provider.BaseUrl.Host} on a connection that is not encrypted.", provider.BaseUrl.ToString(),
                $"Write https://, or, where the network is your own, plain: true under llm.providers.{provider.Name}.");
        }

        return key;
    }

    [GeneratedRegex(@"^[A-Za-z0-9._:/@+-]{1,200}\z")]
    private static partial Regex ModelId();
}
