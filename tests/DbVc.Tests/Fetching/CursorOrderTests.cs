using DbVc.Fetching;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>Which of two values of a cursor is further: a mistake here loses rows in silence.</summary>
public sealed class CursorOrderTests
{
    [Theory]
    [InlineData("9", "10")]
    [InlineData("\"9\"", "\"10\"")]
    [InlineData("\"999\"", "\"1000\"")]
    [InlineData("\"1.5\"", "\"1.50001\"")]
    [InlineData("\"2024-01-01T10:00:00Z\"", "\"2024-01-01T10:00:00.5Z\"")]
    [InlineData("\"2024-11-03T01:45:00-04:00\"", "\"2024-11-03T01:10:00-05:00\"")]
    [InlineData("\"2024-01-31\"", "\"2024-01-31 00:00:01\"")]
    [InlineData("\"01HV3\"", "\"01HV4\"")]
    [InlineData("1e300", "2e300")]
    public void The_first_comes_before_the_second(string first, string second)
    {
        Assert.True(CursorOrder.Compare(first, second, 1) < 0);
        Assert.True(CursorOrder.Compare(second, first, 1) > 0);
        Assert.Equal(0, CursorOrder.Compare(first, first, 1));
    }

    [Theory]
    [InlineData("\"10\"", "10")]
    [InlineData("\"31.01.2024\"", "\"01.02.2024\"")]
    [InlineData("\"Wed, 31 Jan 2024 10:00:00 GMT\"", "\"Thu, 01 Feb 2024 10:00:00 GMT\"")]
    [InlineData("\"2024-01-31 10:00:00\"", "\"2024-01-31 10:00:00Z\"")]
    public void What_has_no_order_is_refused(string first, string second) =>
        Assert.Equal("fetch.cursor", Assert.Throws<DbVcException>(() => CursorOrder.Compare(first, second, 1)).Code);
}
