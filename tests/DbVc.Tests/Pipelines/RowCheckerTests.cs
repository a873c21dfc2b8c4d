using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class RowCheckerTests
{
    private const string Fields = """
        "id": {"type": "integer", "primary_key": true}, "name": {"type": "string", "nullable": false, "max_length": 5}, "price": "decimal", "rate": "float",
        "active": "boolean", "on": "date", "at": "timestamp", "quantity": "integer"
        """;

    /// <summary>A rule, a row as (id, name, price, rate, active, on, at, quantity), and the rule that is broken or null.</summary>
    public static TheoryData<string, object?[], string?> Rows => new()
    {
        { "id > 0", Row(id: 1L, name: "a"), null },
        { "id > 0", Row(id: -1L, name: "a"), "id:range" },
        { "id > 0", Row(id: null, name: "a"), "id:not_null" },
        { "id > 0", Row(id: 1L, name: "abcdef"), "name:max_length" },
        { "id > 0", Row(id: 1L, name: "äöüäö"), null },
        { "id > 0", Row(id: 1L, name: null), "name:not_null" },
        { "id > 0", Row(id: "1", name: "a"), "id:type" },
        { "id > 0", Row(id: 1L, price: "1.50", name: "a"), "price:type" },
        { "id > 0", Row(id: 1L, price: 1.5, name: "a"), "price:type" },
        { "id > 0", Row(id: 1L, rate: double.NaN, name: "a"), "rate:type" },
        { "id > 0", Row(id: 1L, rate: 1L, name: "a"), "rate:type" },
        { "id > 0", Row(id: 1L, active: 2L, name: "a"), "active:type" },
        { "id > 0", Row(id: 1L, on: "2024-02-30", name: "a"), "on:type" },
        { "id > 0", Row(id: 1L, on: "2024/02/28", name: "a"), "on:type" },
        { "id > 0", Row(id: 1L, at: "2024-01-31T10:00:00", name: "a"), "at:type" },
        { "id > 0", Row(id: 1L, name: new byte[] { 0xFF }), "name:type" },
        { "price > 1.5", Row(id: 1L, price: "1.5", name: "a"), "price:range" },
        { "price > 1.5", Row(id: 1L, price: "1.51", name: "a"), null },
        { "price > 1.5", Row(id: 1L, price: null, name: "a"), null },
        { "rate <= 0.3", Row(id: 1L, rate: 0.1 + 0.2, name: "a"), "rate:range" },
        { "rate must equal quantity * 0.1", Row(id: 1L, rate: 0.1 * 3, quantity: 3L, name: "a"), null },
        { "rate must equal quantity * 0.1", Row(id: 1L, rate: 0.31, quantity: 3L, name: "a"), ":expression" },
        { "price = quantity * 2", Row(id: 1L, price: "6", quantity: 3L, name: "a"), null },
        { "price = quantity * 2", Row(id: 1L, price: "6.01", quantity: 3L, name: "a"), ":expression" },
        { "price = quantity * 2", Row(id: 1L, price: "6.01", quantity: null, name: "a"), null },
        { "quantity * quantity * quantity > 0", Row(id: 1L, quantity: long.MaxValue, name: "a"), null },
        { "quantity * quantity * quantity > 0", Row(id: 1L, quantity: long.MinValue, name: "a"), "quantity:expression" },
        { "price / quantity <= 2", Row(id: 1L, price: "6", quantity: 3L, name: "a"), null },
        { "price / quantity <= 2", Row(id: 1L, price: "6.01", quantity: 3L, name: "a"), ":expression" },
        { "price / quantity <= 2", Row(id: 1L, price: "6.01", quantity: 0L, name: "a"), null },
        { "price / quantity <= 2", Row(id: 1L, price: "6.01", quantity: null, name: "a"), null },
        { "price / quantity not between 1 and 2", Row(id: 1L, price: "6", quantity: 0L, name: "a"), null },
        { "price / quantity = 0.3333333333333333333333333333", Row(id: 1L, price: "1", quantity: 3L, name: "a"), null },
        { "price / (quantity - 1) > 5", Row(id: 1L, price: "1", quantity: 1L, name: "a"), null },
        { "price / (quantity - 1) > 5", Row(id: 1L, price: "1", quantity: 2L, name: "a"), ":expression" },
        { "rate / quantity > 1", Row(id: 1L, rate: 1.5, quantity: 0L, name: "a"), null },
        { "rate / quantity > 1", Row(id: 1L, rate: 1.5, quantity: 2L, name: "a"), ":expression" },
        { "price / quantity > 1 or id > 5", Row(id: 1L, price: "1", quantity: 0L, name: "a"), null },
        { "price / quantity > 1 and quantity > 5", Row(id: 1L, price: "1", quantity: 0L, name: "a"), ":expression" },
        { "quantity is required if price / id > 1", Row(id: 0L, price: "1", quantity: null, name: "a"), null },
        { "quantity is required if price / id > 1", Row(id: 1L, price: "2", quantity: null, name: "a"), ":expression" },
        { "id between quantity and price", Row(id: 9L, price: "5", quantity: null, name: "a"), ":expression" },
        { "at on or after `on`", Row(id: 1L, at: "2024-01-31 00:00:00", on: "2024-01-31", name: "a"), null },
        { "at on or after `on`", Row(id: 1L, at: "2024-01-30 23:59:59", on: "2024-01-31", name: "a"), ":expression" },
        { "active must be true", Row(id: 1L, active: 0L, name: "a"), "active:expression" },
        { "name must be one of 'a', 'b'", Row(id: 1L, name: "c"), "name:one_of" },
        { "name must not be one of 'a', 'b'", Row(id: 1L, name: "b"), "name:not_one_of" },
        { "quantity must be one of 1, 2", Row(id: 1L, quantity: 3L, name: "a"), "quantity:one_of" },
        { "name must match /[a-z]+/", Row(id: 1L, name: "A"), "name:matches" },
        { "name must start with 'b'", Row(id: 1L, name: "a"), "name:starts_with" },
        { "name must not contain 'b'", Row(id: 1L, name: "abc"), "name:expression" },
        { "name must be given", Row(id: 1L, name: "  "), "name:required" },
        { "quantity is required if active is true", Row(id: 1L, active: 1L, quantity: null, name: "a"), ":expression" },
        { "quantity is required if active is true", Row(id: 1L, active: null, quantity: null, name: "a"), null },
        { "quantity > 5 or id > 5", Row(quantity: null, id: 1L, name: "a"), null },
        { "quantity > 5 or id > 5", Row(quantity: 1L, id: 1L, name: "a"), ":expression" },
        { "quantity > 5 and id > 5", Row(quantity: null, id: 1L, name: "a"), ":expression" },
        { "quantity not between 3 and 5", Row(id: 1L, quantity: 3L, name: "a"), "quantity:expression" },
        { "quantity should be less than 5", Row(id: 1L, quantity: 9L, name: "a"), null },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_first_broken_rule_of_a_row_is_named(string rule, object?[] row, string? expected)
    {
        var checker = new RowChecker(Spec(rule));
        var broken = checker.FindBroken(new ArrayRow(row));
        Assert.Equal(expected, broken is null ? null : $"{broken.Field}:{broken.Rule}");
    }

    /// <summary>A rule, quantities of rows that are loaded, and evaluated/skipped/failed.</summary>
    public static TheoryData<string, long?[], string> Tallies => new()
    {
        { """ "quantity should be less than 5" """, [9, 1, null], "2/1/1" },
        { """ "quantity must be less than 5" """, [1, 2, null], "2/1/0" },
        { """ "quantity should be given" """, [1, null, 2], "3/0/1" },
        { """ "quantity must be less than 5 in at least 50 % of rows" """, [1, 9, 9, null], "3/1/2" },
        { """ {"field": "quantity", "rule": "at_most", "value": 4, "mostly": 0.5, "where": "id = 1"} """, [1, 9, 9, null], "3/1/2" },
        { """ {"field": "quantity", "rule": "at_most", "value": 4, "mostly": 0.5, "where": "id = 2"} """, [1, 9, 9, null], "0/4/0" },
        { """ {"field": "quantity", "rule": "at_most", "value": 4, "severity": "warn", "where": "price > 1"} """, [1, 9], "0/2/0" },
    };

    [Theory]
    [MemberData(nameof(Tallies))]
    public void Rows_are_tallied_by_rule(string rule, long?[] quantities, string expected)
    {
        var checker = new RowChecker(SpecOf(rule));
        foreach (var quantity in quantities) checker.Tally.Loaded(new ArrayRow(Row(id: 1L, quantity: quantity, name: "a")));
        Assert.Equal(expected, Show(checker.Tally.Outcomes[^1]));
        foreach (var quantity in quantities) checker.Tally.Refused(new ArrayRow(Row(id: 1L, quantity: quantity, name: "a")));
        Assert.Equal("0/0/0", Show(checker.Tally.Outcomes[^1]));
        checker.Tally.Broken(checker.Tally.Outcomes[^1].Rule.AsBroken());
        checker.Tally.Broken(new BrokenRule("", "unknown", ""));
        Assert.Equal("1/0/1", Show(checker.Tally.Outcomes[^1]));

        static string Show(RuleOutcome outcome) => $"{outcome.Evaluated}/{outcome.Skipped}/{outcome.Failed}";
    }

    /// <summary>A rule, quantities of rows that are loaded, and whether the run breaks it.</summary>
    [Theory]
    [InlineData("quantity must be less than 5 in at least 50 % of rows", new long[] { 1, 9 }, false)]
    [InlineData("quantity must be less than 5 in at least 50.1 % of rows", new long[] { 1, 9 }, true)]
    [InlineData("quantity should be less than 5 in at least 60 % of rows", new long[] { 1, 9 }, true)]
    [InlineData("quantity must be less than 5 in at least 100 % of rows", new long[] { 1, 2 }, false)]
    [InlineData("quantity must be less than 5 in at least 100 % of rows", new long[0], false)]
    [InlineData("quantity should be less than 5", new long[] { 9 }, false)]
    public void A_share_is_judged_over_the_rows_that_were_looked_at(string rule, long[] quantities, bool broken)
    {
        var checker = new RowChecker(Spec(rule));
        foreach (var quantity in quantities) checker.Tally.Loaded(new ArrayRow(Row(id: 1L, quantity: quantity, name: "a")));
        Assert.Equal(broken, checker.Tally.Outcomes[^1].IsBroken);
    }

    [Theory]
    [InlineData("drop rows where quantity = 5", 5L, "quantity:expression")]
    [InlineData("drop rows where quantity = 5", 4L, null)]
    [InlineData("drop rows where quantity = 5", null, null)]
    [InlineData("keep only rows where quantity = 5", 5L, null)]
    [InlineData("keep only rows where quantity = 5", 4L, "quantity:expression")]
    [InlineData("keep only rows where quantity = 5", null, "quantity:expression")]
    public void A_row_that_a_rule_leaves_out_must_not_be_loaded(string rule, long? quantity, string? expected)
    {
        var checker = new RowChecker(Spec(rule));
        var view = new ArrayRow(Row(id: 1L, quantity: quantity, name: "a"));
        var broken = checker.FindBroken(view);
        Assert.Equal(expected, broken is null ? null : $"{broken.Field}:{broken.Rule}");
        Assert.Equal(expected is not null, checker.FindDropping(view) is not null);
    }

    [Fact]
    public void Keys_of_rules_about_duplicates_are_the_hosts_to_track()
    {
        var checker = new RowChecker(Spec("name and price must be unique together"));
        Assert.Equal([[0], [1, 2]], checker.Uniques.Select(u => u.Columns));
        var unique = checker.Uniques[1];
        var seen = new UniqueSet(unique.NullsAreEqual);
        Assert.True(seen.Add(RowChecker.KeyOf(unique, new ArrayRow(Row(id: 1L, name: "a", price: "1")))));
        Assert.True(seen.Add(RowChecker.KeyOf(unique, new ArrayRow(Row(id: 1L, name: "a", price: "2")))));
        Assert.False(seen.Add(RowChecker.KeyOf(unique, new ArrayRow(Row(name: "a", price: "1", id: 2L)))));
        Assert.True(seen.Add(RowChecker.KeyOf(unique, new ArrayRow(Row(id: 1L, name: "a", price: null)))));
        Assert.True(seen.Add(RowChecker.KeyOf(unique, new ArrayRow(Row(id: 1L, name: "a", price: null)))));
    }

    [Fact]
    public void Checking_a_row_allocates_nothing()
    {
        var checker = new RowChecker(Spec("price = quantity * 2"));
        var view = new ArrayRow(Row(id: 1L, price: "6", quantity: 3L, name: "a"));
        for (var i = 0; i < 100; i++) checker.FindBroken(view);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) checker.FindBroken(view);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static PipelineSpec Spec(string rule) => SpecOf(System.Text.Json.JsonSerializer.Serialize(rule));

    private static PipelineSpec SpecOf(string json) =>
        MetadataReader.Read($$"""{"source": "a.csv", "schema": {{{Fields}}}, "validations": [{{json}}]}""", "a.json");

    private static object?[] Row(
        object? id = null, object? name = null, object? price = null, object? rate = null, object? active = null, object? on = null, object? at = null,
            object? quantity = null) =>
        [id, name, price, rate, active, on, at, quantity];
}
