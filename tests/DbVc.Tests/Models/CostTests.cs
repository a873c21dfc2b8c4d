using DbVc.Model;
using DbVc.Models;
using DbVc.Orchestration;
using Microsoft.Extensions.AI;
using Xunit;

namespace DbVc.Tests;

/// <summary>What models cost, and that no budget is exceeded.</summary>
public sealed class CostTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dbvc-cost-").FullName;
    private readonly ManualTime _time = new();

    private string Books => Path.Combine(_folder, CostLedger.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("work/qwen", 3)]
    [InlineData("work/qwen2", 2)]
    [InlineData("work/other", 1)]
    [InlineData("else/x", null)]
    public void The_price_that_fits_best_counts(string model, int? input)
    {
        ModelPrice[] prices = [new("work/*", 1, 1), new("work/qwen*", 2, 1), new("work/qwen", 3, 1)];
        Assert.Equal((decimal?)input, ModelPrice.Find(prices, model)?.Input);
    }

    [Fact]
    public void Tokens_that_the_provider_had_kept_have_a_price_of_their_own()
    {
        Assert.Equal(0.0105m, new ModelPrice("m", 3, 15).Of(1000, 400, 500));
        Assert.Equal(0.00942m, new ModelPrice("m", 3, 15) { Cached = 0.3m }.Of(1000, 400, 500));
    }

    [Fact]
    public void A_budget_of_a_task_of_a_day_and_of_all_is_never_exceeded()
    {
        var ledger = Ledger();
        var budget = new CostBudget(Task: 2, Day: 3, All: 4);
        ledger.Reserve("a", "m", 1, budget);
        ledger.Reserve("a", "m", 1, budget);
        AssertRefused(() => ledger.Reserve("a", "m", 0.01m, budget), "of the task");
        ledger.Reserve("b", "m", 1, budget);
        AssertRefused(() => ledger.Reserve("c", "m", 0.01m, budget), "of today");
        _time.Advance(TimeSpan.FromDays(1));
        var last = ledger.Reserve("c", "m", 1, budget);
        AssertRefused(() => ledger.Reserve("d", "m", 0.01m, budget), "of the repository");

        ledger.Settle(last, "c", "m", 0.25m, (1, 0, 1));
        ledger.Reserve("d", "m", 0.75m, budget);
        Assert.Equal((4m, 4), (ledger.Read().Sum(e => e.Usd), ledger.Read().Count(e => !e.IsSettled)));
    }

    [Fact]
    public void Tasks_that_reserve_at_the_same_time_stay_within_the_budget_together()
    {
        var given = 0;
        Parallel.For(0, 20, new ParallelOptions { MaxDegreeOfParallelism = 8 }, n =>
        {
            try
            {
                new CostLedger(Books, TimeProvider.System, TimeSpan.FromSeconds(30)).Reserve($"task-{n}", "m", 1, new CostBudget(null, null, 10));
                Interlocked.Increment(ref given);
            }
            catch (DbVcException failure) when (failure.Code == "model.budget")
            {
                // What the others left was too little.
            }
        });
        Assert.Equal((10, 10), (given, Ledger().Read().Count));
        Assert.Equal(10, Ledger().Read().Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public void A_line_that_a_crash_cut_off_spoils_no_other()
    {
        Ledger().Reserve("a", "m", 1, new CostBudget(null, null, null));
        var whole = File.ReadAllBytes(Books);
        for (var length = 0; length < whole.Length; length += 5)
        {
            File.WriteAllBytes(Books, [.. whole, .. whole[..length]]);
            var id = Ledger().Reserve("b", "m", 2, new CostBudget(null, null, null));
            Ledger().Settle(id, "b", "m", 0.5m, (1, 0, 1));
            Assert.Equal(1.5m, Ledger().Read().Sum(e => e.Usd));
        }
    }

    [Fact]
    public async Task What_is_reserved_is_never_less_than_what_is_billed()
    {
        var reserved = new List<decimal>();
        var model = new ScriptedChatClient(messages =>
        {
            reserved.Add(Ledger().Read()[^1].Usd!.Value);
            // A provider that makes a token of each byte, which is the most.
            var bytes = messages.Sum(m => System.Text.Encoding.UTF8.GetByteCount(m.Text));
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "Zoë 😀 " + new string('a', 50)))
            {
                Usage = new UsageDetails { InputTokenCount = bytes, OutputTokenCount = 100 },
            };
        });
        using var metered = new MeteredChatClient(model, Ledger(), "t", "m", new(new ModelPrice("m", 1, 2), new CostBudget(null, null, null), 100));
        var messages = new List<ChatMessage> { new(ChatRole.User, "Begin. " + new string('ä', 100)) };
        for (var n = 0; n < 5; n++)
        {
            messages.AddRange((await metered.GetResponseAsync(messages)).Messages);
            messages.Add(new ChatMessage(ChatRole.User, "Go on."));
        }

        var billed = Ledger().Read();
        Assert.All(billed.Zip(reserved), pair => Assert.InRange(pair.First.Usd!.Value, 0, pair.Second));
        Assert.Equal(billed.Sum(e => e.Usd), metered.Usd);
        Assert.All(billed, e => Assert.True(e.IsSettled));
    }

    [Fact]
    public async Task A_failure_before_any_answer_costs_nothing_and_a_cut_answer_its_most()
    {
        foreach (var (code, usd) in new[] { ("model.key-refused", 0m), ("model.cut", 0.0002m) })
        {
            var model = new ScriptedChatClient(_ => throw new DbVcException(FailureKind.Failed, code, "no"));
            using var metered = new MeteredChatClient(model, Ledger(), code, "m", new(new ModelPrice("m", 0, 2), new CostBudget(null, null, null), 100));
            await Assert.ThrowsAsync<DbVcException>(() => metered.GetResponseAsync("hello"));
            Assert.Equal(usd, Ledger().Read().Single(e => e.Task == code).Usd);
        }
    }

    private CostLedger Ledger() => new(Books, _time, TimeSpan.FromSeconds(10));

    private static void AssertRefused(Action reserve, string said)
    {
        var failure = Assert.Throws<DbVcException>(reserve);
        Assert.Equal(("model.budget", FailureKind.Refused), (failure.Code, failure.Kind));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }
}
