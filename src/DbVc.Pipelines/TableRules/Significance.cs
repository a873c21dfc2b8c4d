namespace DbVc.Pipelines;

/// <summary>How likely a deviation is by chance alone: tails of the distributions of test statistics.</summary>
internal static class Significance
{
    private const int MostTerms = 100_000;
    private const double Precision = 1e-16;

    // From here on the alternating series of Kolmogorov's distribution converges within a few terms, and before it the other one does.
    private const double Turn = 1.18;

    // Lanczos' approximation with g = 7 and nine coefficients (Godfrey), good to 15 digits.
    private static readonly double[] s_lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
        -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>P(χ² ≥ <paramref name="statistic"/>) with that many degrees of freedom: Q(k/2, x/2), the regularized upper incomplete gamma function.</summary>
    public static double ChiSquareTail(double statistic, int degrees) => UpperGamma(degrees / 2.0, statistic / 2);

    /// <summary>
    /// P(D ≥ <paramref name="distance"/>) for <paramref name="count"/> values: Kolmogorov's limiting distribution at (√n + 0.12 + 0.11/√n)·D, the
    /// modification of Stephens ("Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive tables", 1970).
    /// </summary>
    public static double KolmogorovTail(double distance, long count)
    {
        var root = Math.Sqrt(count);
        return KolmogorovLimit((root + 0.12 + (0.11 / root)) * distance);
    }

    /// <summary>P(K ≥ <paramref name="value"/>) of Kolmogorov's limiting distribution.</summary>
    public static double KolmogorovLimit(double value)
    {
        if (value <= 0) return 1;
        var sum = 0.0;
        if (value >= Turn)
        {
            for (var k = 1; k <= 20; k++) sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * value * value);
            return sum;
        }

        for (var k = 1; k <= 20; k++) sum += Math.Exp(-((2 * k) - 1) * ((2 * k) - 1) * Math.PI * Math.PI / (8 * value * value));
        return 1 - (Math.Sqrt(2 * Math.PI) / value * sum);
    }

    /// <summary>The share of a standard normal distribution up to <paramref name="z"/>: erf(x) is P(½, x²).</summary>
    public static double NormalShare(double z)
    {
        var tail = UpperGamma(0.5, z * z / 2) / 2;
        return z > 0 ? 1 - tail : tail;
    }

    /// <summary>Q(a, x): one minus its series below a + 1, else its continued fraction by Lentz' method (Numerical Recipes, §6.2).</summary>
    private static double UpperGamma(double a, double x)
    {
        if (x <= 0) return 1;
        if (double.IsInfinity(x)) return 0;
        var scale = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        return x < a + 1 ? 1 - (scale * LowerSeries(a, x)) : scale * UpperFraction(a, x);
    }

    private static double LowerSeries(double a, double x)
    {
        var term = 1 / a;
        var sum = term;
        for (var n = 1; n < MostTerms && term > sum * Precision; n++)
        {
            term *= x / (a + n);
            sum += term;
        }

        return sum;
    }

    private static double UpperFraction(double a, double x)
    {
        const double Tiny = 1e-300;
        var b = x + 1 - a;
        var c = 1 / Tiny;
        var d = 1 / b;
        var fraction = d;
        for (var i = 1; i < MostTerms; i++)
        {
            var factor = -i * (i - a);
            b += 2;
            d = 1 / NotZero((factor * d) + b, Tiny);
            c = NotZero(b + (factor / c), Tiny);
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) <= 4 * Precision) break;
        }

        return fraction;
    }

    private static double NotZero(double value, double tiny) => Math.Abs(value) < tiny ? tiny : value;

    private static double LogGamma(double a)
    {
        var sum = s_lanczos[0];
        for (var i = 1; i < s_lanczos.Length; i++) sum += s_lanczos[i] / (a - 1 + i);
        var t = a + 6.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((a - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}
