using System.Globalization;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>The pipeline is fast enough and takes no more memory than it may, and neither got much worse since it was merged last.</summary>
public sealed class PerformanceGate : IGate
{
    private const double MostMargin = 0.9;
    private const double NoiseFactor = 3;
    private const double MemoryGrowth = 1.5;
    private const long SpareMemory = 64L << 20;

    public string Name => "performance";

    public GateResult Run(GateContext context)
    {
        if (context.WhyNotRunnable is { } why) return GateResult.NotRun(Name, why);
        var (run, thresholds, last) = (context.Ran, context.Thresholds, context.Subject.LastMerged);
        var speed = run.RowsPerSecond;
        var findings = new List<GateFinding>();
        var judged = run.Rows.Read >= thresholds.MinRowsToJudgeSpeed;
        if (judged && speed < thresholds.RowsPerSecond)
            findings.Add(new($"{Speed(speed)} were reached, {Speed(thresholds.RowsPerSecond)} are wanted.") { Rule = "performance.floor" });
        var compared = last is not null && Math.Min(run.Rows.Read, last.Rows) >= thresholds.MinRowsToCompareSpeed;
        // Only then is it known how much the same code differs from itself.
        var noise = compared ? context.Noise : null;
        var margin = Math.Clamp((noise ?? 0) * NoiseFactor, thresholds.SlowerThanMerged, MostMargin);
        if (compared && speed < last!.RowsPerSecond * (1 - margin))
        {
            findings.Add(new($"{Speed(speed)} were reached, the last merged run reached {Speed(last.RowsPerSecond)}; "
                + $"{UnitTestsGate.Percent(margin)} less would be tolerated.")
            { Rule = "performance.slower" });
        }

        AddMemory(findings, run.PeakMemory, thresholds, last);
        var evidence = new JsonObject
        {
            ["rowsPerSecond"] = Math.Round(speed, 1),
            ["rowsPerSecondWanted"] = thresholds.RowsPerSecond,
            ["rows"] = run.Rows.Read,
            ["judged"] = judged,
            ["compared"] = compared,
            ["noise"] = noise is { } spread ? Math.Round(spread, 4) : null,
            ["lastMergedRowsPerSecond"] = last is null ? null : Math.Round(last.RowsPerSecond, 1),
            ["peakMemory"] = run.PeakMemory,
            ["peakMemoryAllowed"] = thresholds.MemoryBytes,
            ["lastMergedPeakMemory"] = last?.PeakMemory,
        };
        var memory = run.PeakMemory == 0 ? "" : $", {Size(run.PeakMemory)}";
        return GateResult.Of(Name, (judged ? Speed(speed) : $"{Speed(speed)} (too few rows to judge)") + memory, findings, evidence);
    }

    private static void AddMemory(List<GateFinding> findings, long peak, GateThresholds thresholds, SpeedBaseline? last)
    {
        if (peak > thresholds.MemoryBytes)
            findings.Add(new($"{Size(peak)} of memory were taken, {Size(thresholds.MemoryBytes)} are allowed.") { Rule = "performance.memory" });
        if (last is { PeakMemory: > 0 } && peak > (last.PeakMemory * MemoryGrowth) + SpareMemory)
            findings.Add(new($"{Size(peak)} of memory were taken, the last merged run took {Size(last.PeakMemory)}.") { Rule = "performance.memory" });
    }

    private static string Speed(double rowsPerSecond) => rowsPerSecond.ToString("#,0", CultureInfo.InvariantCulture) + " rows/sec";

    private static string Size(long bytes) => (bytes / (double)(1 << 20)).ToString("#,0", CultureInfo.InvariantCulture) + " MiB";
}
