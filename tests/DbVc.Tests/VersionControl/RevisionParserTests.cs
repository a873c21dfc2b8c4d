using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class RevisionParserTests : IDisposable
{
    private readonly CommitStories _story = new();

    public RevisionParserTests()
    {
        //   a - b - d - e     main
        //    \     /
        //     c --'           side
        _story.Tell("""
            a:
            b: a
            c: a
            d: b c
            e: d
            """);
        _story.Name("side", "c");
        _story.Tag("v1", "b");
    }

    public void Dispose() => _story.Dispose();

    [Theory]
    [InlineData("HEAD", "e")]
    [InlineData("main", "e")]
    [InlineData("heads/main", "e")]
    [InlineData("side", "c")]
    [InlineData("v1", "b")]
    [InlineData("tags/v1", "b")]
    [InlineData("HEAD~1", "d")]
    [InlineData("HEAD~", "d")]
    [InlineData("~1", "d")]
    [InlineData("HEAD~0", "e")]
    [InlineData("HEAD^", "d")]
    [InlineData("HEAD^0", "e")]
    [InlineData("HEAD~1^2", "c")]
    [InlineData("HEAD^^2~1", "a")]
    [InlineData("HEAD~3", "a")]
    [InlineData("HEAD@{2026-01-01T04:30:00Z}", "d")]
    [InlineData("@{2026-01-01T04:30:00Z}", "d")]
    [InlineData("main@{2026-01-01T05:30:00+02:00}", "b")]
    [InlineData("side@{2026-01-01T02:59:59Z}", "a")]
    [InlineData("HEAD@{2026-01-01T04:00:00}^2", "c")]
    [InlineData("HEAD@{2026-01-02}", "e")]
    public void A_revision_names_a_commit(string text, string expected) =>
        Assert.Equal(expected, _story.NameOf(new RevisionParser(_story.Repository).Parse(text)));

    [Theory]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData("HEAD~4")]
    [InlineData("HEAD^3")]
    [InlineData("HEAD~99999999999")]
    [InlineData("HEAD@{yesterday}")]
    [InlineData("HEAD@{2025-01-01}")]
    [InlineData("HEAD@")]
    [InlineData("HEAD~x")]
    [InlineData("abc")]
    [InlineData("heads/nobody")]
    [InlineData("zzzzzzzz")]
    [InlineData("main\u0000")]
    public void What_names_no_commit_is_refused_with_a_hint(string text)
    {
        var failure = Assert.Throws<DbVcException>(() => new RevisionParser(_story.Repository).Parse(text));
        Assert.Equal(("revision.unknown", FailureKind.Usage), (failure.Code, failure.Kind));
        Assert.NotEmpty(failure.Hint!);
    }

    [Theory]
    [InlineData("sied", "side")]
    [InlineData("sde", "side")]
    [InlineData("Side", "side")]
    [InlineData("sidee", "side")]
    [InlineData("V1", "v1")]
    [InlineData("mai", "main")]
    public void A_slip_brings_the_name_that_was_meant(string typed, string meant) =>
        Assert.Equal($"Did you mean {meant}?", Assert.Throws<DbVcException>(() => new RevisionParser(_story.Repository).Parse(typed)).Hint);

    [Fact]
    public void Every_unique_prefix_of_an_id_names_it_in_upper_and_lower_case()
    {
        foreach (var name in "abcde")
        {
            var id = _story[name.ToString()].ToString();
            for (var digits = 6; digits <= id.Length; digits++)
            {
                Assert.Equal(_story[name.ToString()], new RevisionParser(_story.Repository).Parse(id[..digits]));
                Assert.Equal(_story[name.ToString()], new RevisionParser(_story.Repository).Parse(id[..digits].ToUpperInvariant()));
            }
        }
    }

    [Fact]
    public void An_ambiguous_prefix_lists_each_candidate_with_enough_digits_and_its_message()
    {
        var byPrefix = new Dictionary<string, string>();
        for (var i = 0; ; i++)
        {
            var name = $"x{i}";
            _story.Tell($"{name}: a");
            var prefix = _story[name].ToString()[..4];
            if (byPrefix.TryAdd(prefix, name)) continue;
            var failure = Assert.Throws<DbVcException>(() => new RevisionParser(_story.Repository).Parse(prefix));
            Assert.Equal("revision.ambiguous", failure.Code);
            foreach (var candidate in new[] { name, byPrefix[prefix] })
            {
                Assert.Contains($"{_story[candidate].Short} ({candidate})", failure.Hint!, StringComparison.Ordinal);
            }

            return;
        }
    }

    [Fact]
    public void A_branch_and_a_tag_of_one_name_are_told_apart_by_writing_them_in_full()
    {
        _story.Name("twin", "a");
        _story.Tag("twin", "b");
        var failure = Assert.Throws<DbVcException>(() => new RevisionParser(_story.Repository).Parse("twin~0"));
        Assert.Equal(("revision.ambiguous", "Did you mean heads/twin, tags/twin?"), (failure.Code, failure.Hint));
        Assert.Equal("a", _story.NameOf(new RevisionParser(_story.Repository).Parse("heads/twin")));
        Assert.Equal("b", _story.NameOf(new RevisionParser(_story.Repository).Parse("tags/twin")));
    }

    /// <summary>Random histories and random walks of ~ and ^, against walking the same steps by hand.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_path_of_steps_leads_where_walking_it_does(int seed)
    {
        var random = new Random(seed);
        var names = new List<string> { "a", "b", "c", "d", "e" };
        var parents = new Dictionary<string, string[]> { ["a"] = [], ["b"] = ["a"], ["c"] = ["a"], ["d"] = ["b", "c"], ["e"] = ["d"] };
        for (var i = 0; i < 40; i++)
        {
            var name = $"n{i}";
            parents[name] = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => names[random.Next(names.Count)]).Distinct()];
            _story.Tell($"{name}: {string.Join(' ', parents[name])}");
            names.Add(name);
        }

        for (var i = 0; i < 300; i++)
        {
            var at = (string?)names[random.Next(names.Count)];
            var text = _story[at!].ToString()[..random.Next(12, 41)];
            for (var step = random.Next(6); step > 0; step--)
            {
                var number = random.Next(4);
                if (random.Next(2) == 0)
                {
                    text += $"~{number}";
                    for (; number > 0 && at is not null; number--) at = parents[at].FirstOrDefault();
                }
                else
                {
                    text += $"^{number}";
                    if (number > 0 && at is not null) at = parents[at].ElementAtOrDefault(number - 1);
                }
            }

            string? found = null;
            try
            {
                found = _story.NameOf(new RevisionParser(_story.Repository).Parse(text));
            }
            catch (DbVcException failure)
            {
                Assert.Equal("revision.unknown", failure.Code);
            }

            Assert.True(at == found, $"seed {seed}: {text} is {at ?? "nothing"}, not {found ?? "nothing"}");
        }
    }
}
