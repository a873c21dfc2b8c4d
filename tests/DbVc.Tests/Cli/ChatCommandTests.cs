using System.Text.Json.Nodes;
using DbVc.Commands;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

/// <summary>The command: one sentence, a conversation on a terminal, sentences from a pipe.</summary>
public sealed class ChatCommandTests : IDisposable
{
    private readonly ShopCli _cli = new();

    public ChatCommandTests()
    {
        _cli.Shop.Write("UPDATE customers SET balance = 60 WHERE id = 1");
        _cli.Shop.Workspace.Branches.Commit(BranchName.Main, "Ann paid in", null, CancellationToken.None);
        _cli.Shop.Branch("fix-bob", "UPDATE customers SET email = 'bob@shop.example' WHERE id = 2");
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_story_of_sentences_stays_the_same()
    {
        await Tell("what changed in fix-bob?");
        await Tell("who changed the balance of customer 1 and why?");
        await Tell("what happened to customer 1");
        await Tell("what would a rollback to HEAD~1 undo?");
        await Tell("merge fix-bob");
        await Tell("merge fix-bob", "--yes");
        await Tell("merge fix-bob", "--yes");
        await Tell("show the last 3 commits");
        await Tell("undo", "--yes");
        await Tell("merge fix-bbo");
        await Tell("make me a sandwich");
        await Tell("what did it cost", "--json");
        await Tell("delete fix-bob", "--json");
        await Tell("help");
        _cli.MatchesSnapshot("chat");

        Task Tell(string sentence, params string[] options) => _cli.TellAsync(["chat", sentence, .. options]);
    }

    [Fact]
    public async Task On_a_terminal_it_asks_before_it_changes_anything_and_remembers_what_was_spoken_of()
    {
        var (code, said) = await TalkAsync("show branch fix-bob\nmerge it\nn\nmerge it\nyes\ndelete it\ny\nwhat changed in fix-bob\nwhy?\nexit\nmerge main\n");
        Assert.Equal(0, code);
        Assert.Contains("This runs: db-vc branch merge fix-bob\nDo it? [y/N]: Nothing was changed.", said, StringComparison.Ordinal);
        Assert.Contains("Removed fix-bob.", said, StringComparison.Ordinal);
        Assert.Equal("bob@shop.example", _cli.Shop.Ask("SELECT email FROM customers WHERE id = 2"));
        Assert.Equal(2, said.Split("There is no branch 'fix-bob'.").Length - 1);
        Assert.DoesNotContain("merge main", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no")]
    [InlineData("yse")]
    [InlineData("merge fix-bob")]
    public async Task Only_a_yes_is_a_yes(string answer)
    {
        await TalkAsync($"merge fix-bob\n{answer}\n");
        Assert.Equal("bob@example.com", _cli.Shop.Ask("SELECT email FROM customers WHERE id = 2"));
    }

    [Fact]
    public async Task Sentences_from_a_pipe_are_answered_and_change_nothing_without_a_flag()
    {
        var said = await PipeAsync("how many customers are there\nmerge fix-bob\nyes\ny\n");
        Assert.Equal(2, said.Code);
        Assert.Contains("customers has 2 rows.", said.Out, StringComparison.Ordinal);
        Assert.Contains("--yes", said.Error, StringComparison.Ordinal);
        Assert.Equal("bob@example.com", _cli.Shop.Ask("SELECT email FROM customers WHERE id = 2"));

        Assert.Equal(0, (await PipeAsync("merge fix-bob\n", "--yes")).Code);
        Assert.Equal("bob@shop.example", _cli.Shop.Ask("SELECT email FROM customers WHERE id = 2"));
    }

    [Fact]
    public async Task A_proposal_is_a_document_for_programs_and_nothing_is_done()
    {
        var said = await _cli.RunAsync("chat", "merge fix-bob", "--json");
        Assert.Equal(2, said.Code);
        var document = JsonNode.Parse(said.Out)!;
        Assert.Equal("proposal", (string?)document["kind"]);
        Assert.Equal("db-vc branch merge fix-bob", (string?)document["command"]);
        Assert.Equal("input.no-terminal", (string?)JsonNode.Parse(said.Error)!["error"]!["code"]);
        Assert.Equal("done", (string?)(await _cli.JsonAsync("chat", "merge fix-bob", "--yes"))["kind"]);
        Assert.Equal(2, (await _cli.RunAsync("chat", "--json")).Code);
    }

    [Fact]
    public async Task Words_need_no_quotes()
    {
        Assert.Contains("customers has 2 rows.", (await _cli.RunAsync("chat", "how", "many", "customers")).Out, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Said)> TalkAsync(string lines)
    {
        var terminal = new FakeTerminal(isLive: true, lines);
        var code = await new CommandLine().RunAsync(["-C", _cli.Shop.Folder, "chat"], terminal.Terminal with { AllowsColor = false });
        return (code, terminal.Out + terminal.Error);
    }

    private async Task<Said> PipeAsync(string lines, params string[] options)
    {
        var terminal = new FakeTerminal(input: lines);
        var code = await terminal.RunAsync(["-C", _cli.Shop.Folder, "chat", .. options]);
        return new Said(code, terminal.Out, terminal.Error);
    }
}
