using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

public sealed class ThreeWayMergeTests
{
    /// <summary>Base, source, target, merged rows, open conflicts (place base>source|target).</summary>
    public static TheoryData<string, string, string, string, string> Cases => new()
    {
        // Only one side changed
        { "1:a,1", "1:b,1", "1:a,1", "1:b,1", "" },
        { "1:a,1", "1:a,1", "1:b,1", "1:b,1", "" },
        { "1:a,1", "", "1:a,1", "", "" },
        { "1:a,1", "1:a,1", "", "", "" },
        { "", "1:a,1", "", "1:a,1", "" },
        { "", "", "1:a,1", "1:a,1", "" },

        // Both sides, different rows
        { "1:a,1 2:b,2", "1:x,1 2:b,2", "1:a,1 2:y,2", "1:x,1 2:y,2", "" },
        { "1:a,1", "1:a,1 2:s,2", "1:a,1 3:t,3", "1:a,1 2:s,2 3:t,3", "" },
        { "1:a,1 2:b,2", "2:b,2", "1:a,1", "", "" },

        // Both sides, same row, different cells
        { "1:a,1", "1:b,1", "1:a,2", "1:b,2", "" },
        { "1:a,1", "1:-,1", "1:a,-", "1:-,-", "" },

        // The same change on both sides is one change
        { "1:a,1", "1:b,1", "1:b,1", "1:b,1", "" },
        { "1:a,1", "", "", "", "" },
        { "", "1:a,1", "1:a,1", "1:a,1", "" },

        // Conflicts keep the target's side until they are decided
        { "1:a,1", "1:b,1", "1:c,1", "1:c,1", "1.name a>b|c" },
        { "1:a,1", "1:b,2", "1:c,3", "1:c,3", "1.name a>b|c;1.age 1>2|3" },
        { "1:a,1", "1:b,2", "1:c,2", "1:c,2", "1.name a>b|c" },
        { "1:a,1", "", "1:a,2", "1:a,2", "1 1,a,1>none|1,a,2" },
        { "1:a,1", "1:a,2", "", "", "1 1,a,1>1,a,2|none" },
        { "", "1:a,1", "1:a,2", "1:a,2", "1.age none>1|2" },
        { "1:a,1", "1:-,1", "1:c,1", "1:c,1", "1.name a>-|c" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_combination_of_row_changes_has_its_outcome(string start, string source, string target, string merged, string conflicts)
    {
        var (rows, open) = Merge(start, source, target, MergePolicies.Parse());
        Assert.Equal(merged, rows);
        Assert.Equal(conflicts, open);
    }

    [Theory]
    [InlineData("people.age=delta", "1:a,5", "1:a,6", "1:a,6", "1:a,7", "")]
    [InlineData("people.age=delta", "1:a,5", "1:a,3", "1:a,9", "1:a,7", "")]
    [InlineData("people.age=delta", "1:a,5", "1:a,6", "1:a,5", "1:a,6", "")]
    [InlineData("people.age=delta", "1:a,0", "1:a,9223372036854775807", "1:a,1", "1:a,1", "1.age 0>9223372036854775807|1")]
    [InlineData("people.age=delta", "1:a,5", "1:a,-", "1:a,6", "1:a,6", "1.age 5>-|6")]
    [InlineData("people.age=max", "1:a,5", "1:a,6", "1:a,8", "1:a,8", "")]
    [InlineData("people.age=min", "1:a,5", "1:a,6", "1:a,8", "1:a,6", "")]
    [InlineData("people.name=source", "1:a,5", "1:b,5", "1:c,5", "1:b,5", "")]
    [InlineData("people.name=target", "1:a,5", "1:b,5", "1:c,5", "1:c,5", "")]
    [InlineData("people.name=strict", "1:a,5", "1:b,5", "1:b,5", "1:b,5", "1.name a>b|b")]
    [InlineData("PEOPLE.Name=Source", "1:a,5", "1:b,5", "1:c,5", "1:b,5", "")]
    public void A_column_policy_decides_where_both_sides_changed_a_cell(
        string policy, string start, string source, string target, string merged, string conflicts)
    {
        var (rows, open) = Merge(start, source, target, MergePolicies.Parse(policy));
        Assert.Equal(merged, rows);
        Assert.Equal(conflicts, open);
    }

    [Theory]
    [InlineData(ResolutionKind.Source, "1:b,1")]
    [InlineData(ResolutionKind.Target, "1:c,1")]
    [InlineData(ResolutionKind.Base, "1:a,1")]
    [InlineData(ResolutionKind.Value, "1:z,1")]
    public void A_resolution_decides_its_conflict(ResolutionKind kind, string merged)
    {
        var (rows, open) = Merge("1:a,1", "1:b,1", "1:c,1", MergePolicies.Parse(), _ => new Resolution(kind, Value.Text("z")));
        Assert.Equal(merged, rows);
        Assert.Empty(open);
    }

    [Fact]
    public void A_resolution_does_not_apply_to_other_values_in_the_same_place()
    {
        var chunks = new MemoryChunks();
        var ids = new[] { "1:b,1", "1:d,1" }.Select(source => Run(chunks, "1:a,1", source, "1:c,1", MergePolicies.Parse(), _ => null).Conflicts.Single().Id);
        Assert.Equal(2, ids.Distinct().Count());
    }

    [Theory]
    [InlineData("a", "a a", "a b", "a a b")]
    [InlineData("a a", "a", "a a", "a")]
    [InlineData("a a", "a", "a", "a")]
    [InlineData("a a a", "a a", "a", "")]
    [InlineData("", "a", "a", "a")]
    [InlineData("a a", "", "a", "")]
    public void Rows_without_key_merge_as_a_multiset(string start, string source, string target, string merged)
    {
        var chunks = new MemoryChunks();
        var outcome = new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null).Run(
            MergeTables.WriteLines(chunks, start), MergeTables.WriteLines(chunks, source), MergeTables.WriteLines(chunks, target));
        Assert.Empty(outcome.Conflicts);
        Assert.Equal(merged.Split(' ').Order(StringComparer.Ordinal), MergeTables.Show(chunks, outcome.Merged).Split(' ').Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("1:a,1", "9:a,1", "1:a,2", "1:a,2 9:a,1", "the source gave the row the key id=9")]
    [InlineData("1:a,1", "1:a,2", "9:a,1", "9:a,1", "the target gave the row the key id=9")]
    [InlineData("1:a,1", "8:a,1 9:a,1", "1:a,2", "1:a,2 8:a,1 9:a,1", null)]
    [InlineData("1:a,1", "9:b,1", "1:a,2", "1:a,2 9:b,1", null)]
    [InlineData("1:a,1", "", "1:a,2", "1:a,2", null)]
    public void A_conflict_about_a_row_that_got_another_key_says_which(string start, string source, string target, string merged, string? cause)
    {
        var chunks = new MemoryChunks();
        var outcome = Run(chunks, start, source, target, MergePolicies.Parse(), _ => null);
        Assert.Equal((merged, cause), (MergeTables.Show(chunks, outcome.Merged), Assert.Single(outcome.Conflicts).Cause));
    }

    [Fact]
    public void Files_changed_on_both_sides_differently_are_a_conflict()
    {
        var chunks = new MemoryChunks();
        var outcome = new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null).Run(
            FileAt(chunks, "pipelines/p/metadata.json", "one"), FileAt(chunks, "pipelines/p/metadata.json", "two"),
            FileAt(chunks, "pipelines/p/metadata.json", "three"));
        var conflict = Assert.Single(outcome.Conflicts);
        Assert.Equal((ConflictKind.File, "pipelines/p/metadata.json"), (conflict.Kind, conflict.Table));
    }

    [Theory]
    [InlineData("p.cs", "a\nb\nc\n", "x\nb\nc\n", "a\nb\ny\n", "x\nb\ny\n", null)]
    [InlineData("p.cs", "a\nb\nc\nd\n", "x\nb\nc\ns\n", "a\nb\nc\nt\n", "a\nb\nc\nt\n", "line 4 of the source, line 4 of the target")]
    [InlineData("p.json", "{\n\"a\": 1,\n\"b\": 2,\n\"c\": 3\n}", "{\n\"a\": 9,\n\"b\": 2,\n\"c\": 3\n}", "{\n\"a\": 1,\n\"b\": 2,\n\"c\": 8\n}",
        "{\n\"a\": 9,\n\"b\": 2,\n\"c\": 8\n}", null)]
    [InlineData("p.json", "{\n\"a\": 1,\n\"b\": 2,\n\"c\": 3\n}", "{\n\"a\" 1,\n\"b\": 2,\n\"c\": 3\n}", "{\n\"a\": 1,\n\"b\": 2,\n\"c\": 8\n}",
        "{\n\"a\": 1,\n\"b\": 2,\n\"c\": 8\n}", "")]
    [InlineData("p.cs", "a\nb\nc\n", "x\nb\nc\n", "a\nb\n\0\n", "a\nb\n\0\n", "")]
    public void A_file_merges_by_lines_if_it_is_a_text_and_json_stays_json(
        string path, string start, string source, string target, string merged, string? conflict)
    {
        var chunks = new MemoryChunks();
        var sides = new[] { start, source, target }.Select(text => FileAt(chunks, path, text)).ToArray();
        var outcome = new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => null).Run(sides[0], sides[1], sides[2]);
        Assert.Equal(conflict is null ? [] : [conflict], outcome.Conflicts.Select(c => string.Join("; ", c.Parts)));
        Assert.Equal(merged, TextOf(chunks, outcome.Merged, path));
    }

    [Theory]
    [InlineData(ResolutionKind.Source, "x\nb\nc\ns\n")]
    [InlineData(ResolutionKind.Target, "x\nb\nc\nt\n")]
    [InlineData(ResolutionKind.Base, "x\nb\nc\nd\n")]
    public void A_decided_conflict_of_a_file_keeps_what_does_not_contradict(ResolutionKind side, string merged)
    {
        var chunks = new MemoryChunks();
        var sides = new[] { "a\nb\nc\nd\n", "x\nb\nc\ns\n", "a\nb\nc\nt\n" }.Select(text => FileAt(chunks, "p.cs", text)).ToArray();
        var outcome = new ThreeWayMerge(chunks, MergePolicies.Parse(), _ => new Resolution(side)).Run(sides[0], sides[1], sides[2]);
        Assert.Equal(merged, TextOf(chunks, outcome.Merged, "p.cs"));
    }

    private static Snapshot FileAt(MemoryChunks chunks, string path, string text)
    {
        var editor = new SnapshotEditor(chunks, Snapshot.Empty);
        editor.PutFile(path, System.Text.Encoding.UTF8.GetBytes(text));
        return editor.Finish();
    }

    private static string TextOf(MemoryChunks chunks, Snapshot snapshot, string path) =>
        System.Text.Encoding.UTF8.GetString(new SnapshotReader(chunks, snapshot).ReadFile(path)!.Value.Span);

    [Fact]
    public void Random_merges_obey_the_laws_of_merging()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var chunks = new MemoryChunks();
            var start = RandomPeople(random, "");
            var (source, target) = (RandomPeople(random, start), RandomPeople(random, start));

            // Merging a side with itself, or with a side that changed nothing, gives that side.
            Assert.Equal((source, ""), Merge(start, source, source, MergePolicies.Parse()));
            Assert.Equal((source, ""), Merge(start, source, start, MergePolicies.Parse()));
            Assert.Equal((target, ""), Merge(start, start, target, MergePolicies.Parse()));

            // Swapping the sides swaps the decisions and nothing else.
            var there = Run(chunks, start, source, target, MergePolicies.Parse(), _ => new Resolution(ResolutionKind.Source));
            var back = Run(chunks, start, target, source, MergePolicies.Parse(), _ => new Resolution(ResolutionKind.Target));
            Assert.True(there.Merged == back.Merged, $"seed {seed}: {start} + {source} + {target}");
        }
    }

    private static (string Rows, string Conflicts) Merge(string start, string source, string target, MergePolicies policies, Func<string,
        Resolution?>? decisions = null)
    {
        var chunks = new MemoryChunks();
        var outcome = Run(chunks, start, source, target, policies, decisions ?? (_ => null));
        return (MergeTables.Show(chunks, outcome.Merged), string.Join(';', outcome.Conflicts.Select(MergeTables.ShowConflict)));
    }

    private static MergeOutcome Run(
        MemoryChunks chunks, string start, string source, string target, MergePolicies policies, Func<string, Resolution?> decisions) =>
        new ThreeWayMerge(chunks, policies, decisions).Run(
            MergeTables.Write(chunks, start), MergeTables.Write(chunks, source), MergeTables.Write(chunks, target));

    /// <summary>Up to 60 people; each of those that were there before is kept, changed or left out.</summary>
    private static string RandomPeople(Random random, string before)
    {
        var people = before.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(p => int.Parse(p.Split(':')[0]), p => p);
        for (var i = 0; i < 30; i++)
        {
            var id = random.Next(1, 60);
            if (random.Next(5) == 0) people.Remove(id);
            else people[id] = $"{id}:{(char)('a' + random.Next(4))},{random.Next(4)}";
        }

        return string.Join(' ', people.OrderBy(p => p.Key).Select(p => p.Value));
    }
}
