using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Runs the gates in order and gathers their report. A gate that breaks has not passed.</summary>
public sealed class GateRunner(TimeProvider time)
{
    /// <summary>All gates in the order in which they are run and shown.</summary>
    public static IReadOnlyList<IGate> All { get; } =
    [
        new SyntaxGate(), new LintGate(), new UnitTestsGate(), new IntegrationGate(), new DataQualityGate(), new PerformanceGate(), new SecurityGate(),
    ];

    /// <summary>Judges; every gate is asked, also after one refused, so that a report names everything at once.</summary>
    public GateReport Run(GateContext context, Action<GateSummary>? gateFinished = null, CancellationToken cancellation = default)
    {
        var started = time.GetUtcNow();
        var results = new List<GateResult>(All.Count);
        foreach (var gate in All)
        {
            cancellation.ThrowIfCancellationRequested();
            var begun = time.GetTimestamp();
            var result = Judge(gate, context) with { Seconds = Math.Round(time.GetElapsedTime(begun).TotalSeconds, 3) };
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
            return GateResult.Of(gate.Name, failure.Message, [new(message) { File = failure.Where, Rule = failure.Code }], []);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            var message = $"The gate itself failed ({failure.GetType().Name}).";
            return GateResult.Of(gate.Name, "the gate itself failed", [new(message) { Rule = "gate.broken" }], []);
        }
    }
}
