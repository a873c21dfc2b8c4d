using System.Diagnostics;
using System.Text.Json;
using DbVc.Model;
using DbVc.Orchestration;
using Xunit;

namespace DbVc.SystemTests;

/// <summary>One of the thirty tasks that ship with the product (<c>samples/tasks</c>), of rising difficulty.</summary>
/// <param name="Words">Where it is given in words; else its metadata lies beside it.</param>
internal sealed record ShippedTask(string Name, string What, long Loaded, long Rejected, long Filtered, string? Words)
{
    public static string Folder { get; } = Path.Combine(Published.Root, "samples", "tasks");

    public static IReadOnlyList<ShippedTask> ReadAll() => JsonSerializer.Deserialize<List<ShippedTask>>(
        File.ReadAllText(Path.Combine(Folder, "tasks.json")), new JsonSerializerOptions(JsonSerializerDefaults.Web))!;
}

/// <summary>The figures of docs/agents.md.</summary>
internal static class Figures
{
    /// <summary>Puts a text between two marks.</summary>
    public static void Write(string begin, string end, string figures)
    {
        var path = Path.Combine(Published.Root, "docs", "agents.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        File.WriteAllText(path, $"{text[..from]}\n{figures}\n{text[to..]}");
    }
}

/// <summary>The thirty tasks with the model that needs no key. <c>./dev figures</c> runs all of them and writes what it measured into docs/agents.md.</summary>
public sealed class TaskFigureTests : IDisposable
{
    private const string Begin = "<!-- figures: made by ./dev figures -->";
    private const string End = "<!-- end of figures -->";

    // The whole suite has no time for all of them; the last holds everything at once.
    private const int Step = 6;

    private readonly SampleShop _shop = new();

    public TaskFigureTests()
    {
        foreach (var file in Directory.EnumerateFiles(ShippedTask.Folder)) File.Copy(file, _shop.Sample(Path.GetFileName(file)));
    }

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void Every_shipped_task_becomes_ready_and_loads_what_its_source_is_known_to_hold()
    {
        var all = ShippedTask.ReadAll();
        Assert.Equal(30, all.Count);
        var done = all.Where((_, i) => ProofMode.IsLong || (i + 1) % Step == 0).Select(Run).ToList();
        if (Environment.GetEnvironmentVariable("DBVC_APPROVE") == "1" && ProofMode.IsLong) Write(done);
        Assert.All(done, run => Assert.True(run.Problem is null, $"{run.Task.Name}: {run.Problem}"));
    }

    private Done Run(ShippedTask task)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var report = _shop.Workspace.Agents.Create(Request(task), new SilentProgress(), CancellationToken.None);
            var found = (report.Rows?.Loaded, report.Rows?.Rejected, report.Rows?.Filtered);
            var problem = report.State != TaskState.Ready ? $"{report.State}: {report.Error}"
                : found != (task.Loaded, task.Rejected, task.Filtered) ? $"{found}; first rejected: {string.Join("; ", report.FirstFailures)}" : null;
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            return new Done(task, seconds, problem, _shop.Workspace.Agents.Status(BranchName.Parse(report.Branch)).Lines?.Generated ?? 0);
        }
        catch (DbVcException failure)
        {
            return new Done(task, Stopwatch.GetElapsedTime(started).TotalSeconds, $"{failure.Code}: {failure.Message} {failure.Hint}", 0);
        }
    }

    private AgentRequest Request(ShippedTask task) => new(
        task.Words is null ? _shop.Sample(task.Name + ".json") : null, BranchName.Parse("task-" + task.Name),
        task.Words?.Replace(task.Name + ".csv", $"\"{_shop.Sample(task.Name + ".csv")}\"", StringComparison.Ordinal), null, AutoMerge: false);

    /// <summary>The table of docs/agents.md.</summary>
    private static void Write(IReadOnlyList<Done> done)
    {
        var seconds = done.Select(d => d.Seconds).Order().ToList();
        var lines = new List<string>
        {
            FormattableString.Invariant($"Ready with exactly the rows that must come of it: {done.Count(d => d.Problem is null)} of {done.Count}. ")
                + FormattableString.Invariant($"Median {seconds[seconds.Count / 2]:0.0} s, slowest {seconds[^1]:0.0} s, from metadata to all gates; ")
                + FormattableString.Invariant($"{done.Sum(d => d.Lines):#,0} lines generated."),
            "",
            "| task | | loaded | rejected | left out | seconds |",
            "|---|---|---|---|---|---|",
        };
        lines.AddRange(done.Select(d =>
            FormattableString.Invariant($"| {d.Task.Name} | {d.Task.What} | {d.Task.Loaded} | {d.Task.Rejected} | {d.Task.Filtered} | ")
            + (d.Problem is null ? FormattableString.Invariant($"{d.Seconds:0.0} |") : "failed |")));
        Figures.Write(Begin, End, string.Join('\n', lines));
    }

    private sealed record Done(ShippedTask Task, double Seconds, string? Problem, long Lines);
}
