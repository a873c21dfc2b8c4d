namespace DbVc.Models;

/// <summary>The language that a server speaks.</summary>
public enum ModelProtocol
{
    /// <summary>Chat completions as OpenAI defined them, and as most servers speak them.</summary>
    OpenAi,

    /// <summary>Messages as Anthropic defined them.</summary>
    Anthropic,
}

/// <summary>A server that answers for one or more models.</summary>
/// <param name="Name">As people name it.</param>
/// <param name="Protocol">What it speaks.</param>
/// <param name="BaseUrl">Where; no user, query or fragment.</param>
public sealed record ProviderSettings(string Name, ModelProtocol Protocol, Uri BaseUrl)
{
    /// <summary>The model that is meant where none is named; null where one must be.</summary>
    public string? Model { get; init; }

    /// <summary>The environment variable that holds the key; null where none is sent.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>The header that carries the key; null for the protocol's own.</summary>
    public string? KeyHeader { get; init; }

    /// <summary>The query <c>api-version</c>, as Azure wants it.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Whether the server may be asked to hold a model to the schemas of tools.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether the key may go over a connection that is not encrypted; to this machine it always may.</summary>
    public bool Plain { get; init; }
}

/// <summary>What is configured about models that are asked over a network.</summary>
public sealed record ModelSettings
{
    /// <summary>Those that need no configuration but a key and the name of a model.</summary>
    public static IReadOnlyList<ProviderSettings> BuiltIn { get; } =
    [
        new("openai", ModelProtocol.OpenAi, new Uri("https://api.openai.com/v1")) { KeyVariable = "OPENAI_API_KEY", Strict = true },
        new("anthropic", ModelProtocol.Anthropic, new Uri("https://api.anthropic.com")) { KeyVariable = "ANTHROPIC_API_KEY" },
    ];

    public static ModelSettings Default { get; } = new();

    public IReadOnlyList<ProviderSettings> Providers { get; init; } = BuiltIn;

    /// <summary>For one answer, from the question to its last byte.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a server may be silent in the middle of an answer.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often one question is asked again.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>How long an answer may become.</summary>
    public int MaxOutputTokens { get; init; } = 16_384;

    /// <summary>What models cost.</summary>
    public IReadOnlyList<ModelPrice> Prices { get; init; } = [];

    /// <summary>US dollars that one task may cost, all its runs together; null for any amount.</summary>
    public decimal? UsdPerTask { get; init; }

    /// <summary>US dollars that all tasks of one day (UTC) may cost.</summary>
    public decimal? UsdPerDay { get; init; }

    /// <summary>US dollars that all tasks may ever cost.</summary>
    public decimal? UsdInAll { get; init; }

    /// <summary>Megabytes that answers may take which are kept to be used again; 0 keeps none.</summary>
    public int CacheMegabytes { get; init; } = 64;

    /// <summary>How long a kept answer is good.</summary>
    public TimeSpan CacheAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Null: servers are connected to directly, whatever the environment says.</summary>
    public Uri? Proxy { get; init; }
}
