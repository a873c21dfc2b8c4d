using System.CommandLine;
using System.Text.Json.Nodes;
using DbVc.Commands;
using DbVc.Model;
using Xunit;

namespace DbVc.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("completion")]
    [InlineData("completion tcsh")]
    [InlineData("completion @bash")]
    [InlineData("completion bash --nonsense")]
    [InlineData("-C")]
    public async Task Wrong_usage_is_exit_2_with_the_help_to_ask_for(string line)
    {
        var terminal = new FakeTerminal();
        Assert.Equal(2, await terminal.RunAsync(line.Split(' ')));
        Assert.StartsWith("error: ", terminal.Error);
        Assert.Matches(@"\n  try: db-vc( completion)? --help\n$", terminal.Error);
        Assert.Empty(terminal.Out);
    }

    [Fact]
    public async Task An_argument_that_begins_with_an_at_sign_is_not_a_file_of_arguments()
    {
        var terminal = new FakeTerminal();
        await terminal.RunAsync(["completion", "@{2026-01-31}"]);
        Assert.DoesNotContain("file", terminal.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Wrong_usage_with_json_is_one_document_on_standard_error()
    {
        var terminal = new FakeTerminal();
        Assert.Equal(2, await terminal.RunAsync(["--json", "nonsense"]));
        Assert.Empty(terminal.Out);
        var error = JsonNode.Parse(terminal.Error)!["error"]!.AsObject();
        Assert.Equal(["code", "message", "where", "hint"], error.Select(pair => pair.Key));
        Assert.Equal("usage", (string?)error["code"]);
    }

    [Theory]
    [InlineData("complation", " Did you mean 'completion'?")]
    [InlineData("--jso", " Did you mean '--json'?")]
    [InlineData("xyz", "")]
    public async Task A_slip_is_answered_with_the_word_that_was_meant(string word, string suggestion)
    {
        var terminal = new FakeTerminal();
        await terminal.RunAsync([word]);
        Assert.StartsWith($"error: '{word}' is not understood here.{suggestion}\n", terminal.Error);
    }

    [Theory]
    [InlineData("branch", "Say which: create, list, show, rename, delete, restore, fetch, review, merge, approve, reject, override, rule.")]
    [InlineData("undo abc", "'abc' is not a number that OP can be.")]
    [InlineData("log -n many", "'many' is not a number that --limit can be.")]
    [InlineData("conflicts resolve x --take left", "'left' is none of the words for --take: source, target, base, both, proposal.")]
    public async Task What_does_not_fit_is_said_in_plain_words(string line, string message)
    {
        var terminal = new FakeTerminal();
        Assert.Equal(2, await terminal.RunAsync(line.Split(' ')));
        Assert.StartsWith($"error: {message}\n", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_overview_names_every_command_on_a_line_that_fits_a_terminal()
    {
        var terminal = new FakeTerminal();
        Assert.Equal(0, await terminal.RunAsync(["--help"]));
        var lines = terminal.Out.Split('\n');
        foreach (var verb in new CommandLine().Root.Subcommands) Assert.Single(lines, line => line.StartsWith($"  {verb.Name} ", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 110));
    }

    [Fact]
    public async Task Without_arguments_the_help_is_shown()
    {
        var terminal = new FakeTerminal();
        Assert.Equal(0, await terminal.RunAsync([]));
        Assert.Contains("completion", terminal.Out, StringComparison.Ordinal);
        Assert.Empty(terminal.Error);
    }

    [Fact]
    public void Every_command_has_a_sentence_and_examples_that_it_understands()
    {
        var line = new CommandLine();
        foreach (var verb in AllVerbs(line.Root))
        {
            Assert.Matches(@"^[A-Z].*\.$", verb.Description!);
            if (verb.Body is null) continue;
            Assert.True(verb.Examples.Count > 0, $"{verb.Name} has no example");
            foreach (var example in verb.Examples)
            {
                Assert.StartsWith("db-vc ", example);
                var parsed = line.Root.Parse(example["db-vc ".Length..].Split(" >")[0], new ParserConfiguration { ResponseFileTokenReplacer = null });
                Assert.True(parsed.Errors.Count == 0, $"'{example}': {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
                Assert.Same(verb, parsed.CommandResult.Command);
            }
        }
    }

    [Fact]
    public async Task Help_ends_with_the_examples()
    {
        var terminal = new FakeTerminal();
        Assert.Equal(0, await terminal.RunAsync(["completion", "--help"]));
        Assert.Contains("\nExamples:\n  db-vc completion bash >", terminal.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureKind.Failed, 1)]
    [InlineData(FailureKind.Usage, 2)]
    [InlineData(FailureKind.Conflict, 3)]
    [InlineData(FailureKind.Refused, 4)]
    [InlineData(FailureKind.Locked, 5)]
    public void An_expected_failure_says_what_where_and_what_to_do(FailureKind kind, int code)
    {
        var failure = new DbVcException(kind, "branch.exists", "There is a branch 'a' already.", "branches/a", "db-vc branch delete a");
        var terminal = new FakeTerminal();
        Assert.Equal(code, FailureReport.Write(failure, terminal.Output(), interrupted: false));
        Assert.Equal("error: There is a branch 'a' already.\n  at: branches/a\n  try: db-vc branch delete a\n", terminal.Error);

        terminal = new FakeTerminal();
        Assert.Equal(code, FailureReport.Write(failure, terminal.Output(isJson: true), interrupted: false));
        Assert.Equal(
            """{"error":{"code":"branch.exists","message":"There is a branch 'a' already.","where":"branches/a","hint":"db-vc branch delete a"}}""" + "\n",
            terminal.Error);
        Assert.Empty(terminal.Out);
    }

    [Fact]
    public void An_unexpected_failure_is_short_and_an_interrupt_is_130()
    {
        var terminal = new FakeTerminal();
        Assert.Equal(1, FailureReport.Write(new InvalidOperationException("row 7"), terminal.Output(), interrupted: false));
        Assert.Contains("row 7", terminal.Error, StringComparison.Ordinal);
        Assert.Equal(3, terminal.Error.Count(c => c == '\n'));

        Assert.Equal(130, FailureReport.Write(new OperationCanceledException(), new FakeTerminal().Output(), interrupted: true));
        Assert.Equal(1, FailureReport.Write(new OperationCanceledException(), new FakeTerminal().Output(), interrupted: false));
    }

    [Fact]
    public void A_repository_is_found_upwards_but_not_from_a_folder_that_was_named()
    {
        var root = Directory.CreateTempSubdirectory("db-vc-test-");
        try
        {
            Directory.CreateDirectory(Path.Combine(root.FullName, ".db-version-control"));
            var inner = root.CreateSubdirectory("a/b");
            Assert.Equal(root.FullName, Context(root.FullName).FindRepository());
            Assert.Equal("repository.missing", Assert.Throws<DbVcException>(() => Context(inner.FullName).FindRepository()).Code);
            Assert.Equal("folder.missing", Assert.Throws<DbVcException>(() => Context(Path.Combine(root.FullName, "x")).FindRepository()).Code);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("YES\n", true)]
    [InlineData("\n", false)]
    [InlineData("yup\n", false)]
    [InlineData("", false)]
    public async Task Only_a_yes_is_a_yes(string typed, bool expected)
    {
        var terminal = new FakeTerminal(isLive: true, typed);
        var context = new CommandContext(new CommandLine().Root.Parse(""),
            terminal.Output(), null, Surroundings.OfProcess, TestContext.Current.CancellationToken);
        Assert.Equal(expected, await context.ConfirmAsync("Approve merge?", "--yes"));
        Assert.Equal("Approve merge? [y/N]: ", terminal.Out);
    }

    [Fact]
    public async Task Where_nobody_can_answer_the_question_names_its_flag()
    {
        var failure = await Assert.ThrowsAsync<DbVcException>(() => Context(".").ConfirmAsync("Approve merge?", "--yes"));
        Assert.Equal((FailureKind.Usage, "Answer it beforehand with --yes."), (failure.Kind, failure.Hint));
    }

    private static CommandContext Context(string folder) =>
        new(new CommandLine().Root.Parse(""), new FakeTerminal().Output(), folder, Surroundings.OfProcess, CancellationToken.None);

    private static IEnumerable<Verb> AllVerbs(Command command) =>
        command.Subcommands.OfType<Verb>().SelectMany(verb => AllVerbs(verb).Prepend(verb));
}
