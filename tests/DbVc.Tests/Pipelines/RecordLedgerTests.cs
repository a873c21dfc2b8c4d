using DbVc.Model;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class RecordLedgerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Every_record_once_in_any_order_is_complete(int records)
    {
        var ledger = new RecordLedger(records);
        var numbers = Enumerable.Range(1, records).ToArray();
        new Random(records).Shuffle(numbers);
        Assert.All(numbers, number => Assert.True(ledger.Mark(number)));
        ledger.Close();
    }

    [Fact]
    public void Lost_records_are_listed()
    {
        var ledger = new RecordLedger(200);
        for (var record = 1; record <= 200; record++)
        {
            if (record is not (1 or 63 or 64 or 128 or 200))
                ledger.Mark(record);
        }
        var error = Assert.Throws<DbVcException>(ledger.Close);
        Assert.Equal("worker.records", error.Code);
        Assert.Contains("5 of 200 records never came back (1, 63, 64, 128, 200)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_set_of_lost_records_is_found_exactly()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var records = random.Next(1, 400);
            var lost = Enumerable.Range(1, records).Where(_ => random.Next(100) < 5).Take(20).ToHashSet();
            var ledger = new RecordLedger(records);
            foreach (var record in Enumerable.Range(1, records).Where(record => !lost.Contains(record)))
                ledger.Mark(record);
            var message = Record.Exception(ledger.Close)?.Message;
            var listed = $"({string.Join(", ", lost.Order())})";
            Assert.True(lost.Count == 0 ? message is null : message!.Contains(listed, StringComparison.Ordinal), $"seed {seed}, round {round}: {message}");
        }
    }

    [Fact]
    public void A_second_time_and_a_number_past_the_end_are_refused()
    {
        var ledger = new RecordLedger(2);
        Assert.True(ledger.Mark(1));
        Assert.False(ledger.Mark(1));
        Assert.False(ledger.Mark(3));
        Assert.False(ledger.Mark(0));
        Assert.False(ledger.Mark(long.MinValue));
        Assert.True(ledger.Mark(2));
        var message = Assert.Throws<DbVcException>(ledger.Close).Message;
        Assert.Contains("more than once (1)", message, StringComparison.Ordinal);
        Assert.Contains("does not have (3, 0, -9223372036854775808)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Endless_duplicates_are_stopped()
    {
        var ledger = new RecordLedger(1);
        var marked = 0;
        Assert.Throws<DbVcException>(new Action(() =>
        {
            for (; marked < 1_000_000; marked++)
                ledger.Mark(1);
        }));
        Assert.InRange(marked, 1, 10_000);
    }
}
