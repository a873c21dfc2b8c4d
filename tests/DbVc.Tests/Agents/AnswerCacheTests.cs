using DbVc.Agents;
using DbVc.Model;
using Microsoft.Extensions.AI;
using Xunit;

namespace DbVc.Tests;

/// <summary>Answers that are used again: for the same question only, and never with a secret in them.</summary>
public sealed class AnswerCacheTests : IDisposable
{
    private const string Analyzed = """{"branch_name":"BRANCH","schema":{"commit":{"type":"string"}}}""";
    private const string Executed = """{"rows_loaded":2,"rows_per_second":SPEED,"commit":"COMMIT","problem":null}""";
    private const string Judged = """{"passed":true,"gates":[{"name":"performance","passed":true,"seconds":SPEED,"summary":"SPEED rows/s","findings":[]}]}""";

    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("dbvc-answers-").FullName, "answers");
    private readonly ManualTime _time = new();

    /// <summary>What is another in the second question, and whether that makes it another question.</summary>
    public static TheoryData<string, Run, bool> Differences => new()
    {
        { "nothing", new Run(), false },
        { "task and branch", new Run { Task = "other-20260102-030405", Branch = "other" }, false },
        { "how long it took and what it committed", new Run { Speed = "77.5", Commit = "feedfeedfeedfeedfeedfeedfeedfeedfeedfeed" }, false },
        { "the metadata", new Run { Metadata = "{\"source\": \"b.csv\"}" }, true },
        { "the model", new Run { Model = "work/other" }, true },
        { "what a tool answered", new Run { Loaded = "3" }, true },
        { "a column whose name is that of a measurement", new Run { Column = "integer" }, true },
        { "what a gate that refused says", new Run { Passed = "false", Speed = "77.5" }, true },
        { "a tool", new Run { Tools = ["finish", "more"] }, true },
    };

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Theory]
    [MemberData(nameof(Differences))]
    public void A_question_is_another_where_it_says_something_else(string what, Run run, bool isOther)
    {
        var first = new Run { Passed = run.Passed };
        Assert.True(isOther == (first.Key() != run.Key()), what);
    }

    [Fact]
    public void An_answer_of_another_run_names_this_runs_branch_and_commit()
    {
        var run = new Run { Branch = "mine", Commit = "feedfeedfeedfeedfeedfeedfeedfeedfeedfeed", Speed = "5" };
        var messages = run.Messages();
        Assert.Equal("""{"branch_name":"mine","code_path":"generated"}""", Adapt("execute_in_branch", """{"branch_name":"theirs","code_path":"generated"}"""));
        Assert.Equal("""{"actual_results":{"rows_loaded":2,"commit":"feedfeedfeedfeedfeedfeedfeedfeedfeedfeed","rows_per_second":5}}""",
            Adapt("validate_results", """{"actual_results":{"rows_loaded":2,"commit":"0000","rows_per_second":9}}"""));
        Assert.Equal("""{"path":"theirs","text":"branch_name"}""", Adapt("write_file", """{"path":"theirs","text":"branch_name"}"""));

        string Adapt(string tool, string arguments) => System.Text.Json.JsonSerializer.Serialize(
            ConversationKey.Adapt(Run.Call("z", tool, arguments), messages).Arguments);
    }

    [Fact]
    public async Task What_was_answered_once_is_answered_again_without_tokens_and_only_where_it_may_be()
    {
        var (model, saved) = (new ScriptedChatClient(_ => Answer("first"), _ => Answer("second"), _ => Answer("third")), new List<UsageDetails>());
        Assert.Equal("first", await Ask(mayReuse: true));
        Assert.Equal("first", await Ask(mayReuse: true));
        Assert.Equal("second", await Ask(mayReuse: false));
        Assert.Equal("second", await Ask(mayReuse: true));
        Assert.Equal([10L, 10L], saved.Select(s => s.InputTokenCount ?? 0));
        _time.Advance(TimeSpan.FromDays(31));
        Assert.Equal("third", await Ask(mayReuse: true));

        async Task<string> Ask(bool mayReuse)
        {
            var client = new CachingChatClient(model, Cache(), "work/m", mayReuse, saved.Add);
            return (await client.GetResponseAsync(new Run().Messages())).Text;
        }
    }

    [Fact]
    public void An_answer_with_a_secret_a_damaged_file_and_a_full_cache_cost_nothing_but_an_answer()
    {
        var cache = Cache(2_000);
        cache.Keep(Key("secret"), Answer("the key is canary-31415926"));
        Assert.Null(cache.Find(Key("secret")));

        cache.Keep(Key("whole"), Answer("whole"));
        Assert.Equal("whole", cache.Find(Key("whole"))!.Text);
        File.WriteAllText(Directory.GetFiles(_folder).Single(), "{\"time\":");
        Assert.Null(cache.Find(Key("whole")));

        for (var i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            cache.Keep(Key($"n{i}"), Answer(new string('x', 300)));
            // Used every time, so it is never the one that was not used longest.
            if (i > 0) Assert.NotNull(cache.Find(Key("n0")));
        }

        Assert.InRange(Directory.GetFiles(_folder).Sum(f => new FileInfo(f).Length), 1, 2_000);
        Assert.Null(cache.Find(Key("n1")));
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.GetFiles(_folder)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Assert.Null(Cache(0).Find(Key("n0")));
    }

    private AnswerCache Cache(long bytes = 1_000_000) => new(_folder, bytes, TimeSpan.FromDays(30), new SecretMask(["canary-31415926"]), _time);

    private static Hash Key(string text) => Hash.Of(System.Text.Encoding.UTF8.GetBytes(text));

    private static ChatResponse Answer(string text) =>
        new(new ChatMessage(ChatRole.Assistant, text)) { Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 2 } };

    /// <summary>One conversation, as far as the gates.</summary>
    public sealed record Run
    {
        private static readonly System.Text.Json.JsonElement s_anything = System.Text.Json.JsonDocument.Parse("{}").RootElement;

        public string Model { get; init; } = "work/m";

        public string Task { get; init; } = "users-20260101-000000";

        public string Branch { get; init; } = "users";

        public string Metadata { get; init; } = """{"source": "a.csv"}""";

        public string Speed { get; init; } = "1000.1";

        public string Commit { get; init; } = "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcd";

        public string Loaded { get; init; } = "2";

        public string Column { get; init; } = "string";

        public string Passed { get; init; } = "true";

        public IReadOnlyList<string> Tools { get; init; } = ["finish"];

        public static FunctionCallContent Call(string id, string tool, string arguments) => new(id, tool,
            System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments));

        public IReadOnlyList<ChatMessage> Messages() =>
        [
            .. AgentPrompt.Build(new PipelineTask(TaskId.Parse(Task), BranchName.Parse(Branch), Metadata, Model, DateTimeOffset.UnixEpoch)),
            Called("a", "analyze_metadata", "{}"), Result("a", Analyzed),
            Called("b", "execute_in_branch", """{"branch_name":"BRANCH","code_path":"generated"}"""), Result("b", Executed),
            Called("c", "validate_results", """{"actual_results":{"rows_loaded":2,"commit":"COMMIT","rows_per_second":SPEED}}"""), Result("c", Judged),
        ];

        public Hash Key() => ConversationKey.Of(Model, Messages(), Tools.Select(t => AIFunctionFactory.CreateDeclaration(t, null, s_anything)));

        public override string ToString() => $"{Task} {Branch} {Model}";

        private ChatMessage Called(string id, string tool, string arguments) => new(ChatRole.Assistant, [Call(id, tool, Fill(arguments))]);

        private ChatMessage Result(string id, string text) => new(ChatRole.Tool, [new FunctionResultContent(id, Fill(text))]);

        private string Fill(string text) => text.Replace("BRANCH", Branch, StringComparison.Ordinal).Replace("SPEED", Speed, StringComparison.Ordinal)
            .Replace("COMMIT", Commit, StringComparison.Ordinal).Replace("\"rows_loaded\":2", $"\"rows_loaded\":{Loaded}", StringComparison.Ordinal)
            .Replace("\"type\":\"string\"", $"\"type\":\"{Column}\"", StringComparison.Ordinal)
            .Replace("\"passed\":true,\"seconds\"", $"\"passed\":{Passed},\"seconds\"", StringComparison.Ordinal);
    }
}
