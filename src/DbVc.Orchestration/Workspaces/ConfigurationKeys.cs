using System.Text.Json.Nodes;
using DbVc.Models;

namespace DbVc.Orchestration;

/// <summary>Every key of <c>config.yaml</c> with what it is set to.</summary>
internal static class ConfigurationKeys
{
    private static readonly (string Name, Func<Configuration, JsonNode?> Read)[] All =
    [
        ("merge.policies", c => new JsonObject(c.Policies.Select(p => p.Text.Split('=', 2)).Select(p => KeyValuePair.Create<string, JsonNode?>(p[0], p[1])))),
        ("gates.order", c => List(c.GateOrder.Select(name => name.Replace(' ', '-')))),
        ("gates.line_coverage", c => c.Gates.LineCoverage),
        ("gates.branch_coverage", c => c.Gates.BranchCoverage),
        ("gates.mutation_score", c => c.Gates.MutationScore),
        ("gates.rows_per_second", c => c.Gates.RowsPerSecond),
        ("gates.slower_than_merged", c => c.Gates.SlowerThanMerged),
        ("gates.memory_mib", c => c.Gates.MemoryBytes / (double)(1 << 20)),
        ("gates.sample_differences", c => c.Gates.SampleDifferences),
        ("gates.lint_warnings", c => c.Gates.LintWarnings),
        ("agent.model", c => c.Model),
        ("agent.iterations", c => c.Limits.Iterations),
        ("agent.errors", c => c.Limits.ConsecutiveErrors),
        ("agent.repairs", c => c.Limits.FailedValidations),
        ("agent.tokens", c => c.Limits.Tokens),
        ("agent.wall_seconds", c => c.Limits.WallTime.TotalSeconds),
        ("agent.rows", c => c.Limits.Rows is { } rows ? rows : "any"),
        ("agent.jobs", c => c.Jobs is { } jobs ? jobs : "cores"),
        ("agent.show_rows", c => c.Disclosure.Rows),
        ("agent.show_columns", c => List(c.Disclosure.Shown)),
        ("agent.mask_columns", c => List(c.Disclosure.Masked)),
        ("llm.providers", c => new JsonObject(c.Llm.Providers.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Name, Describe(p))))),
        ("llm.timeout_seconds", c => c.Llm.Timeout.TotalSeconds),
        ("llm.idle_seconds", c => c.Llm.Idle.TotalSeconds),
        ("llm.retries", c => c.Llm.Retries),
        ("llm.max_output_tokens", c => c.Llm.MaxOutputTokens),
        ("llm.prices", c => new JsonObject(c.Llm.Prices.Select(p => KeyValuePair.Create<string, JsonNode?>(p.Pattern, Describe(p))))),
        ("llm.usd_per_task", c => Usd(c.Llm.UsdPerTask)),
        ("llm.usd_per_day", c => Usd(c.Llm.UsdPerDay)),
        ("llm.usd_in_all", c => Usd(c.Llm.UsdInAll)),
        ("llm.cache_megabytes", c => c.Llm.CacheMegabytes),
        ("llm.cache_days", c => c.Llm.CacheAge.TotalDays),
        ("llm.proxy", c => c.Llm.Proxy?.ToString() ?? ""),
        ("gc.retention_days", c => c.Retention.TotalDays),
        ("sources.private-hosts", c => List(c.PrivateHosts)),
        ("notify.webhooks", c => List(c.Notifications.Webhooks)),
        ("notify.commands", c => List(c.Notifications.Commands)),
        ("notify.events", c => List(c.Notifications.Events)),
        ("notify.secret", c => c.Notifications.SecretVariable),
        ("sandbox", c => c.Sandbox ? "bubblewrap" : "none"),
        ("include", c => List(c.Live.Selection.Include)),
        ("exclude", c => List(c.Live.Selection.Exclude)),
        ("schema-only", c => List(c.Live.Selection.SchemaOnly)),
        ("tracking", c => c.Live.Tracks ? "triggers" : "none"),
        ("database.pause-triggers", c => c.Live.MayPauseTriggers),
        ("database.readers", c => c.Live.Readers is { } readers ? readers : "auto"),
        ("branches.server", c => c.Live.WorkServer ?? ""),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(k => k.Name)];

    public static JsonNode? Read(Configuration configuration, string key) => All.First(k => k.Name == key).Read(configuration);

    /// <summary>True where a key takes several values.</summary>
    public static bool IsList(string key) => Read(new Configuration(), key) is JsonArray;

    /// <summary>True where a key takes <c>NAME=VALUE</c> pairs.</summary>
    public static bool IsMap(string key) => Read(new Configuration(), key) is JsonObject;

    private static JsonObject Describe(ProviderSettings provider)
    {
        var shown = new JsonObject { ["protocol"] = ProtocolTable.WordOf(provider.Protocol), ["base_url"] = provider.BaseUrl.ToString() };
        if (provider.Model is { } model) shown["model"] = model;
        if (provider.KeyVariable is { } key) shown["key"] = key;
        if (provider.KeyHeader is { } header) shown["key_header"] = header;
        if (provider.ApiVersion is { } version) shown["api_version"] = version;
        if (provider.Strict) shown["strict"] = true;
        if (provider.Plain) shown["plain"] = true;
        return shown;
    }

    private static JsonObject Describe(ModelPrice price)
    {
        var shown = new JsonObject { ["input"] = price.Input, ["output"] = price.Output };
        if (price.Cached is { } cached) shown["cached"] = cached;
        return shown;
    }

    private static JsonNode Usd(decimal? amount) => amount is { } usd ? usd : "any";

    private static JsonArray List(IEnumerable<string> values) => [.. values.Select(v => JsonValue.Create(v))];
}
