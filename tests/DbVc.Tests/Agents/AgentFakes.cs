using System.Runtime.CompilerServices;
using System.Text.Json;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;
using Microsoft.Extensions.AI;

namespace DbVc.Tests;

/// <summary>Answers from a script; what it was asked is kept.</summary>
internal sealed class ScriptedChatClient(params Func<IReadOnlyList<ChatMessage>, ChatResponse>[] script) : IChatClient
{
    public List<IReadOnlyList<ChatMessage>> Asked { get; } = [];

    /// <summary>The last entry is repeated for ever.</summary>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Asked.Add([.. messages]);
        return Task.FromResult(script[Math.Min(Asked.Count, script.Length) - 1](Asked[^1]));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await GetResponseAsync(messages, options, cancellationToken);
        foreach (var update in response.ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    public static Func<IReadOnlyList<ChatMessage>, ChatResponse> Calls(params FunctionCallContent[] calls) =>
        _ => new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. calls]));

    public static Func<IReadOnlyList<ChatMessage>, ChatResponse> Call(string tool, object arguments) => Calls(Make("c", tool, arguments));

    public static Func<IReadOnlyList<ChatMessage>, ChatResponse> Says(string text) => _ => new ChatResponse(new ChatMessage(ChatRole.Assistant, text));

    public static FunctionCallContent Make(string id, string tool, object arguments) => new(
        id, tool, JsonSerializer.SerializeToElement(arguments).EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value));
}

/// <summary>A branch in memory.</summary>
internal sealed class FakeBranch : IAgentBranch
{
    public Dictionary<BranchPath, string> Files { get; } = new() { [BranchPath.Metadata] = Samples.Metadata };

    public List<string> Commits { get; } = [];

    public List<string> Queries { get; } = [];

    public Func<string, Exception?> FailWrite { get; set; } = _ => null;

    public BranchName Name { get; } = BranchName.Parse("agent-users-ingest");

    public IReadOnlyList<BranchPath> ListFiles() => [.. Files.Keys.Order()];

    public string ReadFile(BranchPath path) => Files[path];

    public void WriteFile(BranchPath path, string text)
    {
        if (FailWrite(path.Text) is { } failure) throw failure;
        if (path == BranchPath.Metadata) throw new InvalidOperationException("metadata.json was written");
        Files[path] = text;
    }

    public void WriteGenerated(BranchFile file) => WriteFile(file.Path, file.Text);

    public void RequireUndisturbed()
    {
        // Nobody else is here.
    }

    public CommitId? Commit(string message, CancellationToken cancellation)
    {
        Commits.Add(message);
        return new CommitId(Hash.Of([(byte)Commits.Count]));
    }

    public BranchAnswer Query(string sql)
    {
        Queries.Add(sql);
        return OnQuery(sql);
    }

    public Func<string, BranchAnswer> OnQuery { get; set; } = _ =>
        new BranchAnswer(["id", "email"], [["1", "ada@example.com"], ["2", null]], Complete: true);
}

internal sealed class FakeExecution : IBranchExecution
{
    public int Executions { get; private set; }

    public int Validations { get; private set; }

    public Func<CancellationToken, ExecutionReport> OnExecute { get; set; } = _ => Good;

    public Func<int, GateVerdict> OnValidate { get; set; } = _ => Passing;

    public static ExecutionReport Good { get; } = new(
        true, new RowCounts(1000, 989, 11, 0), 52_345.67, [new RowFailure(3, 4, "email", "email", "nobody@", "Invalid email format")]);

    public static GateVerdict Passing { get; } = new(true, [new("syntax", true, 0.1, "3 files", []), new("unit", true, 0.4, "28/28", [])]);

    public static GateVerdict Refusing { get; } = new(false,
    [
        new("syntax", true, 0.1, "3 files", []),
        new("data quality", false, 0.2, "80 % < 95 %", [new("200 rows were rejected") { Rule = "email", Row = 7 }]),
    ]);

    public ExecutionReport Execute(long? mostRows, CancellationToken cancellation)
    {
        Executions++;
        var report = OnExecute(cancellation);
        return report.Rows.Read > mostRows ? throw new LimitMetException(AgentEnd.Rows, $"{report.Rows.Read} records, {mostRows} more are allowed") : report;
    }

    public SourceProfile ProfileSource(int rows, CancellationToken cancellation) => new(2, IsWhole: true,
    [
        new SourceColumnProfile("email", 1, 1, 15, 15) { Shapes = [new("aaa@aaaaaaa.aaa", 1)], Frequent = [new("ada@example.com", 1)] },
        new SourceColumnProfile("country", 0, 2, 2, 2) { Frequent = [new("DE", 0.5)] },
    ], [.. new IReadOnlyList<string?>[] { ["ada@example.com", "DE"], [null, "write to bob@example.com"] }.Take(rows)]);

    public IReadOnlyList<SourceRow> ReadSource(IReadOnlySet<long> records, CancellationToken cancellation) =>
        [.. records.Order().Select(r => new SourceRow(r, [new("email", "ada@example.com"), new("age", null)]))];

    public GateVerdict ValidateResults(Action<GateSummary> gateFinished, CancellationToken cancellation)
    {
        var verdict = OnValidate(++Validations);
        foreach (var gate in verdict.Gates) gateFinished(gate);
        return verdict;
    }
}

internal sealed class FakeGenerator(string metadata) : ICodeGenerator
{
    public string Language => "csharp";

    public MetadataAnalysis Analyze()
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(metadata);
            root = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new DbVcException(FailureKind.Failed, "metadata.json", "The metadata is no JSON.", "line 1", "Put quotes around names.");
        }

        return new MetadataAnalysis
        {
            SourceType = "csv",
            Source = root.GetProperty("source").GetString()!,
            Destination = "users",
            Schema = Json("""{"id":{"type":"integer"},"email":{"type":"string"}}"""),
            Rules = Json("""[{"field":"email","rule":"email"},{"field":"age","rule":"range","max":120}]"""),
            Transformations = Json("""[{"field":"email","operations":["trim"]}]"""),
        };
    }

    public IReadOnlyList<BranchFile> GenerateIngestion() => [File("generated/Ingestion.cs")];

    public IReadOnlyList<BranchFile> GenerateValidation() => [File("generated/Validators.cs")];

    public IReadOnlyList<BranchFile> GeneratePreprocessing() => [File("generated/Preprocessors.cs")];

    public IReadOnlyList<BranchFile> GenerateTests() => [File("tests/IngestionTests.cs"), File("tests/ValidatorsTests.cs")];

    private static BranchFile File(string path) => new(BranchPath.Parse(path), "// " + path + "\n");

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}

internal sealed class RecordingObserver : IAgentObserver
{
    public List<string> Events { get; } = [];

    public void StepStarted(string name) => Events.Add("start " + name);

    public void StepFinished(AgentStep step) => Events.Add($"{step.State} {step.Name}: {step.Summary}");

    public void GateFinished(GateSummary gate) => Events.Add("gate " + gate.Name);
}

internal sealed class FakePerson : ITaskPerson
{
    public Func<string, string?> OnAsked { get; set; } = _ => null;

    public List<string> Asked { get; } = [];

    public string? Answer(string question, IReadOnlyList<string> choices)
    {
        Asked.Add(choices.Count == 0 ? question : $"{question} [{string.Join('|', choices)}]");
        return OnAsked(question);
    }
}

/// <summary>Remembers what it is given, and what it was asked about.</summary>
internal sealed class FakeMemory : ITaskMemory
{
    public List<PastRepair> Repairs { get; } = [];

    public List<string> Asked { get; } = [];

    public IReadOnlyList<PastRepair> FindRepairs(string objection)
    {
        Asked.Add(objection);
        return Repairs;
    }
}

internal static class Samples
{
    public const string Metadata = """
        {"source":"users.csv","schema":{"id":"integer","email":"string"},"validations":["email must be valid","age <= 120"],"preprocessing":["trim email"]}
        """;
}

/// <summary>A task with fakes all around; <see cref="Run"/> runs it with a model.</summary>
internal sealed class AgentBench
{
    public AgentBench(string metadata = Samples.Metadata, string request = "", Disclosure? disclosure = null)
    {
        var branch = BranchName.Parse("agent-users-ingest");
        Task = new PipelineTask(TaskId.For(branch, Time.GetUtcNow()), branch, metadata, "scripted", Time.GetUtcNow()) { Request = request };
        Session = new TaskSession(Task, Branch, Execution, new FakeGenerator(metadata), Observer)
        {
            Disclosure = disclosure ?? Disclosure.Everything,
            Person = Person,
            Memory = Memory,
            Clock = TaskClock.Of(Time),
        };
    }

    public ManualTime Time { get; } = new();

    public FakeBranch Branch { get; } = new();

    public FakeExecution Execution { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public FakePerson Person { get; } = new();

    public FakeMemory Memory { get; } = new();

    public PipelineTask Task { get; }

    public TaskSession Session { get; }

    public MemoryStream Log { get; } = new();

    public SecretMask Mask { get; init; } = new([]);

    public string LogText => System.Text.Encoding.UTF8.GetString(Log.ToArray());

    public Task<AgentOutcome> Run(IChatClient model, AgentLimits? limits = null, CancellationToken cancellation = default) =>
        new AgentRun(model, Session, limits ?? AgentLimits.Default, new Transcript(Log, Mask, Time), Time).RunAsync(cancellation);

    /// <summary>Runs one call and then gives up; returns the call's step and what the model got for it.</summary>
    public async Task<(AgentStep Step, JsonElement Result)> Try(FunctionCallContent call)
    {
        var model = new ScriptedChatClient(
            ScriptedChatClient.Calls(call), ScriptedChatClient.Call("finish", new { summary = "end", success = false }));
        var outcome = await Run(model);
        var result = (FunctionResultContent)model.Asked[1][^1].Contents.Single();
        using var document = JsonDocument.Parse((string)result.Result!);
        return (outcome.Steps[0], document.RootElement.Clone());
    }
}

/// <summary>A clock that moves only when told.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 12, 31, 23, 59, 58, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(callback, state, _now + dueTime);
        _timers.Add(timer);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        _now += time;
        foreach (var timer in _timers.ToList()) timer.FireIfDue(_now);
    }

    private sealed class ManualTimer(TimerCallback callback, object? state, DateTimeOffset due) : ITimer
    {
        private bool _done;

        public void FireIfDue(DateTimeOffset now)
        {
            if (_done || now < due) return;
            _done = true;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose() => _done = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
