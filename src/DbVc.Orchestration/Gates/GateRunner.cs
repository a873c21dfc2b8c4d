using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Runs the gates in order and gathers their report. A gate that breaks has not passed.</summary>
public sealed class GateRunner
{
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<IGate> _gates;

    /// <param name="time">The clock.</param>
    /// <param name="order">The gates to ask, by name, in order; null for all.</param>
    public GateRunner(TimeProvider time, IReadOnlyList<string>? order = null)
        : this(time, order is null ? All : [.. order.Select(name => All.First(gate => gate.Name == name))])
    {
    }

    internal GateRunner(TimeProvider time, IReadOnlyList<IGate> gates) => (_time, _gates) = (time, gates);

    /// <summary>All gates in the order in which they are run and shown where nobody says otherwise.</summary>
    public static IReadOnlyList<IGate> All { get; } =
    [
        new SyntaxGate(), new LintGate(), new UnitTestsGate(), new IntegrationGate(), new DataQualityGate(), new PerformanceGate(), new SecurityGate(),
        new ReversibilityGate(),
    ];

    /// <summary>Whether a gate looks at rows that are loaded for it.</summary>
    internal static bool JudgesRows(string gate) => gate is "integration" or "data quality" or "performance" or "reversibility";

    /// <summary>A gate by its name, as people type it: <c>data-quality</c> is <c>data quality</c>. Throws usage failure <c>gate.missing</c>.</summary>
    public static string NameOf(string text) => All.FirstOrDefault(g => g.Name.Equals(text.Trim().Replace('-', ' '), StringComparison.OrdinalIgnoreCase))?.Name
        ?? throw new DbVcException(FailureKind.Usage, "gate.missing", $"There is no gate '{text}'.",
            hint: "Gates: " + string.Join(", ", All.Select(g => g.Name.Replace(' ', '-'))) + ".");

    /// <summary>Judges; every gate is asked, also after one refused, so that a report names everything at once.</summary>
    public GateReport Run(GateContext context, Action<GateSummary>? gateFinished = null, CancellationToken cancellation = default)
    {
        var started = _time.GetUtcNow();
        var results = new List<GateResult>(_gates.Count);
        foreach (var gate in _gates)
        {
            cancellation.ThrowIfCancellationRequested();
            var begun = _time.GetTimestamp();
            var result = Judge(gate, context) with { Seconds = Math.Round(_time.GetElapsedTime(begun).TotalSeconds, 3) };
            results.Add(result);
            gateFinished?.Invoke(result.ToSummary());
        }

        return GateReport.Of(context, started, results);
    }

    private static GateResult Judge(IGate gate, GateContext context)
    {
        try
        {
            return gate.Run(context);
        }
        catch (DbVcException failure)
        {
            var message = failure.Hint is null ? failure.Message : $"{failure.Message} {failure.Hint}";
            return GateResult.Of(gate.Name, failure.Message, [new(message) { File = failure.Where, Rule = failure.Code, Foreign = failure.Message }], []);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var message = $"The gate itself failed ({failure.GetType().Name}).";
            return GateResult.Of(gate.Name, "the gate itself failed", [new(message) { Rule = "gate.broken" }], []);
        }
    }
}
