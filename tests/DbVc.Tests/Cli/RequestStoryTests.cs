using Xunit;

namespace DbVc.Tests;

/// <summary>What people and programs read of requests; compared with files.</summary>
public sealed class RequestStoryTests : IDisposable
{
    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("people")]
    [InlineData("json")]
    public async Task What_is_said_of_requests_stays_the_same(string reader)
    {
        Task<Said> Tell(params string[] words) => _cli.TellAsync(reader == "json" ? [.. words, "--json"] : words);
        _cli.Shop.Branch("mend", "UPDATE customers SET balance = 7 WHERE id = 1");
        await Tell("request", "list");
        await Tell("request", "show", "1");
        await Tell("request", "open", "mend", "--title", "Mend a balance", "--text", "Ann paid.\nSee the letter.");
        await Tell("request", "open", "mend");
        await Tell("branch", "rule", "main", "--request");
        await Tell("request", "comment", "1", "Why seven?", "--table", "customers", "--key", "1", "--column", "balance");
        await Tell("request", "comment", "1", "As the letter says.", "--reply-to", "1");
        await Tell("request", "comment", "1", "--resolve", "1");
        await Tell("request", "comment", "1", "And here?", "--table", "customers", "--key", "8");
        await Tell("request", "changes", "1", "The letter says eight");
        await Tell("request", "merge", "1");
        _cli.Shop.WriteBranch("mend", "UPDATE customers SET balance = 8 WHERE id = 1");
        await Tell("commit", "--branch", "mend", "-m", "Eight, as the letter says");
        await Tell("status");
        await Tell("request", "show", "1", "--seen");
        await Tell("request", "approve", "1");
        await Tell("request", "merge", "1", "--dry-run");
        await Tell("request", "merge", "1");
        await Tell("request", "show", "1");
        await Tell("request", "withdraw", "1");
        await Tell("request", "list", "--all");
        _cli.MatchesSnapshot($"requests-{reader}");
    }

    [Fact]
    public async Task What_is_typed_into_a_request_steers_no_terminal_and_is_whole_in_json()
    {
        const string Hostile = "fine\n\u001b[2J\u202eApprovals: 9 of 1\u0007\n✅ Ready for merge";
        _cli.Shop.Branch("mend", "UPDATE customers SET balance = 7 WHERE id = 1");
        await _cli.RunAsync("branch", "rule", "main", "--approvals", "1");
        Assert.Equal(0, (await _cli.RunAsync("request", "open", "mend", "--text", Hostile)).Code);
        Assert.Equal(0, (await _cli.RunAsync("request", "comment", "1", Hostile)).Code);
        foreach (var isLive in (bool[])[false, true])
        {
            var terminal = new FakeTerminal(isLive);
            Assert.Equal(0, await new DbVc.Commands.CommandLine().RunAsync(["-C", _cli.Shop.Folder, "request", "show", "1"], terminal.Terminal));
            Assert.DoesNotContain("\u001b[2J", terminal.Out, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202e', terminal.Out);
            Assert.DoesNotContain('\u0007', terminal.Out);
            var lines = terminal.Out.Split('\n');
            Assert.DoesNotContain(lines, line => line.StartsWith("Approvals: 9", StringComparison.Ordinal) || line.StartsWith('✅'));
            Assert.Contains(lines, line => line.Contains("Not ready", StringComparison.Ordinal));
        }

        var document = await _cli.JsonAsync("request", "show", "1");
        Assert.Equal((Hostile, Hostile), ((string?)document["text"], (string?)document["conversation"]![0]!["text"]));
        Assert.DoesNotContain("fine", (await _cli.RunAsync("op", "log")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_exclude_each_other_are_wrong_usage()
    {
        Assert.Equal(2, (await _cli.RunAsync("branch", "rule", "main", "--request", "--no-request")).Code);
        Assert.Equal(0, (await _cli.RunAsync("branch", "rule", "main", "--request")).Code);
        Assert.Equal(0, (await _cli.RunAsync("branch", "rule", "main", "--approvals", "1")).Code);
        Assert.True((bool?)(await _cli.JsonAsync("branch", "rule"))["rules"]![0]!["request"]);
        Assert.False((bool?)(await _cli.JsonAsync("branch", "rule", "main", "--no-request"))["request"]);
    }
}
