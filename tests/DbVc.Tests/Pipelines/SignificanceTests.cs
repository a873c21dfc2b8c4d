using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Tails against printed tables and closed forms.</summary>
public sealed class SignificanceTests
{
    /// <summary>Critical values of χ² as tables print them.</summary>
    [Theory]
    [InlineData(3.841458820694124, 1, 0.05)]
    [InlineData(6.634896601021213, 1, 0.01)]
    [InlineData(5.991464547107979, 2, 0.05)]
    [InlineData(7.814727903251179, 3, 0.05)]
    [InlineData(18.307038053275146, 10, 0.05)]
    [InlineData(124.34211340400407, 100, 0.05)]
    [InlineData(0, 4, 1)]
    public void The_tail_of_chi_square_is_that_of_the_tables(double statistic, int degrees, double p) =>
        Assert.Equal(p, Significance.ChiSquareTail(statistic, degrees), 1e-10);

    /// <summary>With an even number of degrees it is a sum of Poisson terms, with two of them e^(-x/2).</summary>
    [Fact]
    public void With_an_even_number_of_degrees_it_is_a_finite_sum()
    {
        foreach (var half in (int[])[1, 2, 5, 40, 500])
        {
            foreach (var x in (double[])[0.01, 0.5, 1, 3, 10, 60, 400, 900, 1300])
            {
                var (term, sum) = (Math.Exp(-x / 2), 0.0);
                for (var i = 0; i < half; i++, term *= x / 2 / i) sum += term;
                Assert.Equal(sum, Significance.ChiSquareTail(x, 2 * half), 1e-9);
            }
        }
    }

    /// <summary>Kolmogorov's distribution, from its alternating series; 1.358 and 1.628 are the critical values of tables.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 1)]
    [InlineData(0.5, 0.9639452436648751)]
    [InlineData(1, 0.26999967167735456)]
    [InlineData(1.3580986393225505, 0.05)]
    [InlineData(1.6276236115189504, 0.01)]
    [InlineData(40, 0)]
    public void The_tail_of_Kolmogorov_is_that_of_the_tables(double value, double p) => Assert.Equal(p, Significance.KolmogorovLimit(value), 1e-10);

    /// <summary>The exact critical values at 5 % for few values: 0.409 of 10, 0.294 of 20, 0.1340 of 100 (Miller, 1956); it is near.</summary>
    [Theory]
    [InlineData(10, 0.40925)]
    [InlineData(20, 0.29408)]
    [InlineData(100, 0.13403)]
    public void The_modification_of_Stephens_is_near_the_exact_values(int count, double distance) =>
        Assert.Equal(0.05, Significance.KolmogorovTail(distance, count), 0.001);

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1, 0.8413447460685429)]
    [InlineData(-1, 0.15865525393145707)]
    [InlineData(1.959963984540054, 0.975)]
    [InlineData(-10, 7.61985302416052e-24)]
    [InlineData(300, 1)]
    public void The_share_of_the_normal_distribution_is_that_of_the_tables(double z, double share) => Assert.Equal(share, Significance.NormalShare(z), 1e-14);
}
