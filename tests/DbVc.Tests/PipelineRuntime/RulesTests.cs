using DbVc.PipelineRuntime;
using Xunit;

namespace DbVc.Tests;

public sealed class RulesTests
{
    [Theory]
    [InlineData("Türkis", true, true)]
    [InlineData("TÜRKIS", false, true)]
    [InlineData("türki", false, false)]
    [InlineData("", true, true)]
    [InlineData(null, false, false)]
    public void A_set_of_texts_knows_them_with_and_without_case(string? cell, bool exactly, bool ignoringCase)
    {
        var set = new TextSet("Türkis", "Ocker", "");
        Assert.Equal((exactly, ignoringCase), (set.Contains(Text.From(cell)), set.ContainsIgnoringCase(Text.From(cell))));
        Assert.False(new TextSet("a").ContainsIgnoringCase(Text.From("")));
    }

    [Theory]
    [InlineData("ann@example.org", true)]
    [InlineData("ann.lee+tag@mail.example.org", true)]
    [InlineData("o'neil@example.co.uk", true)]
    [InlineData("a@b.c", true)]
    [InlineData("ANN@EXAMPLE.ORG", true)]
    [InlineData("ann@bücher.example", true)]
    [InlineData("ann@xn--bcher-kva.example", true)]
    [InlineData("", false)]
    [InlineData("ann", false)]
    [InlineData("@example.org", false)]
    [InlineData("ann@", false)]
    [InlineData("ann@example", false)]
    [InlineData("ann@@example.org", false)]
    [InlineData("a@b@example.org", false)]
    [InlineData(".ann@example.org", false)]
    [InlineData("ann.@example.org", false)]
    [InlineData("ann..lee@example.org", false)]
    [InlineData("ann@.example.org", false)]
    [InlineData("ann@example.org.", false)]
    [InlineData("ann@example..org", false)]
    [InlineData("ann@-example.org", false)]
    [InlineData("ann@example-.org", false)]
    [InlineData("ann@exa_mple.org", false)]
    [InlineData("ann@example.123", false)]
    [InlineData("ann@127.0.0.1", false)]
    [InlineData("ann@[127.0.0.1]", false)]
    [InlineData("\"ann lee\"@example.org", false)]
    [InlineData("ann lee@example.org", false)]
    [InlineData("ann@exam ple.org", false)]
    [InlineData(" ann@example.org", false)]
    [InlineData("ann@example.org ", false)]
    [InlineData("ann@example.org\n", false)]
    [InlineData("ann\0@example.org", false)]
    [InlineData("änn@example.org", false)]
    [InlineData("ann(comment)@example.org", false)]
    public void Mail_addresses_are_judged_as_people_use_them(string address, bool expected) =>
        Assert.Equal(expected, Rules.IsEmail(Text.From(address)));

    [Fact]
    public void Mail_addresses_have_the_lengths_of_the_standard()
    {
        var label = new string('d', 60);
        Assert.True(Rules.IsEmail(Text.From(new string('a', 64) + "@example.org")));
        Assert.False(Rules.IsEmail(Text.From(new string('a', 65) + "@example.org")));
        Assert.True(Rules.IsEmail(Text.From("a@" + new string('d', 63) + ".org")));
        Assert.False(Rules.IsEmail(Text.From("a@" + new string('d', 64) + ".org")));
        Assert.True(Rules.IsEmail(Text.From($"abcd@{label}.{label}.{label}.{label}.orgxx"[..254])));
        Assert.False(Rules.IsEmail(Text.From(new string('a', 12) + $"@{label}.{label}.{label}.{label}.org")));
    }

    [Theory]
    [InlineData("https://example.org/a?b=c#d", true)]
    [InlineData("HTTP://example.org", true)]
    [InlineData("http://[::1]:8080/", true)]
    [InlineData("ftp://example.org", false)]
    [InlineData("example.org", false)]
    [InlineData("https://", false)]
    [InlineData("https://a b.org", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("https://example.org/\n", false)]
    [InlineData("", false)]
    public void Urls_need_a_scheme_and_a_host(string url, bool expected) => Assert.Equal(expected, Rules.IsUrl(Text.From(url)));

    [Theory]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e", true)]
    [InlineData("0F8FAD5B-D9CB-469F-A165-70867728950E", true)]
    [InlineData("00000000-0000-0000-0000-000000000000", true)]
    [InlineData("{0f8fad5b-d9cb-469f-a165-70867728950e}", false)]
    [InlineData("0f8fad5bd9cb469fa16570867728950e", false)]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950g", false)]
    public void Uuids_have_one_form(string uuid, bool expected) => Assert.Equal(expected, Rules.IsUuid(Text.From(uuid)));

    [Theory]
    [InlineData("", 0)]
    [InlineData("abc", 3)]
    [InlineData("äöü", 3)]
    [InlineData("😀x", 2)]
    [InlineData("e\u0301", 2)]
    public void Lengths_count_code_points(string text, int expected) => Assert.Equal(expected, Rules.Length(Text.From(text)));

    [Theory]
    [InlineData("[A-Z]{2}", "AB", true)]
    [InlineData("[A-Z]{2}", "ABC", false)]
    [InlineData("[A-Z]{2}", "xAB", false)]
    [InlineData("a|b", "ab", false)]
    [InlineData("a|b", "b", true)]
    [InlineData("^x$", "x\n", false)]
    [InlineData(@"(\w)\1", "aa", true)]
    [InlineData(@"(\w)\1", "ab", false)]
    [InlineData(@"\d+", "١", true)]
    [InlineData("é", "é", true)]
    public void Patterns_match_the_whole_text(string pattern, string text, bool expected) =>
        Assert.Equal(expected, new Pattern(pattern).Matches(Text.From(text)));

    [Fact]
    public void A_pattern_that_would_run_for_ever_does_not()
    {
        var hostile = Text.From(new string('a', 40) + "!");
        Assert.False(new Pattern("(a+)+").Matches(hostile));
        Assert.False(new Pattern(@"(a+)+\1b").Matches(hostile));
    }

    [Fact]
    public void Unique_keys_tell_values_and_their_borders_apart()
    {
        var seen = new UniqueSet();
        string?[][] rows = [["ab", ""], ["a", "b"], ["", "ab"], ["ab", "c"], ["12345678", "x"], ["1234567", "8x"]];
        foreach (var row in rows) Assert.True(seen.Add(Key(row)));
        foreach (var row in rows) Assert.False(seen.Add(Key(row)));
        Assert.True(seen.Add(Key(["a", null])));
        Assert.True(seen.Add(Key(["a", null])));
        Assert.Equal(rows.Length, seen.Count);
        var equalNulls = new UniqueSet(nullsAreEqual: true);
        Assert.True(equalNulls.Add(Key(["a", null])));
        Assert.False(equalNulls.Add(Key(["a", null])));
        Assert.True(equalNulls.Add(Key([null, "a"])));
    }

    /// <summary>Near each other, far apart, in any order, around the borders, and first one and then the other.</summary>
    public static TheoryData<string, Func<Random, int, long>> Numbers => new()
    {
        { "repeated", (random, _) => random.NextInt64(30_000) },
        { "ascending", (random, i) => i - random.Next(3) },
        { "shuffled", (random, _) => random.NextInt64(4_000_000) - 2_000_000 },
        { "far apart", (random, _) => random.NextInt64(30_000) * 1_000_003 },
        { "anything", (random, _) => random.NextInt64(long.MinValue, long.MaxValue) },
        { "at the borders", (random, i) => (i % 2 == 0 ? long.MinValue : long.MaxValue - 9_999) + random.NextInt64(10_000) },
        { "far apart, then near", (random, i) => i < 20_000 ? random.NextInt64(3_000) << 40 : random.NextInt64(20_000) - 10_000 },
        { "near, then far apart", (random, i) => i < 20_000 ? i % 15_000 : random.NextInt64(20_000) << 30 },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_unique_set_agrees_with_a_hash_set(string what, Func<Random, int, long> next)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var set = new UniqueSet();
        var reference = new HashSet<long>();
        for (var i = 0; i < 50_000; i++)
        {
            var value = next(random, i);
            var key = UniqueKey.Start();
            key.Add((long?)value);
            set.Prefetch(key);
            Assert.True(set.Contains(key) == reference.Contains(value), $"{what}, seed {seed}, number {i}");
            Assert.True(set.Add(key) == reference.Add(value), $"{what}, seed {seed}, number {i}");
        }

        Assert.Equal(reference.Count, set.Count);
    }

    [Fact]
    public void Numbers_that_lie_near_each_other_are_a_bit_each()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var set = new UniqueSet();
        for (var i = 0L; i < 10_000_000; i++)
        {
            var key = UniqueKey.Start();
            key.Add((long?)i);
            Assert.True(set.Add(key));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void A_number_is_another_key_once_something_follows_it()
    {
        var set = new UniqueSet();
        Assert.True(set.Add(Pair(1, null)));
        Assert.True(set.Add(Pair(1, 2)));
        Assert.True(set.Add(Pair(2, 1)));
        Assert.False(set.Add(Pair(1, null)));
        Assert.False(set.Add(Pair(1, 2)));
        Assert.Equal(3, set.Count);

        static UniqueKey Pair(long first, long? second)
        {
            var key = UniqueKey.Start();
            key.Add((long?)first);
            if (second is not null) key.Add(second);
            return key;
        }
    }

    private static UniqueKey Key(string?[] values)
    {
        var key = UniqueKey.Start();
        foreach (var value in values) key.Add(Text.From(value));
        return key;
    }
}
