using System.Text;
using System.Text.Json.Nodes;
using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>A key of the configuration.</summary>
/// <param name="IsDefault">It is what it would be without the file.</param>
public sealed record SettingReport(string Key, JsonNode? Value, bool IsDefault);

/// <summary>Reads and changes <c>config.yaml</c> for a person. A password that is typed goes to a file of its own, and never into this one.</summary>
public sealed class ConfigurationDesk
{
    /// <summary>What may be set from afar, by key or by what keys begin with; every other setting decides what this machine runs and whom it asks.</summary>
    private static readonly string[] s_fromAfar =
        ["merge.", "gates.", "agent.", "gc.", "llm.usd_", "notify.events", "include", "exclude", "schema-only"];

    private readonly RepositoryLayout _layout;
    private readonly WorkspaceOptions _options;

    internal ConfigurationDesk(RepositoryLayout layout, WorkspaceOptions options) => (_layout, _options) = (layout, options);

    /// <summary>One key, or all. Throws usage failure <c>config.key</c>.</summary>
    public IReadOnlyList<SettingReport> Get(string? key)
    {
        if (key is not null) RequireKey(key);
        var (now, before) = (Configuration.Read(_layout.Config), new Configuration());
        return
        [
            .. ConfigurationKeys.Names.Where(name => key is null || name == key).Select(name => new SettingReport(
                name, ConfigurationKeys.Read(now, name), JsonNode.DeepEquals(ConfigurationKeys.Read(now, name), ConfigurationKeys.Read(before, name)))),
        ];
    }

    /// <summary>Sets a key; its comments, and everything else in the file, stay. Throws usage failures <c>config.key</c>, <c>config.invalid</c>,
    /// <c>config.layout</c>, and then nothing is written.</summary>
    public SettingReport Set(string key, IReadOnlyList<string> values)
    {
        RequireKey(key);
        RefuseFromAfar(key);
        RequireAdministrator();
        var value = Write(key, values);
        var text = new ConfigurationText(Configuration.ReadText(_layout.Config) ?? "").Set(key, value);
        Configuration.Parse(text, _layout.Config);
        var file = File.ResolveLinkTarget(_layout.Config, returnFinalTarget: true)?.FullName ?? _layout.Config;
        WholeFile.Write(file, Encoding.UTF8.GetBytes(text), durable: true);
        return Get(key)[0];
    }

    /// <summary>Some decide what this machine runs and whom it asks: who is not at it does not decide that, whatever their role.</summary>
    private void RefuseFromAfar(string key)
    {
        if (_options.Files is null || s_fromAfar.Any(known => key.StartsWith(known, StringComparison.Ordinal))) return;
        throw new DbVcException(FailureKind.Refused, "access.machine",
            $"'{key}' is set on the machine of the repository alone.", key, $"There: db-vc config set {key} …");
    }

    /// <summary>Without the workspace, which cannot be opened while the settings are wrong.</summary>
    private void RequireAdministrator()
    {
        if (!File.Exists(Path.Combine(_layout.Control, RepositoryStore.FileName))) return;
        using var store = RepositoryStore.Open(_layout.Control);
        AccessGuard.Require(Caller.Find(AccessRecord.Read(store), _options), AccessAction.Administer, "db-vc config set");
    }

    private string Write(string key, IReadOnlyList<string> values)
    {
        if (ConfigurationKeys.IsList(key)) return ConfigurationText.Sequence(values);
        if (ConfigurationKeys.IsMap(key))
        {
            return ConfigurationText.Map(values.Select(v => v.Split('=', 2) is [var name, var rule] ? (name, rule)
                : throw new DbVcException(FailureKind.Usage, "config.value", $"'{v}' is not NAME=VALUE.",
                    hint: $"db-vc config set {key} stock.quantity=delta")));
        }

        if (values.Count != 1)
        {
            throw new DbVcException(FailureKind.Usage, "config.value", $"'{key}' takes one value.", hint: $"db-vc config set {key} VALUE");
        }

        return ConfigurationText.Scalar(key == "branches.server" ? SecretFiles.StripForConfig(_layout, values[0], SecretFiles.BranchesPassword) : values[0]);
    }

    private static void RequireKey(string key)
    {
        if (ConfigurationKeys.Names.Contains(key)) return;
        throw new DbVcException(FailureKind.Usage, "config.key", $"There is no key '{key}'.",
            hint: "Keys: " + string.Join(", ", ConfigurationKeys.Names) + ".");
    }
}
