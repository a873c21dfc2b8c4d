using System.Globalization;
using DbVc.Agents;
using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;
using DbVc.VersionControl;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DbVc.Orchestration;

/// <summary>Reads the text of <c>config.yaml</c> key by key; a slip is an error that names its line.</summary>
internal sealed class ConfigurationReader(string path)
{
    private const int MostReaders = 16;

    private Configuration _result = new();

    public Configuration Read(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count > 0) ReadSection("", stream.Documents[0].RootNode);
        }
        catch (YamlException e)
        {
            throw Invalid(e.Start.Line, e.Message);
        }

        return _result;
    }

    private void ReadSection(string prefix, YamlNode node)
    {
        if (node is not YamlMappingNode map) throw Invalid(node.Start.Line, $"'{prefix.TrimEnd('.')}' must be a list of keys");
        foreach (var (name, value) in map.Children) ReadKey(prefix + name, value);
    }

    private void ReadKey(string key, YamlNode node)
    {
        if (key is "merge" or "gates" or "agent" or "gc" or "branches" or "database" or "sources" or "notify") ReadSection(key + ".", node);
        else if (key == "merge.policies") _result = _result with { Policies = ReadPolicies(node) };
        else if (key is "include" or "exclude" or "schema-only") ReadPatterns(key, node);
        else if (key == "gates.order") _result = _result with { GateOrder = ReadGates(node) };
        else if (key is "notify.webhooks" or "notify.commands" or "notify.events") ReadNotifications(key, node);
        else if (key == "agent.show_columns") _result = _result with { Disclosure = _result.Disclosure with { Shown = ReadTexts(key, node) } };
        else if (key == "agent.mask_columns") _result = _result with { Disclosure = _result.Disclosure with { Masked = ReadTexts(key, node) } };
        else if (key == "llm") _result = _result with { Llm = new ModelSettingsReader((line, problem) => Invalid(line, problem)).Read(node) };
        else if (key == "sources.private-hosts") _result = _result with { PrivateHosts = ReadTexts(key, node) };
        else if (node is not YamlScalarNode { Value: { } value }) throw Invalid(node.Start.Line, $"'{key}' must be a single value");
        else
        {
            _result = key switch
            {
                "gates.line_coverage" => _result with { Gates = _result.Gates with { LineCoverage = Share(value, node) } },
                "gates.branch_coverage" => _result with { Gates = _result.Gates with { BranchCoverage = Share(value, node) } },
                "gates.mutation_score" => _result with { Gates = _result.Gates with { MutationScore = Share(value, node) } },
                "gates.rows_per_second" => _result with { Gates = _result.Gates with { RowsPerSecond = Number(value, node) } },
                "gates.slower_than_merged" => _result with { Gates = _result.Gates with { SlowerThanMerged = Share(value, node) } },
                "gates.memory_mib" => _result with { Gates = _result.Gates with { MemoryBytes = (long)(Math.Min(Number(value, node), 1 << 20) * (1 << 20)) } },
                "gates.sample_differences" => _result with { Gates = _result.Gates with { SampleDifferences = Share(value, node) } },
                "gates.lint_warnings" => _result with { Gates = _result.Gates with { LintWarnings = (int)Math.Min(Number(value, node), 100_000) } },
                "notify.secret" => _result with { Notifications = _result.Notifications with { SecretVariable = value } },
                "agent.model" => _result with { Model = value },
                "agent.jobs" => _result with { Jobs = value == "cores" ? null : (int)Math.Clamp(Number(value, node), 1, BatchDesk.MostJobs) },
                "agent.show_rows" => _result with { Disclosure = _result.Disclosure with { Rows = (int)Math.Min(Number(value, node), 1000) } },
                _ when key.StartsWith("agent.", StringComparison.Ordinal) && ConfigurationKeys.Names.Contains(key) =>
                    _result with { Limits = ReadLimit(key, value, node) },
                "gc.retention_days" => _result with { Retention = TimeSpan.FromDays(Math.Min(Number(value, node), 36_500)) },
                "sandbox" => _result with { Sandbox = Choice(value, node, "bubblewrap", "none") == "bubblewrap" },
                "tracking" => _result with { Live = _result.Live with { Tracks = Choice(value, node, "none", "triggers") == "triggers" } },
                "database.pause-triggers" => _result with
                {
                    Live = _result.Live with { MayPauseTriggers = Choice(value, node, "true", "false") == "true" },
                },
                "database.readers" => _result with { Live = _result.Live with { Readers = value == "auto" ? null : Readers(value, node) } },
                "branches.server" => _result with { Live = _result.Live with { WorkServer = Server(value, node) } },
                _ => throw Invalid(node.Start.Line, $"there is no key '{key}'", "Keys: " + string.Join(", ", ConfigurationKeys.Names) + "."),
            };
        }
    }

    private AgentLimits ReadLimit(string key, string value, YamlNode node)
    {
        var limits = _result.Limits;
        return key switch
        {
            "agent.iterations" => limits with { Iterations = (int)Math.Min(Number(value, node), 1000) },
            "agent.errors" => limits with { ConsecutiveErrors = (int)Math.Min(Number(value, node), 1000) },
            "agent.repairs" => limits with { FailedValidations = (int)Math.Min(Number(value, node), 1000) },
            "agent.tokens" => limits with { Tokens = (long)Math.Min(Number(value, node), 1e15) },
            "agent.rows" => limits with { Rows = value == "any" ? null : (long)Math.Min(Number(value, node), 1e15) },
            _ => limits with { WallTime = TimeSpan.FromSeconds(Math.Min(Number(value, node), 86_400)) },
        };
    }

    private List<PolicyLine> ReadPolicies(YamlNode node)
    {
        if (node is not YamlMappingNode map) throw Invalid(node.Start.Line, "'merge.policies' must be TABLE.COLUMN: POLICY lines");
        var lines = map.Children.Select(c => new PolicyLine($"{c.Key}={c.Value}", $"{path}:{c.Key.Start.Line}")).ToList();
        MergePolicies.Parse(lines);
        return lines;
    }

    private List<string> ReadGates(YamlNode node)
    {
        var names = new List<string>();
        foreach (var text in ReadTexts("gates.order", node))
        {
            try
            {
                names.Add(GateRunner.NameOf(text));
            }
            catch (DbVcException failure)
            {
                throw Invalid(node.Start.Line, failure.Message.TrimEnd('.'));
            }
        }

        if (names.Distinct().Count() != names.Count) throw Invalid(node.Start.Line, "'gates.order' names a gate twice");
        return names.Count > 0 ? names : throw Invalid(node.Start.Line, "'gates.order' names no gate");
    }

    private void ReadNotifications(string key, YamlNode node)
    {
        var (texts, told) = (ReadTexts(key, node), _result.Notifications);
        if (key == "notify.events" && texts.Find(t => !NotificationSettings.AllEvents.Contains(t)) is { } other)
            throw None(other, node, NotificationSettings.AllEvents);
        // The rest of an address may be secret, so it is not repeated.
        if (key == "notify.webhooks" && texts.Exists(t => !t.StartsWith("https://", StringComparison.Ordinal)
            && !t.StartsWith("http://", StringComparison.Ordinal)))
            throw Invalid(node.Start.Line, "a webhook is no address that begins with https:// or http://");
        _result = _result with
        {
            Notifications = key switch
            {
                "notify.webhooks" => told with { Webhooks = texts },
                "notify.commands" => told with { Commands = texts },
                _ => told with { Events = texts },
            },
        };
    }

    private void ReadPatterns(string key, YamlNode node)
    {
        var patterns = ReadTexts(key, node);
        var selection = _result.Live.Selection;
        _result = _result with
        {
            Live = _result.Live with
            {
                Selection = key switch
                {
                    "include" => selection with { Include = patterns },
                    "exclude" => selection with { Exclude = patterns },
                    _ => selection with { SchemaOnly = patterns },
                },
            },
        };
    }

    private List<string> ReadTexts(string key, YamlNode node)
    {
        var items = node is YamlSequenceNode list ? list.Children : [node];
        var what = key switch
        {
            "sources.private-hosts" => "hosts",
            "gates.order" => "gates",
            "notify.webhooks" => "addresses",
            "notify.commands" => "commands",
            "notify.events" => "events",
            _ => "patterns",
        };
        return [.. items.Where(i => i is not YamlScalarNode { Value: null or "" or "~" or "null" }).Select(i =>
            i is YamlScalarNode { Value: { } text } ? text : throw Invalid(i.Start.Line, $"'{key}' must be a list of {what}"))];
    }

    private int Readers(string value, YamlNode node) => Number(value, node) is >= 1 and <= MostReaders and var number
        ? (int)number
        : throw Invalid(node.Start.Line, $"'database.readers' must be auto, or a number from 1 to {MostReaders}");

    /// <summary>Variables are looked up when the server is needed. What is wrong with the address is said without repeating it.</summary>
    private string? Server(string value, YamlNode node)
    {
        if (value.Length == 0) return null;
        if (value == LiveSettings.Production) return value;
        if (DatabaseEngines.FileOf(value) is not null) throw Invalid(node.Start.Line, "branches.server is neither production nor a server's address");
        try
        {
            var address = ServerAddress.Parse(value, _ => "1");
            if (address.TypedPassword is not null) throw Invalid(node.Start.Line, "a password stands in branches.server; write ${NAME} for it");
            return address.Database is null ? value : throw Invalid(node.Start.Line, "branches.server names a database; it must be a server alone");
        }
        catch (DbVcException failure) when (failure.Code == "database.address")
        {
            throw Invalid(node.Start.Line, $"branches.server: {failure.Message.TrimEnd('.')}");
        }
    }

    private double Number(string value, YamlNode node) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
            ? number
            : throw Invalid(node.Start.Line, $"'{value}' is not a number");

    private double Share(string value, YamlNode node) =>
        Number(value, node) is <= 1 and var share ? share : throw Invalid(node.Start.Line, $"'{value}' is not between 0 and 1");

    private string Choice(string value, YamlNode node, params string[] choices) => choices.Contains(value) ? value : throw None(value, node, choices);

    private DbVcException None(string value, YamlNode node, IReadOnlyList<string> choices) =>
        Invalid(node.Start.Line, $"'{value}' is none of {string.Join(", ", choices)}", $"Allowed: {string.Join(", ", choices)}.");

    private DbVcException Invalid(long line, string problem, string hint = "Mend the line; db-vc config get lists every key with its value.") =>
        new(FailureKind.Usage, "config.invalid", $"The configuration is wrong: {problem}.", $"{path}:{line}", hint);
}
