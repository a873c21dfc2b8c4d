namespace DbVc.Pipelines;

/// <summary>How far a column is from a distribution.</summary>
public enum DistributionMeasure
{
    /// <summary>Σ p ln(p/q), in nats, from the shares expected (q) to those found (p), by Kullback and Leibler.</summary>
    KullbackLeibler,

    /// <summary>Σ (p − q)² / q, which is Pearson's χ² divided by the number of values; or the p-value of χ², one degree less than values.</summary>
    ChiSquare,

    /// <summary>Σ (p − q) ln(p/q), where no share counts less than 0.0001: the population stability index, as <c>no_drift</c> counts it.</summary>
    StabilityIndex,

    /// <summary>The greatest difference D of the distribution functions (Kolmogorov and Smirnov), or its p-value.</summary>
    KolmogorovSmirnov,
}

/// <summary>What a measure is called.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Name">As the parameter <c>measure</c> names it.</param>
/// <param name="Distances">What <c>max</c> bounds, in English, the one wording first.</param>
/// <param name="Probabilities">What <c>min_p</c> bounds; empty where there is no test.</param>
internal sealed record MeasureDefinition(DistributionMeasure Kind, string Name, string[] Distances, string[] Probabilities)
{
    public bool IsOfNumbers => Kind == DistributionMeasure.KolmogorovSmirnov;
}

/// <summary>All measures.</summary>
internal static class DistributionMeasures
{
    public static IReadOnlyList<MeasureDefinition> All { get; } =
    [
        new(DistributionMeasure.KullbackLeibler, "kl", ["kl divergence", "kullback leibler divergence"], []),
        new(DistributionMeasure.ChiSquare, "chi_square", ["chi square divergence"], ["chi square p value"]),
        new(DistributionMeasure.StabilityIndex, "psi", ["population stability index", "stability index", "psi"], []),
        new(DistributionMeasure.KolmogorovSmirnov, "ks", ["ks statistic", "kolmogorov smirnov statistic"], ["ks p value", "kolmogorov smirnov p value"]),
    ];

    public static MeasureDefinition Of(DistributionMeasure kind) => All.First(m => m.Kind == kind);
}
