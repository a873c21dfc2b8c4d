using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.Models;
using DbVc.Pipelines;
using DbVc.VersionControl;

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
          # Which gates are asked, in which order. A gate that is not named here is not asked, and every report says so.
          order: [syntax, lint, unit, integration, data-quality, performance, security, reversibility]
          # Smallest share of the generated code's lines and branches that its tests must run.
          line_coverage: 0.80
          branch_coverage: 0.60
          mutation_score: 0.60
          # Fewest rows per second that a pipeline must reach.
          rows_per_second: 500
          # How much slower than its last merged run, as a share, and how much memory it may take, in MiB.
          slower_than_merged: 0.5
          memory_mib: 1024
          # Share of the sample's records that the code may take otherwise than its metadata says.
          sample_differences: 0
          # Warnings of the lint gate that are tolerated.
          lint_warnings: 0
        agent:
          model: builtin
          # Limits of a task; agent create --limits says others for one. Answers, answers in a row that fail, refusals by gates, tokens, seconds, and records
          # that all executions read together (any, or a number).
          iterations: 40
          errors: 3
          repairs: 3
          tokens: 1000000
          wall_seconds: 900
          rows: any
          # How many tasks of a batch run at once (agent run): cores, or a number.
          jobs: cores
          # What a model at an address may see of the data: rows in one answer, columns that are shown (patterns with * and ?; none: every value is masked to
          # its shape), and columns that never are. Addresses, cards, accounts and the like are masked wherever they stand.
          show_rows: 20
          show_columns: []
          mask_columns: ["*mail*", "*phone*", "*mobile*", "*fax*", "*address*", "*street*", "*birth*", "*first*name*", "*last*name*", "*full*name*",
            "*surname*", "*ssn*", "*iban*", "*card*", "*passport*", "*tax*id*", "*national*id*", "*salary*", "*wage*", "*password*", "*secret*", "*token*"]
        llm:
          # Servers that answer for models, besides openai and anthropic, which need only a key in OPENAI_API_KEY or ANTHROPIC_API_KEY. agent.model, or
          # --model, then is NAME, or NAME/MODEL. Behind "key" stands the name of an environment variable, never the key. For example:
          #   work: {protocol: openai, base_url: "http://127.0.0.1:8000/v1", model: qwen, key: WORK_KEY}
          providers: {}
          # For one answer, and for the silence in the middle of one; how often a question is asked again; how long an answer may become.
          timeout_seconds: 300
          idle_seconds: 60
          retries: 5
          max_output_tokens: 16384
          # What models cost, in US dollars for a million tokens; * stands for the rest of a name. For example:
          #   work/*: {input: 0, output: 0}
          #   anthropic/claude-x: {input: 3, cached: 0.3, output: 15}
          prices: {}
          # How much may be spent: on a task, on one day, and in all. An answer that could go past it is not asked for.
          usd_per_task: any
          usd_per_day: any
          usd_in_all: any
          # Servers are connected to directly, unless a proxy is named here.
          proxy: ""
        gc:
          # Days for which gc keeps what an operation has left behind, so that it can be undone.
          retention_days: 30
        sources:
          # Hosts and networks at private addresses from which sources may be fetched: names, addresses, or networks such as 10.0.0.0/8.
          private-hosts: []
        notify:
          # Who is told of events: addresses that get a signed webhook, and commands that get the same on their standard input. ${NAME} in an address is an
          # environment variable; the secret of the signatures is in the one that is named here.
          webhooks: []
          commands: []
          events: [failed, ready, merged, rolled-back, request.opened, request.commented, request.approved, request.changes, request.merged]
          secret: DBVC_WEBHOOK_SECRET
        # bubblewrap, or none: then generated code runs unguarded, and every report says so in red.
        sandbox: bubblewrap

        """ + LiveDefaultText;

    private const string LiveDefaultText = """
        # Which tables are versioned, by patterns with * and ?. Nothing in include means all that exclude does not name; a table that is left out is
        # neither committed nor touched. Of a table in schema-only the definition is versioned, the rows are not.
        include: []
        exclude: []
        schema-only: []
        # none, or triggers: the live database writes down which rows change, so that a commit costs what changed.
        tracking: none
        database:
          # MySQL and MariaDB cannot write past triggers. With true those of a table are taken away for the moment in which a merge writes to it; they fire
          # for nobody then.
          pause-triggers: false
          # How many connections read tables of a PostgreSQL database at the same time: auto (as many as cores, at most 4), or a number.
          readers: auto
        branches:
          # Where the databases of branches may be made if the live one is on a server: production, or the address of another server. A password does not
          # stand here: write ${NAME} for an environment variable, or ?password_file=PATH.
          server: ""

        """;

    // Whatever a person writes about the live database has one of these in it.
    private static readonly string[] LiveWords = ["include", "exclude", "schema-only", "tracking", "database", "branches", "\\"];

    public IReadOnlyList<PolicyLine> Policies { get; init; } = [];

    public GateThresholds Gates { get; init; } = GateThresholds.Default;

    /// <summary>The gates that are asked, by name, in order.</summary>
    public IReadOnlyList<string> GateOrder { get; init; } = [.. GateRunner.All.Select(g => g.Name)];

    /// <summary>Who is told of what.</summary>
    public NotificationSettings Notifications { get; init; } = NotificationSettings.Default;

    public string Model { get; init; } = "builtin";

    /// <summary>Of a task that says no others.</summary>
    public AgentLimits Limits { get; init; } = AgentLimits.Default;

    /// <summary>How many tasks of a batch run at once; null for as many as the machine has cores.</summary>
    public int? Jobs { get; init; }

    /// <summary>Who answers for models that are asked over a network.</summary>
    public ModelSettings Llm { get; init; } = ModelSettings.Default;

    /// <summary>What a model at an address may see of the data.</summary>
    public DisclosureRules Disclosure { get; init; } = DisclosureRules.Default;

    /// <summary>How long gc keeps what only the operation log leads to.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Hosts and networks at private addresses from which sources may be fetched.</summary>
    public IReadOnlyList<string> PrivateHosts { get; init; } = [];

    /// <summary>What concerns the live database and where branches' databases may be made.</summary>
    public LiveSettings Live { get; init; } = LiveSettings.Default;

    /// <summary>False only when a person wrote <c>sandbox: none</c>.</summary>
    public bool Sandbox { get; init; } = true;

    /// <summary>Throws usage failure <c>config.invalid</c> with file, line and the keys that exist.</summary>
    public static Configuration Read(string path) => ReadText(path) is { } text ? Parse(text, path) : new Configuration();

    /// <summary>The settings of the live database alone. Every command needs them; where they still are as init wrote them nothing is parsed.</summary>
    public static LiveSettings ReadLive(string path)
    {
        if (ReadText(path) is not { } text) return LiveSettings.Default;
        var rest = text.Replace(LiveDefaultText, "", StringComparison.Ordinal).Split('\n').Where(line => !line.TrimStart().StartsWith('#'));
        return rest.Any(line => LiveWords.Any(word => line.Contains(word, StringComparison.Ordinal))) ? Parse(text, path).Live : LiveSettings.Default;
    }

    internal static Configuration Parse(string text, string path) => new ConfigurationReader(path).Read(text);

    /// <summary>Null where there is no file.</summary>
    internal static string? ReadText(string path)
    {
        return RegularFile.TryRead(path, followLink: true, MaxBytes, out var text) switch
        {
            null => System.Text.Encoding.UTF8.GetString(text).TrimStart('\uFEFF'),
            { Kind: FileProblemKind.Missing } => null,
            { } problem => throw new DbVcException(FailureKind.Failed, "config.unreadable", $"The configuration {problem.Text}.", path,
                "Make it a plain file that you may read."),
        };
    }
}
