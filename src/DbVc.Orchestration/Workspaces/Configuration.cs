using System.Globalization;
using DbVc.Model;
using DbVc.Pipelines;
using DbVc.VersionControl;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DbVc.Orchestration;

/// <summary>
/// What <c>.db-version-control/config.yaml</c> says. Written by people only; never versioned with a branch,
/// so a branch cannot change the rules it is judged by.
/// </summary>
public sealed record Configuration
{
    private const long MaxBytes = 1024 * 1024;

    /// <summary>The file as init writes it: every key with its default.</summary>
    public const string DefaultText = """
        # How this repository behaves. People change this file; no branch can.
        merge:
          # What happens when both sides gave one cell different values:
          # conflict (default), delta, max, min, union, source, target, latest or strict;
          # rekey for a key column of integers. For example:
          #   stock.quantity: delta
          #   posts.tags: union(;)
          policies: {}
        gates:
          # Smallest share of the generated code's lines and branches that its tests must run.
          line_coverage: 0.80
          branch_coverage: 0.60
          # Fewest rows per second that a pipeline must reach.
          rows_per_second: 500
        agent:
          model: builtin
          iterations: 40
          wall_seconds: 900
        gc:
          # Days for which gc keeps what an operation has left behind, so that it can be undone.
          retention_days: 30
        # bubblewrap, or none: then generated code runs unguarded, and every report says so in red.
        sandbox: bubblewrap

        """;

    public IReadOnlyList<PolicyLine> Policies { get; init; } = [];

    public GateThresholds Gates { get; init; } = GateThresholds.Default;

    public string Model { get; init; } = "builtin";

    public int AgentIterations { get; init; } = 40;

    public TimeSpan AgentWallTime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long gc keeps what only the operation log leads to.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>False only when a person wrote <c>sandbox: none</c>.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>Throws usage failure <c>config.invalid</c> with file, line and the keys that exist.</summary>
    public static Configuration Read(string path)
    {
        return RegularFile.TryRead(path, followLink: true, MaxBytes, out var text) switch
        {
            null => new Reader(path).Read(System.Text.Encoding.UTF8.GetString(text).TrimStart('\uFEFF')),
            { Kind: FileProblemKind.Missing } => new Configuration(),
            { } problem => throw new DbVcException(FailureKind.Failed, "config.unreadable", $"The configuration {problem.Text}.", path,
                "Make it a plain file that you may read."),
        };
    }

    private sealed class Reader(string path)
    {
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
            if (key is "merge" or "gates" or "agent" or "gc") ReadSection(key + ".", node);
            else if (key == "merge.policies") _result = _result with { Policies = ReadPolicies(node) };
            else if (node is not YamlScalarNode { Value: { } value }) throw Invalid(node.Start.Line, $"'{key}' must be a single value");
            else
            {
                _result = key switch
                {
                    "gates.line_coverage" => _result with { Gates = _result.Gates with { LineCoverage = Share(value, node) } },
                    "gates.branch_coverage" => _result with { Gates = _result.Gates with { BranchCoverage = Share(value, node) } },
                    "gates.rows_per_second" => _result with { Gates = _result.Gates with { RowsPerSecond = Number(value, node) } },
                    "agent.model" => _result with { Model = value },
                    "agent.iterations" => _result with { AgentIterations = (int)Math.Min(Number(value, node), 1000) },
                    "agent.wall_seconds" => _result with { AgentWallTime = TimeSpan.FromSeconds(Math.Min(Number(value, node), 86_400)) },
                    "gc.retention_days" => _result with { Retention = TimeSpan.FromDays(Math.Min(Number(value, node), 36_500)) },
                    "sandbox" => _result with { Sandbox = Choice(value, node, "bubblewrap", "none") == "bubblewrap" },
                    _ => throw Invalid(node.Start.Line, $"there is no key '{key}'"),
                };
            }
        }

        private List<PolicyLine> ReadPolicies(YamlNode node)
        {
            if (node is not YamlMappingNode map) throw Invalid(node.Start.Line, "'merge.policies' must be TABLE.COLUMN: POLICY lines");
            var lines = map.Children.Select(c => new PolicyLine($"{c.Key}={c.Value}", $"{path}:{c.Key.Start.Line}")).ToList();
            MergePolicies.Parse(lines);
            return lines;
        }

        private double Number(string value, YamlNode node) =>
            double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
                ? number
                : throw Invalid(node.Start.Line, $"'{value}' is not a number");

        private double Share(string value, YamlNode node) =>
            Number(value, node) is <= 1 and var share ? share : throw Invalid(node.Start.Line, $"'{value}' is not between 0 and 1");

        private string Choice(string value, YamlNode node, params string[] choices) =>
            choices.Contains(value) ? value : throw Invalid(node.Start.Line, $"'{value}' is none of {string.Join(", ", choices)}");

        private DbVcException Invalid(long line, string problem) => new(FailureKind.Usage, "config.invalid", $"The configuration is wrong: {problem}.",
            where: $"{path}:{line}", hint: "Keys: merge.policies, gates.line_coverage, gates.branch_coverage, gates.rows_per_second, "
                + "agent.model, agent.iterations, agent.wall_seconds, gc.retention_days, sandbox.");
    }
}
