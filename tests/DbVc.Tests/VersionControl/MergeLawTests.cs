using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>What holds for every merge, whatever the rows are; more laws are checked at every step of <see cref="ModelHistory"/>.</summary>
public sealed class MergeLawTests
{
    private readonly MemoryChunks _chunks = new();

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Merging_a_branch_into_itself_or_what_it_came_from_changes_nothing(int seed)
    {
        var random = new Random(seed);
        var start = RandomPeople(random);
        var (before, after) = (Write(start), Write(Change(random, start, _ => true)));
        foreach (var target in new[] { before, after })
        {
            Assert.Equal(target, Merge(before, target, target));
            Assert.Equal(after, Merge(before, target, after));
            Assert.Equal(after, Merge(before, after, target));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_order_of_independent_merges_does_not_matter(int seed)
    {
        var random = new Random(seed);
        var start = RandomPeople(random);
        var before = Write(start);
        var branches = Enumerable.Range(0, 3).Select(b => Write(Change(random, start, key => key % 3 == b))).ToArray();
        var results = new int[][] { [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] }
            .Select(order => order.Aggregate(before, (target, branch) => Merge(before, branches[branch], target)));
        Assert.True(results.Distinct().Count() == 1, $"seed {seed}");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Source_and_target_swapped_give_the_same_rows_where_policies_are_symmetric(int seed)
    {
        var random = new Random(seed);
        var start = RandomPeople(random);
        var before = Write(start);
        // Nobody deletes and nobody adds, so that every cell has a base and every change is one of a cell.
        var (one, other) = (Write(Age(random, start)), Write(Age(random, start)));
        foreach (var policy in new[] { "delta", "max", "min" })
        {
            var merged = Merge(before, one, other, $"people.age={policy}");
            Assert.True(merged == Merge(before, other, one, $"people.age={policy}"), $"seed {seed}, {policy}");
        }
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    private static SortedDictionary<long, Value[]> RandomPeople(Random random)
    {
        var people = new SortedDictionary<long, Value[]>();
        for (var i = random.Next(400); i > 0; i--) Put(people, random.Next(1000), random);
        return people;
    }

    private static void Put(SortedDictionary<long, Value[]> people, long key, Random random) =>
        people[key] = [Value.Integer(key), Value.Text("n" + random.Next(9)), Value.Integer(random.Next(90))];

    private static SortedDictionary<long, Value[]> Change(Random random, SortedDictionary<long, Value[]> start, Predicate<long> mine)
    {
        var people = new SortedDictionary<long, Value[]>(start);
        for (var i = random.Next(60); i > 0; i--)
        {
            var key = random.Next(1000);
            if (!mine(key)) continue;
            if (random.Next(3) == 0) people.Remove(key);
            else Put(people, key, random);
        }

        return people;
    }

    private static SortedDictionary<long, Value[]> Age(Random random, SortedDictionary<long, Value[]> start)
    {
        var people = new SortedDictionary<long, Value[]>(start);
        foreach (var (key, row) in start)
        {
            if (random.Next(2) == 0) people[key] = [row[0], row[1], Value.Integer(random.Next(90))];
        }

        return people;
    }

    private Snapshot Write(SortedDictionary<long, Value[]> people) =>
        MergeTables.WriteTable(_chunks, MergeTables.People with { AllocatesKeys = false }, people.Values);

    private Snapshot Merge(Snapshot start, Snapshot source, Snapshot target, params string[] policies)
    {
        var outcome = new ThreeWayMerge(_chunks, MergePolicies.Parse(policies), _ => null).Run(start, source, target);
        Assert.Empty(outcome.Conflicts);
        return outcome.Merged;
    }
}
