using DbVc.Commands;
using DbVc.Model;
using DbVc.Orchestration;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Exact numbers that an engine holds as the text of their digits: how they are shown, and how a person names them in a key.</summary>
public sealed class ExactNumberTests
{
    [Theory]
    [InlineData("122.00", true, "122.00")]
    [InlineData("-0.10", true, "-0.10")]
    [InlineData("122.00", false, "'122.00'")]
    [InlineData(" 5", true, "' 5'")]
    [InlineData("", true, "''")]
    [InlineData("NULL", true, "'NULL'")]
    [InlineData("NaN", true, "NaN")]
    [InlineData("word", false, "word")]
    public void Text_of_a_column_of_numbers_stands_bare_where_it_is_a_number(string text, bool isNumber, string shown) =>
        Assert.Equal(shown, Shown.Cell(Value.Text(text), isNumber));

    [Theory]
    [InlineData("numeric(9,2)", "5", "5.00")]
    [InlineData("numeric(9,2)", "5.0", "5.00")]
    [InlineData("numeric(9,2)", "5.00", "5.00")]
    [InlineData("decimal(9,2)", "-0.5", "-0.50")]
    [InlineData("DECIMAL(10, 3)", "1e1", "10.000")]
    [InlineData("numeric", "5.10", "5.10")]
    [InlineData("numeric", "5", "5.00")]
    [InlineData("numeric", "5.00", "5")]
    [InlineData("numeric", "-1e1", "-10.0")]
    [InlineData("numeric", "0.123", "0.123000000000")]
    [InlineData("bigint(20) unsigned", "18446744073709551615", "18446744073709551615")]
    [InlineData("bit(3)", "101", "101")]
    public void A_key_that_is_kept_as_digits_is_found_by_its_number(string type, string typed, string kept)
    {
        var (table, encoder) = TableWith(type);
        var stored = encoder.EncodeKey([Value.Text(kept)]);
        Assert.True(KeyParser.Parse(table, typed, encoder, key => key.Span.SequenceEqual(stored)).Span.SequenceEqual(stored));
    }

    [Theory]
    [InlineData("integer", "5", 5)]
    [InlineData("NUMERIC(9,2)", "5", 5)]
    [InlineData("", "5", 5)]
    public void What_is_there_as_a_number_stays_a_number(string type, string typed, long kept)
    {
        var (table, encoder) = TableWith(type);
        var stored = encoder.EncodeKey([Value.Integer(kept)]);
        Assert.True(KeyParser.Parse(table, typed, encoder, _ => false).Span.SequenceEqual(stored));
        Assert.True(KeyParser.Parse(table, typed, encoder, _ => true).Span.SequenceEqual(stored));
    }

    [Fact]
    public void Of_5_001_in_two_places_nothing_is_made()
    {
        var (table, encoder) = TableWith("numeric(9,2)");
        Assert.DoesNotContain(KeyParser.Meanings(table, ["5.001"], encoder), key => key.Span.SequenceEqual(encoder.EncodeKey([Value.Text("5.00")])));
    }

    [Fact]
    public void Of_5_001_in_any_scale_no_other_number_is_made()
    {
        var (table, encoder) = TableWith("numeric");
        Assert.DoesNotContain(KeyParser.Meanings(table, ["5.001"], encoder), key => key.Span.SequenceEqual(encoder.EncodeKey([Value.Text("5.00")])));
    }

    private static (TableSchema Table, TableEncoder Encoder) TableWith(string type)
    {
        var table = new TableSchema
        {
            Name = "t",
            Columns = [new Column { Id = 1, Name = "k", DeclaredType = type }],
            PrimaryKey = ["k"],
            Sql = "",
        };
        return (table, new TableEncoder(table));
    }
}
