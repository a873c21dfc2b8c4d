using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>A batch for people: before it runs, and after.</summary>
internal static class BatchTable
{
    private const int InterruptedCode = 130;

    /// <summary>What is to be done, in order, and why.</summary>
    public static void WritePlan(Output output, BatchReport batch)
    {
        if (batch.Resumes) output.Line("Going on with ", Piece.Id(batch.Batch!), ".");
        var table = new TextTable("task", "source", "table", "branch", "after", "state");
        foreach (var task in batch.Tasks)
        {
            table.Add(Piece.Name(task.Name), SourceOf(task), task.Table, task.Branch, string.Join(", ", task.After),
                new Piece(Json.Name(task.State), LookOf(task.State)));
        }

        output.Table(table);
        foreach (var task in batch.Tasks)
        {
            foreach (var why in task.Why) output.Line(Piece.Dim($"  {task.Name}: "), why);
        }
    }

    /// <summary>As a reader finds it from where they are; metadata names a file as it lies beside itself.</summary>
    private static string SourceOf(BatchTask task)
    {
        if (task.Source is not { } source) return "";
        var beside = Path.GetDirectoryName(task.Metadata) is { Length: > 0 } folder ? Path.GetFullPath(source, folder) : source;
        return File.Exists(beside) ? Path.GetRelativePath(Environment.CurrentDirectory, beside) : source;
    }

    /// <summary>What came of it, and what to do next.</summary>
    public static void WriteResult(Output output, BatchReport batch)
    {
        output.Line();
        var list = new TextTable("", "", "", "");
        foreach (var task in batch.Tasks)
        {
            list.Add(Piece.Name(task.Name), new Piece(Json.Name(task.State), LookOf(task.State)), Piece.Dim(task.Branch), Shown.Short(Say(task)));
        }

        output.List(list);
        foreach (var line in Next(batch)) output.Line(Piece.Dim(line));
    }

    /// <summary>Rows, or why there are none.</summary>
    public static string Say(BatchTask task) => task.Reason ?? (task.Report?.Rows is { } rows ? AgentView.Rows(rows) : "");

    public static Look LookOf(BatchTaskState state) => state switch
    {
        BatchTaskState.Ready or BatchTaskState.Merged => Look.Good,
        BatchTaskState.Running => Look.Warning,
        BatchTaskState.Pending => Look.Plain,
        _ => Look.Bad,
    };

    public static int ExitCode(BatchReport batch, bool interrupted)
    {
        if (interrupted || batch.Tasks.Any(t => t.State == BatchTaskState.Stopped)) return InterruptedCode;
        if (batch.Tasks.Any(t => t.State == BatchTaskState.Failed)) return (int)FailureKind.Failed;
        return batch.Tasks.Any(t => t.State is BatchTaskState.Refused or BatchTaskState.Blocked) ? (int)FailureKind.Refused : 0;
    }

    private static IEnumerable<string> Next(BatchReport batch)
    {
        if (batch.Tasks.FirstOrDefault(t => t.NeedsLook || (t.State is BatchTaskState.Refused or BatchTaskState.Failed && t.Report is not null)) is { } bad)
            yield return $"Next: db-vc agent log {bad.Branch}, and db-vc agent retry {bad.Branch} when it is mended.";
        if (batch.Tasks.Any(t => !IsThere(t)))
            yield return $"{(batch.Tasks.Any(t => t.State is BatchTaskState.Stopped or BatchTaskState.Pending && !t.NeedsLook) ? "Go on" : "Then go on")}: "
                + $"db-vc agent run --resume {batch.Batch}";
        // In this order: one that stands on another is merged after it.
        if (batch.Tasks.Where(t => t.State == BatchTaskState.Ready).Select(t => t.Branch).ToList() is { Count: > 0 } ready)
        {
            var branches = string.Join(' ', ready);
            yield return ready.Count == 1 ? $"To merge it: db-vc branch merge {branches}"
                : $"To merge them, in this order: db-vc merge queue add {branches}, then db-vc merge queue run";
        }
    }

    private static bool IsThere(BatchTask task) => task.State is BatchTaskState.Ready or BatchTaskState.Merged;
}
