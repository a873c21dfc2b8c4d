namespace DbVc.Pipelines;

/// <summary>How sure a count lets one be.</summary>
internal static class Confidence
{
    // The 97.5 % quantile of the normal distribution: 95 % between both ends.
    private const double Z = 1.959964;

    /// <summary>What counts as sure enough for a proposal: 16 values of 16, for example.</summary>
    public const double Enough = 0.8;

    /// <summary>
    /// The lower end of the score interval for a share (E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927).
    /// </summary>
    public static double Lower(long passed, long total)
    {
        if (total == 0) return 0;
        var share = (double)passed / total;
        var spread = Z * Math.Sqrt(((share * (1 - share)) + (Z * Z / (4 * total))) / total);
        return Math.Max(0, (share + (Z * Z / (2 * total)) - spread) / (1 + (Z * Z / total)));
    }
}
