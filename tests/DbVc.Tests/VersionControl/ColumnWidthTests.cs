using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Which change of a type narrows it, and which values have no place in the narrower one.</summary>
public sealed class ColumnWidthTests
{
    [Theory]
    [InlineData("VARCHAR(40)", "VARCHAR(3)", "abcd", "abc")]
    [InlineData("text", "varchar(2)", "日本語", "日本")]
    [InlineData("bigint", "integer", "2147483648", "-2147483648")]
    [InlineData("int", "smallint", "32768", "32767")]
    [InlineData("int unsigned", "int", "2147483648", "2147483647")]
    [InlineData("bigint unsigned", "bigint", "9223372036854775808", "9223372036854775807")]
    [InlineData("int", "int unsigned", "-1", "4294967295")]
    [InlineData("numeric(10,4)", "numeric(10,2)", "1.234", "1.2300")]
    [InlineData("numeric(12,2)", "numeric(8,2)", "1234567.00", "0123456.00")]
    [InlineData("numeric", "numeric(5,0)", "1.5", "12345")]
    [InlineData("text", "integer", "many", "12")]
    public void What_has_no_place_in_the_narrower_type_is_told_apart(string before, string after, string beyond, string within)
    {
        var width = ColumnWidth.Find(before, after);
        Assert.NotNull(width);
        Assert.True(width.Exceeds(Value.Text(beyond)));
        Assert.False(width.Exceeds(Value.Text(within)));
        Assert.False(width.Exceeds(Value.Null));
    }

    [Theory]
    [InlineData("integer", "interval")]
    [InlineData("text", "int4range")]
    [InlineData("integer[]", "integer")]
    [InlineData("VARCHAR(3)", "VARCHAR(40)")]
    [InlineData("int", "bigint")]
    [InlineData("numeric(8,2)", "numeric(12,4)")]
    [InlineData("", "TEXT")]
    [InlineData("TEXT", "TEXT")]
    [InlineData("point", "varchar(3)")]
    public void What_is_wider_or_unknown_narrows_nothing(string before, string after) => Assert.Null(ColumnWidth.Find(before, after));
}
