using System.Globalization;

namespace DbVc.Orchestration;

/// <summary>What models cost, for one task, model or month.</summary>
/// <param name="Name">Of it.</param>
/// <param name="Answers">How many were asked for.</param>
/// <param name="Reused">Answers of before that did instead; they are none of those.</param>
/// <param name="Saved">US dollars that they cost then.</param>
/// <param name="Unsettled">Those of them whose end nobody saw; they count at their most.</param>
/// <param name="Usd">US dollars, of those with a known price.</param>
/// <param name="Unpriced">Those of them whose model has no price.</param>
public sealed record CostLine(
    string Name, int Answers, int Reused, decimal Saved, int Unsettled, long Input, long Cached, long Output, decimal Usd, int Unpriced);

/// <summary>What models cost.</summary>
public sealed record CostReport(CostLine Total, IReadOnlyList<CostLine> Tasks, IReadOnlyList<CostLine> Models, IReadOnlyList<CostLine> Months);

/// <summary>Sums up what models cost.</summary>
public sealed class CostDesk
{
    private readonly WorkspaceContext _context;

    internal CostDesk(WorkspaceContext context) => _context = context;

    /// <summary>All answers that were ever asked for, by task, model and month (UTC).</summary>
    public CostReport Report()
    {
        var entries = _context.Costs.Read();
        return new CostReport(Sum("all", entries), By(entries, e => e.Task), By(entries, e => e.Model),
            By(entries, e => e.Time.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)));
    }

    private static List<CostLine> By(IEnumerable<CostEntry> entries, Func<CostEntry, string> key) =>
        [.. entries.GroupBy(key).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => Sum(g.Key, [.. g]))];

    private static CostLine Sum(string name, IReadOnlyList<CostEntry> entries) => new(name,
        entries.Count(e => e.Saved is null), entries.Count(e => e.Saved is not null), entries.Sum(e => e.Saved ?? 0), entries.Count(e => !e.IsSettled),
        entries.Sum(e => e.Input), entries.Sum(e => e.Cached), entries.Sum(e => e.Output), entries.Sum(e => e.Usd ?? 0), entries.Count(e => e.Usd is null));
}
