using DbVc.Model;
using System.Text.Json.Nodes;

namespace DbVc.Orchestration;

/// <summary>What a gate says.</summary>
public enum GateDecision
{
    Passed,
    Failed,

    /// <summary>It could not judge because something before it failed.</summary>
    NotRun,
}

/// <summary>One gate's decision and what it rests on.</summary>
/// <param name="Name">The gate.</param>
/// <param name="Decision">Only <see cref="GateDecision.Passed"/> lets a branch through.</param>
/// <param name="Summary">One line.</param>
/// <param name="Findings">What it objects to; when it passed, remarks.</param>
/// <param name="Evidence">What was measured, by name.</param>
public sealed record GateResult(
    string Name, GateDecision Decision, string Summary, IReadOnlyList<GateFinding> Findings, JsonObject Evidence)
{
    /// <summary>Wall time, milliseconds exact.</summary>
    public double Seconds { get; init; }

    public bool Passed => Decision == GateDecision.Passed;

    /// <summary>Passed if there are no findings.</summary>
    public static GateResult Of(string name, string summary, IReadOnlyList<GateFinding> findings, JsonObject evidence) =>
        new(name, findings.Count == 0 ? GateDecision.Passed : GateDecision.Failed, summary, findings, evidence);

    public static GateResult NotRun(string name, string why) => new(name, GateDecision.NotRun, "not run: " + why, [], []);

    /// <summary>The decision as an agent and the live view see it.</summary>
    public GateSummary ToSummary() => new(Name, Passed, Seconds, Summary, Findings) { NotRun = Decision == GateDecision.NotRun };
}
