using System.Diagnostics;

namespace DbVc.SystemTests;

/// <summary>
/// How long the clients' transactions took while nothing else happened, beside a program that only takes a core, and while a merge or a rollback ran; one
/// run, one machine. What the second has over the first, a merge would cost if it held no lock at all.
/// </summary>
internal sealed class WriterTimes
{
    private readonly List<double> _quiet;
    private readonly List<double> _burned;
    private readonly List<double> _during;

    /// <param name="writers">The clients.</param>
    /// <param name="story">What happened meanwhile.</param>
    /// <param name="burnedFrom">When the other program began.</param>
    /// <param name="busyFrom">When it had ended and the story began.</param>
    public WriterTimes(IEnumerable<BankWriter> writers, BankStory story, long burnedFrom, long busyFrom)
    {
        var all = writers.SelectMany(w => w.Times).ToList();
        _quiet = Sort(all.Where(t => t.Ended < burnedFrom));
        _burned = Sort(all.Where(t => t.Begun >= burnedFrom && t.Ended < busyFrom));
        _during = Sort(all.Where(t => story.Publishing.Any(p => t.Begun < p.Ended && t.Ended > p.Begun)));
    }

    /// <summary>The 99th percentile during merges in relation to that without.</summary>
    public double Ratio => At(_during, 0.99) / At(_quiet, 0.99);

    public override string ToString() =>
        $"milliseconds of a transaction, half / 99 of 100 / longest: quiet {Tell(_quiet)}, beside a busy core {Tell(_burned)}, during merges {Tell(_during)}, "
            + FormattableString.Invariant($"ratio {Ratio:0.00}, to that beside a busy core {At(_during, 0.99) / At(_burned, 0.99):0.00}");

    private static List<double> Sort(IEnumerable<(long Begun, long Ended)> times) =>
        [.. times.Select(t => Stopwatch.GetElapsedTime(t.Begun, t.Ended).TotalMilliseconds).Order()];

    private static double At(List<double> sorted, double share) => sorted.Count == 0 ? 0 : sorted[(int)((sorted.Count - 1) * share)];

    private static string Tell(List<double> sorted) => FormattableString.Invariant($"{At(sorted, 0.5):0.0} / {At(sorted, 0.99):0.0} / {At(sorted, 1):0.0}");
}
