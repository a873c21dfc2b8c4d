using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class TextMergeTests
{
    private const string Stamp = "// made from ";

    /// <summary>Base, source, target and what comes of them; <c>/</c> stands for the end of a line, an outcome with <c>!</c> names the conflicts.</summary>
    public static TheoryData<string, string, string, string> Cases => new()
    {
        // One side
        { "a/b/c/", "a/x/c/", "a/b/c/", "a/x/c/" },
        { "a/b/c/", "a/b/c/", "a/c/", "a/c/" },
        { "a/", "a/", "", "" },
        { "", "a/", "", "a/" },

        // Both sides, apart
        { "a/b/c/d/e/", "x/b/c/d/e/", "a/b/c/d/y/", "x/b/c/d/y/" },
        { "a/b/c/", "a/b/c/d/", "z/a/b/c/", "z/a/b/c/d/" },
        { "a/b/c/d/", "b/c/d/", "a/b/c/", "b/c/" },

        // The same change is one change
        { "a/b/c/", "a/x/c/", "a/x/c/", "a/x/c/" },
        { "a/b/c/d/", "a/x/c/d/y/", "a/x/c/d/", "a/x/c/d/y/" },
        { "", "a/", "a/", "a/" },

        // The same lines, or lines that touch
        { "a/b/c/", "a/x/c/", "a/y/c/", "!line 2|line 2" },
        { "a/b/c/", "a/x/c/", "a/c/", "!line 2|before line 2" },
        { "a/b/c/d/", "a/x/c/d/", "a/b/y/d/", "!lines 2-3|lines 2-3" },
        { "a/", "a/x/", "a/y/", "!line 2|line 2" },
        { "a/b/c/d/e/", "x/b/c/d/y/", "w/b/c/d/z/", "!line 1|line 1, line 5|line 5" },

        // Line ends, mark and the end of the last line are no edits of every line
        { "a/b/c/", "a\r/b\r/c\r/", "a/x/c/", "a\r/x\r/c\r/" },
        { "a/b/c/", "a/b/x/", "\uFEFFa\r/b\r/c\r/", "\uFEFFa\r/b\r/x\r/" },
        { "a/b/c", "a/b/c/", "x/b/c", "x/b/c/" },
        { "a/b/c/", "a/b/c", "x/b/c/", "x/b/c" },
        { "a\r/b/", "a\r/x/", "a\r/b/", "a\r/x/" },

        // What a file was made from is nobody's edit, and the newer name of it is taken
        { "// made from 1/a/b/", "// made from 2/a/b/", "// made from 1/a/x/", "// made from 2/a/x/" },
        { "// made from 1/a/b/", "// made from 2/a/b/", "// made from 3/a/x/", "// made from 2/a/x/" },
        { "// made from 1/a/b/", "// made from 1/a/b/", "// made from 3/a/x/", "// made from 3/a/x/" },
        { "// made from 1/a/b/", "// made from 2/x/b/", "// made from 3/a/b/", "// made from 2/x/b/" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Lines_merge_as_the_table_says(string start, string source, string target, string expected)
    {
        var merge = TextMerge.Run(Lines(start), Lines(source), Lines(target), Stamp)!;
        var conflicts = string.Join(", ", merge.Conflicts.Select(c => $"{c.Source}|{c.Target}"));
        Assert.Equal(expected.StartsWith('!') ? expected[1..] : "", conflicts);
        if (conflicts.Length == 0) Assert.Equal(Lines(expected), merge.Take(ResolutionKind.Target));
        if (conflicts.Length == 0) Assert.Equal(Lines(expected), merge.Mark("s", "t"));
    }

    [Fact]
    public void A_decision_is_about_the_lines_that_contradict_each_other_and_the_rest_stays_merged()
    {
        var merge = TextMerge.Run("a\nb\nc\nd\ne\n", "a\ns\nc\nd\nE\n", "A\nB\nt\nc\nd\ne\n")!;
        Assert.Equal("lines 1-2", Assert.Single(merge.Conflicts).Source.ToString());
        Assert.Equal("a\ns\nc\nd\nE\n", merge.Take(ResolutionKind.Source));
        Assert.Equal("A\nB\nt\nc\nd\nE\n", merge.Take(ResolutionKind.Target));
        Assert.Equal("a\nb\nc\nd\nE\n", merge.Take(ResolutionKind.Base));
        Assert.Equal("<<<<<<< mine\nA\nB\nt\n=======\na\ns\n>>>>>>> theirs\nc\nd\nE\n", merge.Mark("theirs", "mine"));
    }

    [Fact]
    public void A_text_that_is_too_long_is_merged_as_a_whole() =>
        Assert.Null(TextMerge.Run("a\n", "a\n", string.Concat(Enumerable.Repeat("a\n", 20_001))));

    /// <summary>Against a model that knows which lines each side edited, with a line between edits of different sides.</summary>
    [Fact]
    public void Random_edits_of_both_sides_are_all_there_and_conflicts_are_where_both_edited_otherwise()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var (start, source, target, merged) = (new List<string>(), new List<string>(), new List<string>(), new List<string>());
            var conflicts = 0;
            for (var i = random.Next(12); i >= 0; i--)
            {
                Add([$"kept {i}"], [$"kept {i}"], [$"kept {i}"], [$"kept {i}"]);
                string[] before = [$"old {i}"], mine = Edit(random, i, "source"), other = Edit(random, i, "target");
                switch (random.Next(5))
                {
                    case 0: Add(before, mine, before, mine); break;
                    case 1: Add(before, before, other, other); break;
                    case 2: Add(before, mine, mine, mine); break;
                    case 3: Add(before, before, before, before); break;
                    default:
                        var differ = !mine.SequenceEqual(other);
                        conflicts += differ ? 1 : 0;
                        Add(before, mine, other, other);
                        break;
                }
            }

            var merge = TextMerge.Run(Text(start), Text(source), Text(target))!;
            Assert.True(conflicts == merge.Conflicts.Count, $"seed {seed}: {merge.Conflicts.Count} conflicts instead of {conflicts}");
            Assert.True(Text(merged) == merge.Take(ResolutionKind.Target), $"seed {seed}: {merge.Take(ResolutionKind.Target)}");

            void Add(string[] inStart, string[] inSource, string[] inTarget, string[] inMerged)
            {
                start.AddRange(inStart);
                source.AddRange(inSource);
                target.AddRange(inTarget);
                merged.AddRange(inMerged);
            }
        }
    }

    /// <summary>Lines that repeat can be told apart in several ways; these laws hold in each.</summary>
    [Fact]
    public void Random_texts_obey_the_laws_of_merging()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var (start, source, target) = (Any(random), Any(random), Any(random));
            Check(source, TextMerge.Run(start, source, start), "the other side did nothing");
            Check(source, TextMerge.Run(start, start, source), "this side did nothing");
            Check(source, TextMerge.Run(start, source, source), "both did the same");
            var (there, back) = (TextMerge.Run(start, source, target)!, TextMerge.Run(start, target, source)!);
            Assert.True(there.Take(ResolutionKind.Source) == back.Take(ResolutionKind.Target), $"seed {seed}: sides are not alike");

            void Check(string expected, TextMerge? merge, string law) =>
                Assert.True(merge!.Conflicts.Count == 0 && merge.Take(ResolutionKind.Base) == expected, $"seed {seed}: {law}");
        }
    }

    private static string[] Edit(Random random, int line, string side) => random.Next(3) switch
    {
        0 => [],
        1 => [$"{side} {line}"],
        _ => [$"old {line}", $"{side} {line}", $"{side} {line} more"],
    };

    private static string Any(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "abc"[random.Next(3)] + "\n")) + (random.Next(3) == 0 ? "end" : "");

    private static string Text(IEnumerable<string> lines) => string.Concat(lines.Select(l => l + "\n"));

    private static string Lines(string text) => text.Replace(" /", " \0", StringComparison.Ordinal).Replace("//", "\u0001", StringComparison.Ordinal)
        .Replace('/', '\n').Replace("\u0001", "//", StringComparison.Ordinal).Replace('\0', '/');
}
