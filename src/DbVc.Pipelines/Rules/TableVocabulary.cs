namespace DbVc.Pipelines;

/// <summary>The rules about the whole table in their long form.</summary>
internal static class TableVocabulary
{
    private static readonly RuleParameter[] s_bounds =
    [
        new("min", RuleParameterKind.Value, Required: false), new("max", RuleParameterKind.Value, Required: false),
        new("equals", RuleParameterKind.Value, Required: false),
    ];

    private static readonly RuleParameter s_strict = new("strict", RuleParameterKind.Truth, Required: false);

    public static IEnumerable<RuleDefinition> All() =>
        [.. Sizes(), .. Statistics(), .. DistributionVocabulary.All(), .. Values(), .. Orders(), .. Structures()];

    private static IEnumerable<RuleDefinition> Sizes() =>
    [
        new("row_count", "The number of loaded rows lies within bounds.")
        {
            Aliases = ["number_of_rows"],
            Parameters = s_bounds,
            BuildTable = a => a.Bounds() is { } bounds ? new RowCountCheck(TableBoundsReader.RequireNumbers(bounds)) : null,
            Example = "\"min\": 1, \"max\": 10000",
            English = "row count must be between 1 and 10000",
        },
        new("row_count_change", "The number of loaded rows differs from that of the last merged run by a share of it at most.")
        {
            Parameters = [new("max", RuleParameterKind.Number)],
            BuildTable = a => a.Number("max") is { } share ? RowCountChangeCheck.Make(share) : null,
            Example = "\"max\": 0.5",
            English = "row count must be within 50 % of the last run",
        },
        new("columns", "The source has these columns; with `exact` no others, with `ordered` in this order.")
        {
            Parameters =
            [
                new("values", RuleParameterKind.Texts), new("exact", RuleParameterKind.Truth, Required: false),
                new("ordered", RuleParameterKind.Truth, Required: false),
            ],
            BuildTable = a => a.Texts("values") is { Count: > 0 } names ? new ColumnsCheck(names, a.IsTrue("exact"), a.IsTrue("ordered")) : null,
            Example = "\"values\": [\"id\", \"name\"]",
            English = "the source must have the columns 'id', 'name'",
        },
    ];

    private static IEnumerable<RuleDefinition> Statistics() =>
    [
        Measuring("column_min", ["min_value"], Statistic.Minimum, "The least value lies within bounds.", "minimum of age must be between 1 and 100"),
        Measuring("column_max", ["max_value"], Statistic.Maximum, "The greatest value lies within bounds.", "maximum of age must be between 1 and 100"),
        Measuring("column_sum", ["sum"], Statistic.Sum, "The sum, exact for decimals, lies within bounds.", "sum of age must be between 1 and 100"),
        Measuring("column_mean", ["mean", "average", "avg"], Statistic.Mean, "The mean, exact for decimals, lies within bounds.",
            "mean of age must be between 1 and 100"),
        Measuring("column_stdev", ["stdev", "standard_deviation"], Statistic.StandardDeviation,
            "The standard deviation of a sample (n - 1) lies within bounds.", "standard deviation of age must be between 1 and 100"),
        Measuring("column_median", ["median"], Statistic.Median, "The median lies within bounds; of more than a million values it is estimated.",
            "median of age must be between 1 and 100"),
        new("column_quantile", "A quantile, linear between two values, lies within bounds; of more than a million values it is estimated.")
        {
            Aliases = ["quantile"],
            Parameters = [new("quantile", RuleParameterKind.Number), .. s_bounds],
            BuildTableOf = (a, f) => a.Number("quantile") is { } share && a.Bounds() is { } bounds
                ? StatisticCheck.Make(f, Statistic.Quantile, bounds, share) : null,
            Example = "\"field\": \"age\", \"quantile\": 0.95, \"max\": 100",
            English = "quantile 0.95 of age must be at most 100",
        },
        Measuring("distinct_count", ["distinct_values"], Statistic.DistinctCount, "The number of different values lies within bounds.",
            "distinct count of age must be between 1 and 100"),
        Measuring("skewness", ["skew"], Statistic.Skewness, "How lopsided the values lie about their mean (g1), 0 where they lie evenly, lies within bounds.",
            "skewness of age must be between 1 and 100"),
        Measuring("entropy", [], Statistic.Entropy, "How evenly the values are spread, in bits, 0 where all are the same, lies within bounds.",
            "entropy of age must be between 1 and 100"),
        new("correlation", "How far two columns go together in a line (Pearson), -1 to 1, lies within bounds.")
        {
            Parameters = s_bounds,
            BuildTableOfGroup = (a, fields) => a.Bounds() is { } bounds ? CorrelationCheck.Make(fields, bounds) : null,
            Example = "\"fields\": [\"price\", \"total\"], \"min\": 0.8",
            English = "correlation of price with total must be at least 0.8",
        },
        Measuring("distinct_share", ["unique_share", "unique_proportion"], Statistic.DistinctShare,
            "Different values as a share of the values, 0 to 1, lie within bounds.", "distinct share of age must be between 1 and 100"),
    ];

    private static IEnumerable<RuleDefinition> Values() =>
    [
        new("most_common", "The most frequent value is one of some; of several that are, one is.")
        {
            Aliases = ["most_common_value"],
            Parameters = [new("values", RuleParameterKind.Values), new("ignore_case", RuleParameterKind.Truth, Required: false)],
            BuildTableOf = (a, f) => a.Operands("values") is { } values
                ? new MostCommonCheck(f, ConditionBuilder.InList(f, values, ignoresCase: a.IsTrue("ignore_case"))) : null,
            Example = "\"field\": \"status\", \"values\": [\"a\", \"b\"]",
            English = "most common value of status must be one of 'a', 'b'",
        },
        new("not_constant", "There are two different values at least.")
        {
            BuildTableOf = (_, f) => new NotConstantCheck(f),
            Example = "\"field\": \"status\"",
            English = "status must not be constant",
        },
        new("freshness", "The newest date or timestamp is at most so old when the rows are judged: minutes, hours, days or weeks.")
        {
            Aliases = ["recency"],
            Parameters = [new("max_age", RuleParameterKind.Text)],
            BuildTableOf = (a, f) => a.Age("max_age") is { } age ? FreshnessCheck.Make(f, age) : null,
            Example = "\"field\": \"seen_at\", \"max_age\": \"2 days\"",
            English = "newest value of seen_at must be at most 2 days old",
        },
        new("every_period", "From the first value to the last every so many hours, days or weeks hold one; weeks begin on Monday.")
        {
            Aliases = ["every_n_datepart"],
            Parameters = [new("every", RuleParameterKind.Text)],
            BuildTableOf = (a, f) => a.Age("every") is { } every ? EveryPeriodCheck.Make(f, every) : null,
            Example = "\"field\": \"seen_at\", \"every\": \"1 day\"",
            English = "seen_at must have a value in every 1 day",
        },
        new("no_drift", "The column is what it was in the last merged run: nulls, different values, range and distribution (population stability index).")
        {
            BuildTableOf = (_, f) => new DriftCheck(f),
            Example = "\"field\": \"status\"",
            English = "status must not drift from the last run",
        },
        new("z_score", "No value is further from the mean than so many standard deviations; judged from `min_rows` values on, 30 when left out.")
        {
            Aliases = ["outliers"],
            Parameters = [new("threshold", RuleParameterKind.Number), new("min_rows", RuleParameterKind.Number, Required: false)],
            BuildTableOf = (a, f) => a.Number("threshold") is { } threshold
                ? OutlierCheck.Make(f, threshold, (long)Math.Clamp(a.Number("min_rows") ?? OutlierCheck.UsualRows, 0, OutlierCheck.MostRows)) : null,
            Example = "\"field\": \"age\", \"threshold\": 3",
            English = "age must be within 3 standard deviations of its mean",
        },
    ];

    private static IEnumerable<RuleDefinition> Orders() =>
    [
        Ordering("increasing", ["ascending"], ValueOrder.Increasing, "No value is less than the one in a record before; with `strict` none is equal."),
        Ordering("decreasing", ["descending"], ValueOrder.Decreasing, "No value is greater than the one in a record before; with `strict` none is equal."),
        new("sequential", "Each whole number is the one before and one more.")
        {
            Aliases = ["consecutive"],
            BuildTableOf = (_, f) => OrderCheck.Make(f, ValueOrder.Sequential, strict: true),
            Example = "\"field\": \"age\"",
            English = "age must be sequential",
        },
    ];

    private static IEnumerable<RuleDefinition> Structures() =>
    [
        new("acyclic", "Following the field, which names the record's parent by the `key`, never leads back to the record.")
        {
            Aliases = ["no_cycles", "acyclic_parent"],
            Parameters = [new("key", RuleParameterKind.Text)],
            BuildTableOf = (a, f) => a.Field("key") is { } key ? AcyclicCheck.Make(f, key) : null,
            Example = "\"field\": \"quantity\", \"key\": \"id\"",
            English = "quantity must be acyclic over id",
        },
        Periods("mutually_exclusive_ranges", ["no_overlaps"], "Periods from the first field up to, and without, the second do not overlap where the fields of "
            + "`by` are equal; NULL is no end.", gapless: false, "start_date to end_date must not overlap for each email"),
        Periods("no_gaps", [], "Between two such periods that follow each other there is no gap.", gapless: true,
            "start_date to end_date must have no gaps for each email"),
    ];

    private static RuleDefinition Periods(string name, string[] aliases, string summary, bool gapless, string english) => new(name, summary)
    {
        Aliases = aliases,
        Parameters = [new("by", RuleParameterKind.Texts, Required: false)],
        BuildTableOfGroup = (a, fields) => a.FieldsOf("by") is { } by ? PeriodCheck.Make(fields, by, gapless) : null,
        Example = "\"fields\": [\"start_date\", \"end_date\"], \"by\": [\"email\"]",
        English = english,
    };

    private static RuleDefinition Measuring(string name, string[] aliases, Statistic statistic, string summary, string english) => new(name, summary)
    {
        Aliases = aliases,
        Parameters = s_bounds,
        BuildTableOf = (a, f) => a.Bounds() is { } bounds ? StatisticCheck.Make(f, statistic, bounds) : null,
        Example = "\"field\": \"age\", \"min\": 1, \"max\": 100",
        English = english,
    };

    private static RuleDefinition Ordering(string name, string[] aliases, ValueOrder order, string summary) => new(name, summary)
    {
        Aliases = aliases,
        Parameters = [s_strict],
        BuildTableOf = (a, f) => OrderCheck.Make(f, order, a.IsTrue("strict")),
        Example = "\"field\": \"age\", \"strict\": true",
        English = $"age must be strictly {name}",
    };
}
