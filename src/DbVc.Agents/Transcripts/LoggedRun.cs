using System.Text.Json;
using DbVc.Model;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>A call of a logged run, and what came of it.</summary>
/// <param name="At">The time of its run, UTC.</param>
/// <param name="State">passed, failed or error.</param>
/// <param name="Commit">What it committed; null where it committed nothing.</param>
public sealed record LoggedCall(string Tool, DateTimeOffset At, string State, string Summary, string? Commit)
{
    /// <summary>What the person said, where they were asked.</summary>
    public string? Said { get; init; }
}

/// <summary>One run of a task as its log tells it.</summary>
/// <param name="Origin">What it started from.</param>
/// <param name="Answers">Those whose calls were all carried out: a run that was killed has one more, perhaps.</param>
/// <param name="Calls">Of these answers, in order.</param>
public sealed record LoggedRun(RunOrigin Origin, IReadOnlyList<ChatResponse> Answers, IReadOnlyList<LoggedCall> Calls)
{
    /// <summary>As <see cref="PipelineTask.Past"/>.</summary>
    public string Past { get; init; } = "";

    /// <summary>The runs of a log, oldest first. Throws <c>agent.log-damaged</c>, and <c>agent.replay-old</c> where it does not say what a run needs.</summary>
    public static IReadOnlyList<LoggedRun> ReadAll(string text)
    {
        var runs = new List<List<JsonElement>>();
        foreach (var line in TranscriptReader.ReadLines(text))
        {
            if (KindOf(line) == "task") runs.Add([]);
            if (runs.Count > 0) runs[^1].Add(line);
        }

        return [.. runs.Select(Read)];
    }

    private static LoggedRun Read(List<JsonElement> lines)
    {
        var task = lines[0];
        if (!task.TryGetProperty("start", out _))
        {
            throw new DbVcException(FailureKind.Failed, "agent.replay-old", "The log does not say from which commit and at which times the task ran.",
                hint: "It was written by an older db-vc; only tasks that run from now on can be repeated.");
        }

        var (answers, calls) = (new List<ChatResponse>(), new List<LoggedCall>());
        var open = new List<LoggedCall>();
        ChatResponse? answer = null;
        foreach (var line in lines)
        {
            if (KindOf(line) == "answer") Begin(TranscriptReader.ReadAnswer(line));
            else if (KindOf(line) == "result") open.Add(ReadCall(line));
        }

        Begin(null);
        return new LoggedRun(ReadOrigin(task), answers, calls) { Past = TextOf(task, "past") ?? "" };

        void Begin(ChatResponse? next)
        {
            if (answer is not null && open.Count == answer.Messages.SelectMany(m => m.Contents).OfType<FunctionCallContent>().Count())
            {
                answers.Add(answer);
                calls.AddRange(open);
            }

            open.Clear();
            answer = next;
        }
    }

    private static RunOrigin ReadOrigin(JsonElement task) => new(CommitId.Parse(task.GetProperty("start").GetString()!),
        CommitId.Parse(task.GetProperty("base").GetString()!), CommitId.Parse(task.GetProperty("main").GetString()!), task.GetProperty("baseline").GetString());

    private static LoggedCall ReadCall(JsonElement line)
    {
        var content = line.GetProperty("content");
        return new LoggedCall(line.GetProperty("tool").GetString()!, line.GetProperty("at").GetDateTimeOffset(), line.GetProperty("state").GetString()!,
            line.GetProperty("summary").GetString()!, TextOf(content, "commit"))
        { Said = TextOf(content, "answer") };
    }

    private static string? TextOf(JsonElement content, string name) =>
        content.ValueKind == JsonValueKind.Object && content.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()
            : null;

    private static string KindOf(JsonElement line) => line.GetProperty("kind").GetString()!;
}
