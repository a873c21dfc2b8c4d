using DbVc.Commands;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.Tests;

/// <summary>Sentences, and what they are understood as.</summary>
public sealed class ChatGrammarTests : IDisposable
{
    private readonly ChatShop _shop = new ChatShop().WithHistory();

    public ChatGrammarTests()
    {
        _shop.Write("metadata/users.json", ChatShop.Metadata);
        _shop.Write("metadata/users.csv", "id,email,age\n1,a@example.com,30\n2,b@example.com,44\n");
    }

    public void Dispose() => _shop.Dispose();

    /// <summary>Each with the command that says or does the same.</summary>
    public static TheoryData<string, string> Sentences => new()
    {
        { "status", "db-vc status" },
        { "How are things?", "db-vc status" },
        { "what's going on", "db-vc status" },
        { "Please show me the branches", "db-vc branch list" },
        { "which branches are there?", "db-vc branch list" },
        { "show branch fix-bob", "db-vc branch show fix-bob" },
        { "What changed?", "db-vc diff" },
        { "what's new", "db-vc diff" },
        { "what is the difference between HEAD~1 and fix-bob?", "db-vc diff HEAD~1 fix-bob" },
        { "compare HEAD~1 with HEAD", "db-vc diff HEAD~1 HEAD" },
        { "diff HEAD~1 fix-bob", "db-vc diff HEAD~1 fix-bob" },
        { "what changed between HEAD~1 and HEAD in customers", "db-vc diff HEAD~1 HEAD --table customers" },
        { "who changed the balance of customer 1 and why?", "db-vc blame customers --key 1 --column balance" },
        { "who changed customers 1 balance", "db-vc blame customers --key 1 --column balance" },
        { "Who changed table customers key 1 column balance and why", "db-vc blame customers --key 1 --column balance" },
        { "who set column balance of row 1 in table customers", "db-vc blame customers --key 1 --column balance" },
        { "who changed customer 1's balance", "db-vc blame customers --key 1 --column balance" },
        { "who changed customer 1", "db-vc history customers --key 1" },
        { "what happened to customer 1?", "db-vc history customers --key 1" },
        { "history of orders 2", "db-vc history orders --key 2" },
        { "who changed customers", "db-vc log --table customers -n 10" },
        { "show me the last 2 commits please", "db-vc log -n 2" },
        { "log of fix-bob", "db-vc log fix-bob -n 10" },
        { "what did HEAD~1 change?", "db-vc show HEAD~1" },
        { "explain commit HEAD", "db-vc show HEAD" },
        { "what would a rollback to HEAD~1 undo?", "db-vc rollback --to-commit HEAD~1 --dry-run" },
        { "what would happen if I rolled back to HEAD~1", "db-vc rollback --to-commit HEAD~1 --dry-run" },
        { "what happens if we go back to HEAD~1", "db-vc rollback --to-commit HEAD~1 --dry-run" },
        { "what would reverting HEAD do", "db-vc revert HEAD --dry-run" },
        { "roll back to HEAD~1", "db-vc rollback --to-commit HEAD~1" },
        { "revert HEAD", "db-vc revert HEAD" },
        { "undo", "db-vc undo" },
        { "review fix-bob", "db-vc branch review fix-bob" },
        { "can I merge fix-bob?", "db-vc branch review fix-bob" },
        { "is fix-bob ready to merge", "db-vc branch review fix-bob" },
        { "merge fix-bob", "db-vc branch merge fix-bob" },
        { "please merge branch fix-bob into spring", "db-vc branch merge fix-bob --into spring" },
        { "could you delete the branch spring", "db-vc branch delete spring" },
        { "get rid of spring", "db-vc branch delete spring" },
        { "create a new branch called summer", "db-vc branch create summer" },
        { "make a branch summer from HEAD~1", "db-vc branch create summer --from HEAD~1" },
        { "rename spring to may", "db-vc branch rename spring may" },
        { "tag HEAD as release-1", "db-vc tag release-1 HEAD" },
        { "what tasks are there", "db-vc agent list" },
        { "what did it cost?", "db-vc cost report" },
        { "how many customers are there", "db-vc query \"SELECT count(*) FROM customers\"" },
        { "how many orders are in fix-bob", "db-vc query \"SELECT count(*) FROM orders\" --branch fix-bob" },
        { "query SELECT name FROM customers ORDER BY id", "db-vc query \"SELECT name FROM customers ORDER BY id\"" },
        { "do the invariants hold?", "db-vc invariant check" },
        { "what is deployed", "db-vc pipeline list" },
        { "what conflicts are there", "db-vc merge status" },
        { "who am I", "db-vc user show" },
        { "explain metadata/users.json", "db-vc metadata explain metadata/users.json" },
        { "what does users.json do?", "db-vc metadata explain metadata/users.json" },
        { "is metadata/users.json valid?", "db-vc metadata validate metadata/users.json" },
        { "start a task with metadata/users.json", "db-vc agent create --metadata metadata/users.json" },
        { "run metadata/users.json on branch people", "db-vc agent create --metadata metadata/users.json --branch people" },
        { "run the gates on fix-bob", "db-vc gate run fix-bob" },
        { "what is in the merge queue?", "db-vc merge queue list" },
        { "queue fix-bob", "db-vc merge queue add fix-bob" },
        { "please put fix-bob into the merge queue", "db-vc merge queue add fix-bob" },
        { "take fix-bob out of the queue", "db-vc merge queue remove fix-bob" },
        { "run the merge queue", "db-vc merge queue list" },
        { "what do you remember about users", "db-vc memory list users" },
        {
            "load these 2 files of the shop: users.csv and orders.csv",
            "db-vc agent create --task \"load these 2 files of the shop: users.csv and orders.csv\""
        },
    };

    [Fact]
    public void Each_sentence_is_understood_as_its_command()
    {
        var wrong = new List<string>();
        foreach (var row in Sentences)
        {
            _shop.Forget();
            var (sentence, command) = row.Data;
            var reply = Try(sentence);
            var line = reply.CommandLine ?? "";
            // An undo names its operation.
            if (command == "db-vc undo" ? !line.StartsWith("db-vc undo ", StringComparison.Ordinal) : line != command)
                wrong.Add($"{sentence}: {line} ({reply.Kind}) {ChatShop.TextOf(reply)}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Every_command_that_is_shown_is_one_that_the_command_line_takes_and_whose_permission_was_asked()
    {
        foreach (var row in Sentences)
        {
            _shop.Forget();
            var reply = Try(row.Data.Item1);
            if (reply.Command.Count == 0) continue;
            var parsed = new CommandLine().Root.Parse([.. reply.Command]);
            Assert.True(parsed.Errors.Count == 0, $"{reply.CommandLine}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
            // Of what conflicts or waits in a queue there is none.
            if (reply.Verb is "conflicts" or "queue_run") continue;
            Assert.Equal(ChatVerbs.All.Single(v => v.Name == reply.Verb).Action, CommandContext.NameOf(parsed.CommandResult.Command));
        }
    }

    [Fact]
    public void The_table_of_verbs_is_in_order()
    {
        Assert.Equal(ChatVerbs.All.Count, ChatVerbs.All.Select(v => v.Name).Distinct().Count());
        foreach (var verb in ChatVerbs.All)
        {
            Assert.NotNull(AccessTable.FindVerb(verb.Action));
            foreach (var pattern in verb.Patterns)
            {
                Assert.Empty(pattern.Slots.Except(verb.Slots.Select(s => s.Name)).Except(["value"]));
                // A word that the reader of sentences replaces, or skips, would never be met.
                var lost = pattern.Words.Where(w => ChatWords.Synonyms.ContainsKey(w) || ChatWords.Noise.Contains(w)).ToList();
                Assert.True(lost.Count == 0, $"{verb.Name}, '{pattern.Text}': {string.Join(", ", lost)}");
            }

            Assert.Contains(verb.Patterns, p => p.Match(Sentence.Read(verb.Example)).Any());
        }
    }

    [Theory]
    [InlineData("mrege fix-bob", "merge fix-ages")]
    [InlineData("make me a sandwich", "I don't know that.")]
    [InlineData("drop all tables", "I don't know that.")]
    [InlineData("please set everything on fire", "I don't know that.")]
    [InlineData("merge fix-bb", "Did you mean fix-bob?")]
    [InlineData("who changed the blance of customer 1", "Did you mean balance?")]
    [InlineData("merge nothing-like-it", "There are: fix-bob, main, spring.")]
    [InlineData("who changed the balance of customer 99", "There is no row with key 99")]
    [InlineData("explain metadata/user.json", "Did you mean metadata/users.json?")]
    [InlineData("delete it", "Nothing was named before")]
    public void What_is_not_known_is_said_and_what_may_be_meant(string sentence, string said)
    {
        var reply = Try(sentence);
        Assert.Equal(ChatKind.Unknown, reply.Kind);
        Assert.Equal(FailureKind.Usage, reply.Failure);
        Assert.Contains(said, ChatShop.TextOf(reply), StringComparison.Ordinal);
    }

    [Fact]
    public void Words_in_quotes_are_names_and_never_words_of_the_sentence()
    {
        _shop.Shop.Write("CREATE TABLE codes (code TEXT PRIMARY KEY, note TEXT); INSERT INTO codes VALUES ('the', 'an article')");
        _shop.Workspace.Branches.Commit(BranchName.Main, "Codes", null, CancellationToken.None);
        Assert.Equal(ChatKind.Unknown, Try("merge 'it'").Kind);
        Assert.Equal("db-vc history codes --key the", Command("history of codes 'the'"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20261127)]
    public void A_sentence_of_any_length_and_any_signs_is_answered_and_changes_nothing(int seed)
    {
        var random = new Random(seed);
        var before = _shop.State();
        string[] words = [.. ChatVerbs.All.SelectMany(v => v.Patterns).SelectMany(p => p.Words), .. ChatWords.Noise, .. ChatWords.Synonyms.Keys, "fix-bob",
            "spring", "main", "customers",
            "orders", "1", "balance", "HEAD~1", "metadata/users.json", "users.csv", "it", "'", "\"", "--yes", "yes", "y", "\u202e", "\0", "🙂",
                "@{2026-01-31}", "../../etc/passwd", "; DROP TABLE x"];
        for (var round = 0; round < 400; round++)
        {
            var sentence = string.Join(round % 7 == 0 ? "" : " ", Enumerable.Range(0, random.Next(0, round % 50 == 0 ? 400 : 9))
                .Select(_ => words[random.Next(words.Length)]));
            try
            {
                _shop.Ask(sentence);
            }
            catch (DbVcException)
            {
                // An expected failure, with a reason.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: '{sentence}' threw {e}");
            }
        }

        Assert.True(before == _shop.State(), $"seed {seed}: something was changed");
    }

    private ChatReply Try(string sentence)
    {
        try
        {
            return _shop.Ask(sentence);
        }
        catch (DbVcException e)
        {
            return new ChatReply { Kind = ChatKind.Failed, Lines = [new ChatLine(ChatTone.Bad, [$"{e.Code}: {e.Message}"])] };
        }
    }

    private string? Command(string sentence) => Try(sentence).CommandLine;
}
