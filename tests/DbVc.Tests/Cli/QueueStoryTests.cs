using Xunit;

namespace DbVc.Tests;

/// <summary>What people and programs read of the merge queue and of proposals; compared with files.</summary>
public sealed class QueueStoryTests : IDisposable
{
    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("people")]
    [InlineData("json")]
    public async Task What_the_queue_says_stays_the_same(string reader)
    {
        Task<Said> Tell(params string[] words) => _cli.TellAsync(reader == "json" ? [.. words, "--json"] : words);
        _cli.Shop.Branch("first", "UPDATE customers SET name = 'Anna' WHERE id = 1");
        _cli.Shop.Branch("second", "UPDATE customers SET name = ' Anna ' WHERE id = 1; UPDATE customers SET email = 'anna@example.org' WHERE id = 1");
        _cli.Shop.Branch("third", "DROP TABLE orders");
        _cli.Shop.Branch("fourth", "UPDATE customers SET balance = 7 WHERE id = 2");

        await Tell("merge", "queue", "list");
        await Tell("merge", "queue", "add", "first", "second", "third", "fourth");
        await Tell("merge", "queue", "add", "nobody");
        await Tell("merge", "queue", "run");
        await Tell("merge", "queue", "list");
        await Tell("merge", "status");
        await Tell("conflicts", "list");
        var conflict = (string)(await _cli.JsonAsync("conflicts", "list"))["conflicts"]![0]!["id"]!;
        await Tell("conflicts", "show", conflict);
        await Tell("conflicts", "propose");
        await Tell("conflicts", "resolve", conflict, "--take", "proposal");
        await Tell("conflicts", "show", conflict);
        await Tell("merge", "queue", "run");
        await Tell("merge", "queue", "list", "--all");
        await Tell("merge", "queue", "remove", "second");
        _cli.MatchesSnapshot($"queue-{reader}");
    }
}
