namespace DbVc.Pipelines;

/// <summary>The rules that compare a column with a distribution that somebody wrote down, in their long form.</summary>
internal static class DistributionVocabulary
{
    private const string Shares = "\"field\": \"status\", \"expected\": {\"new\": 0.5, \"paid\": 0.3, \"shipped\": 0.2}";
    private const string SharesInEnglish = "distribution of status must be near new 50 %, paid 30 %, shipped 20 %";

    private static readonly RuleParameter s_expected = new("expected", RuleParameterKind.Distribution);
    private static readonly RuleParameter s_max = new("max", RuleParameterKind.Number, Required: false);
    private static readonly RuleParameter s_minP = new("min_p", RuleParameterKind.Number, Required: false);

    public static IEnumerable<RuleDefinition> All() =>
    [
        new("distribution", "The values are distributed as `expected` says, by the `measure` `kl`, `chi_square`, `psi` or `ks`, as the four rules below.")
        {
            Parameters = [s_expected, new("measure", RuleParameterKind.Measure), s_max, s_minP],
            BuildTableOf = (a, f) => a.Measure("measure") is { } measure ? a.Distribution(f, measure) : null,
            Example = Shares + ", \"measure\": \"psi\", \"max\": 0.1",
            English = SharesInEnglish,
        },
        Measuring(DistributionMeasure.KullbackLeibler, "kl_divergence", ["kl"], "The divergence of the shares found (p) from those expected (q), "
            + "Σ p ln(p/q), is at most `max`; a value that is not expected makes it infinite.", Shares + ", \"max\": 0.1",
            SharesInEnglish + " with a kl divergence of at most 0.1"),
        Measuring(DistributionMeasure.ChiSquare, "chi_square", ["chi_square_test"], "The p-value of Pearson's χ² test is at least `min_p`, or "
            + "χ² divided by the number of values, Σ (p − q)² / q, is at most `max`; a value that is not expected breaks it.", Shares + ", \"min_p\": 0.05",
            SharesInEnglish + " with a chi square p value of at least 0.05"),
        Measuring(DistributionMeasure.StabilityIndex, "psi", ["population_stability_index"], "The population stability index, Σ (p − q) ln(p/q), is at most "
            + "`max`; no share counts less than 0.0001, and all values that are not expected are one.", Shares + ", \"max\": 0.1",
            SharesInEnglish + " with a population stability index of at most 0.1"),
        Measuring(DistributionMeasure.KolmogorovSmirnov, "ks", ["ks_test", "kolmogorov_smirnov"], "The greatest difference D between the share of values up to "
            + "a number and the expected one is at most `max`, or its p-value is at least `min_p`; of more than a million values a million are drawn. Expected "
            + "is a `normal` distribution (`mean`, `sd`), a `uniform` one (`min`, `max`), or evenly spaced `quantiles`.",
            "\"field\": \"price\", \"expected\": {\"normal\": {\"mean\": 10, \"sd\": 2}}, \"max\": 0.05",
            "distribution of price must be near normal of mean 10 and standard deviation 2 with a ks statistic of at most 0.05"),
    ];

    private static RuleDefinition Measuring(DistributionMeasure kind, string name, string[] aliases, string summary, string example, string english)
    {
        var measure = DistributionMeasures.Of(kind);
        return new RuleDefinition(name, summary)
        {
            Aliases = aliases,
            Parameters = measure.Probabilities.Length == 0 ? [s_expected, s_max with { Required = true }] : [s_expected, s_max, s_minP],
            BuildTableOf = (a, f) => a.Distribution(f, measure),
            Example = example,
            English = english,
        };
    }
}
