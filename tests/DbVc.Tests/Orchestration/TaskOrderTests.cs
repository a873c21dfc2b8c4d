using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Which task comes after which, found in what they load and refer to, and declared by people.</summary>
public sealed class TaskOrderTests
{
    /// <summary>Tasks as <c>name[:table][&gt;table it refers to,…][!name it is declared after,…]</c>, and the order that must come of it.</summary>
    public static TheoryData<string, string> Orders => new()
    {
        { "a b c", "a b c" },
        { "orders>customers customers", "customers orders" },
        { "lines>orders,products orders>customers customers products", "customers orders products lines" },
        { "a!b b!c c", "c b a" },
        { "b:beta a:alpha!beta", "b a" },
        { "orders>Customers people:customers", "people orders" },
        { "y2024:sales y2025:sales", "y2024 y2025" },
        { "y2024:sales!y2025 y2025:sales", "y2025 y2024" },
        { "tree>tree", "tree" },
        { "orders>elsewhere", "orders" },
        { "c>a,b b>a a", "a b c" },
    };

    public static TheoryData<string, string> Circles => new()
    {
        { "a>b b>a", "a after b after a" },
        { "x a!b b!c c!a", "a after b after c after a" },
        { "orders>customers customers!orders", "orders after customers after orders" },
        { "a!a", "'a' is to come after itself" },
        { "waits!a a>b b>a", "a after b after a" },
    };

    [Theory]
    [MemberData(nameof(Orders))]
    public void Parents_come_first_and_the_rest_stays_as_it_was_named(string tasks, string order) =>
        Assert.Equal(order, string.Join(' ', TaskOrder.Arrange(Read(tasks)).Select(t => t.Name)));

    [Theory]
    [MemberData(nameof(Circles))]
    public void A_circle_is_named(string tasks, string circle)
    {
        var failure = Assert.Throws<DbVcException>(() => TaskOrder.Arrange(Read(tasks)));
        Assert.Equal("plan.cycle", failure.Code);
        Assert.Contains(circle, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_declared_after_nothing_that_is_there_is_refused_with_what_there_is()
    {
        var failure = Assert.Throws<DbVcException>(() => TaskOrder.Arrange(Read("a b!c")));
        Assert.Equal("plan.unknown", failure.Code);
        Assert.Contains("Tasks: a, b.", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_order_that_was_found_says_why_and_arranging_it_again_says_it_once()
    {
        var once = TaskOrder.Arrange(Read("orders>customers customers"));
        Assert.Equal(["after customers: its rows refer to table customers"], once[1].Why);
        var twice = TaskOrder.Arrange(once);
        Assert.Equal(once[1].Why, twice[1].Why);
        Assert.Equal(["customers"], twice[1].After);
    }

    /// <summary>Random plans without a circle: the order holds, nothing is lost, and the same comes of the same.</summary>
    [Fact]
    public void Of_any_plan_that_can_be_ordered_every_task_comes_once_and_after_its_parents()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var count = random.Next(1, 20);
            var ranks = Enumerable.Range(0, count).ToArray();
            random.Shuffle(ranks);
            var tasks = ranks.Select(rank => new PlannedTask($"t{rank}", $"table{rank}", $"/m/t{rank}.json")
            {
                RefersTo = [.. Enumerable.Range(0, rank).Where(_ => random.Next(4) == 0).Select(parent => $"TABLE{parent}")],
            }).ToList();
            var ordered = TaskOrder.Arrange(tasks);
            Assert.Equal(tasks.Select(t => t.Name).Order(), ordered.Select(t => t.Name).Order());
            foreach (var (place, task) in ordered.Index())
            {
                var before = ordered.Take(place).Select(t => t.Table.ToUpperInvariant()).ToHashSet();
                Assert.All(task.RefersTo, table => Assert.Contains(table.ToUpperInvariant(), before));
                Assert.Equal(task.RefersTo.Count, task.After.Count);
            }
        }
    }

    private static List<PlannedTask> Read(string text) => [.. text.Split(' ').Select(word =>
    {
        var declared = word.Split('!');
        var refers = declared[0].Split('>');
        var names = refers[0].Split(':');
        return new PlannedTask(names[0], names[^1], $"/metadata/{names[0]}.json")
        {
            RefersTo = refers.Length > 1 ? [.. refers[1].Split(',').Where(t => t != names[^1])] : [],
            After = declared.Length > 1 ? declared[1].Split(',') : [],
        };
    })];
}
