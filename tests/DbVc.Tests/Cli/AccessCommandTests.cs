using System.CommandLine;
using System.Text.Json.Nodes;
using DbVc.Commands;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

public sealed class AccessCommandTests : IDisposable
{
    /// <summary>They work where no repository is, or make one.</summary>
    private static readonly string[] s_apart = ["init", "import"];

    private readonly ShopCli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Every_command_is_in_the_table_once_and_the_table_has_no_other()
    {
        var verbs = AllVerbs(new CommandLine().Root).Where(v => v.Body is not null).Select(CommandContext.NameOf).ToList();
        var table = AccessTable.Rules.SelectMany(r => r.Verbs).ToList();
        Assert.Empty(verbs.Except(table));
        Assert.Empty(table.Except(verbs));
        Assert.Equal(table.Count, table.Distinct().Count());
        Assert.Equal(Enum.GetValues<AccessAction>().Order(), AccessTable.Rules.Select(r => r.Action).Order());
    }

    [Fact]
    public async Task Who_is_not_known_runs_no_command_that_changes_anything()
    {
        await CloseAsync();
        foreach (var verb in AllVerbs(new CommandLine().Root).Where(v => v.Body is not null))
        {
            var name = CommandContext.NameOf(verb);
            if (AccessTable.FindVerb(name)!.Role == Role.Viewer || s_apart.Contains(name)) continue;
            var said = await _cli.RunAsync([.. Split(verb.Examples[0]["db-vc ".Length..]), "--json"]);
            Assert.True(said.Code == 4, $"{name}: {said.Code} {said.Out}{said.Error}");
            Assert.Equal("access.denied", (string?)JsonNode.Parse(said.Error)!["error"]!["code"]);
        }
    }

    [Theory]
    [InlineData("branch rule main --approvals 1")]
    [InlineData("tag v9")]
    [InlineData("pipeline quarantine users --discard")]
    [InlineData("pipeline schedule users --cron @daily")]
    [InlineData("pipeline schedule users --off")]
    [InlineData("init --attach --adopt")]
    public async Task Nor_one_that_changes_only_with_an_option(string line)
    {
        await CloseAsync();
        var said = await _cli.RunAsync(line.Split(' '));
        Assert.True(said.Code == 4, said.Error);
    }

    [Fact]
    public async Task The_story_of_users_tokens_rules_and_an_override()
    {
        await _cli.TellAsync("user", "list");
        await _cli.TellAsync("user", "add", "Ada", "--role", "viewer");
        await _cli.TellAsync("user", "add", "Ada", "--role", "admin", "--mail", "ada@example.com");
        await _cli.TellAsync("user", "add", "Rae", "--role", "reviewer", "--login", "rae");
        await _cli.TellAsync("user", "login", "Rae", "rae2");
        await _cli.TellAsync("user", "role", "Ada", "author");
        await _cli.TellAsync("branch", "rule", "main", "--approvals", "1");
        await _cli.TellAsync("branch", "rule");
        await _cli.TellAsync("branch", "create", "side");
        _cli.Shop.WriteBranch("side", "UPDATE customers SET balance = 1 WHERE id = 1");
        await _cli.TellAsync("commit", "--branch", "side", "-m", "Mend a balance");
        await _cli.TellAsync("branch", "approve", "side");
        await _cli.TellAsync("branch", "merge", "side", "--dry-run");
        await _cli.TellAsync("branch", "merge", "side");
        await _cli.TellAsync("branch", "show", "side");
        await _cli.TellAsync("branch", "reject", "side");
        await _cli.TellAsync("branch", "reject", "side", "--reason", "a balance of 1 is a typing error");
        Assert.Equal("Ada", (string?)(await _cli.JsonAsync("branch", "show", "side"))["rejections"]![0]!["name"]);
        await _cli.TellAsync("branch", "merge", "side");
        await _cli.TellAsync("branch", "list");
        await _cli.TellAsync("branch", "show", "side");
        await _cli.TellAsync("branch", "review", "side", "--stat");
        var lesson = (await _cli.JsonAsync("memory", "list"))["lessons"]![0]!;
        Assert.Equal(("rejection", "a balance of 1 is a typing error"), ((string?)lesson["kind"], (string?)lesson["rejection"]!["reason"]));
        await _cli.TellAsync("branch", "reject", "side", "--withdraw");
        await _cli.TellAsync("memory", "list");
        await _cli.TellAsync("branch", "override", "side", "--reason", "outage 42");
        await _cli.TellAsync("show", "HEAD", "--stat");
        await _cli.TellAsync("log", "-n", "1");
        await _cli.TellAsync("branch", "review", "side", "--stat");
        await _cli.TellAsync("user", "remove", "Rae");
        await _cli.TellAsync("role", "list");
        _cli.MatchesSnapshot("access-story");
        Assert.Equal("outage 42", (string?)(await _cli.JsonAsync("log", "-n", "1"))["commits"]![0]!["override"]);
        Assert.Equal("outage 42", (string?)(await _cli.JsonAsync("show", "HEAD"))["commit"]!["override"]);
        var entries = (await _cli.JsonAsync("op", "log"))["operations"]!.AsArray();
        Assert.Contains(entries, e => (string?)e!["override"] == "outage 42");
    }

    [Fact]
    public async Task An_override_is_red_wherever_there_are_colours()
    {
        await _cli.RunAsync("user", "add", "Ada", "--role", "admin");
        await _cli.RunAsync("branch", "rule", "main", "--approvals", "1");
        await _cli.RunAsync("branch", "create", "side");
        _cli.Shop.WriteBranch("side", "UPDATE customers SET balance = 1 WHERE id = 1");
        await _cli.RunAsync("commit", "--branch", "side", "-m", "Mend a balance");
        await _cli.RunAsync("branch", "override", "side", "--reason", "outage 42");
        foreach (var line in (string[])["log -n 1", "show HEAD --stat", "op log -n 1", "branch review side --stat"])
        {
            var terminal = new FakeTerminal(isLive: true);
            await terminal.RunAsync(["-C", _cli.Shop.Folder, .. line.Split(' ')]);
            Assert.Matches(@"\x1b\[[0-9;]*31m[^\x1b]*(OVERRIDE|override)", terminal.Out);
        }
    }

    [Fact]
    public async Task A_token_is_shown_once_and_the_list_has_its_end_alone()
    {
        await _cli.RunAsync("user", "add", "Ada", "--role", "admin");
        var made = await _cli.JsonAsync("token", "create", "--role", "author", "--branch", "agent-*", "--expires", "1d");
        var secret = (string)made["secret"]!;
        var list = await _cli.RunAsync("token", "list", "--json");
        Assert.DoesNotContain(secret, list.Out, StringComparison.Ordinal);
        Assert.Contains(secret[^4..], list.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, (await _cli.RunAsync("op", "log")).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await _cli.RunAsync("token", "revoke", (string)made["id"]!)).Code);
    }

    [Fact]
    public async Task The_operating_system_says_who_is_there_whatever_the_environment_says()
    {
        var before = Environment.GetEnvironmentVariable("USER");
        try
        {
            var real = Credential.OfProcess().Login;
            foreach (var name in (string[])["USER", "LOGNAME"]) Environment.SetEnvironmentVariable(name, "ada");
            Assert.Equal(real, Credential.OfProcess().Login);
            await CloseAsync();
            Assert.Equal("nothing", (string?)(await _cli.JsonAsync("user", "show"))["by"]);
        }
        finally
        {
            Environment.SetEnvironmentVariable("USER", before);
            Environment.SetEnvironmentVariable("LOGNAME", before);
        }
    }

    /// <summary>Somebody else is the administrator; whoever runs the tests is nobody here.</summary>
    private async Task CloseAsync() =>
        Assert.Equal(0, (await _cli.RunAsync("user", "add", "Ada", "--role", "admin", "--login", "ada-of-another-machine")).Code);

    private static IEnumerable<string> Split(string line)
    {
        foreach (var (part, index) in line.Split('"').Select((part, index) => (part, index)))
        {
            if (index % 2 == 1) yield return part;
            else foreach (var word in part.Split(' ', StringSplitOptions.RemoveEmptyEntries)) yield return word;
        }
    }

    private static IEnumerable<Verb> AllVerbs(Command command) =>
        command.Subcommands.OfType<Verb>().SelectMany(verb => AllVerbs(verb).Prepend(verb));
}
