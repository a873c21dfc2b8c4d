using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Branches and merges in progress for people.</summary>
internal static class BranchesView
{
    private const int MostNamed = 8;

    public static void Write(Output output, IEnumerable<BranchReport> branches)
    {
        var list = new TextTable("", "", "", "", "", "");
        foreach (var branch in branches)
        {
            list.Add(Piece.Name("  " + branch.Name), Piece.Id(branch.Head.Short), State(branch),
                Piece.Dim(branch.Created is { } time ? Shown.Time(time) : ""), Piece.Dim(branch.Task is null ? "" : $"task {branch.Task}"),
                Piece.Dim(string.Join("  ", Terms(branch))));
        }

        output.List(list);
    }

    public static void Write(Output output, IEnumerable<MergeStatus> merges)
    {
        foreach (var merge in merges)
        {
            output.Line("  ", Piece.Id(merge.Id), "  ", Piece.Name(merge.Source.Text), " into ", Piece.Name(merge.Target.Text), "  ",
                merge.Open == 0
                    ? Piece.Good($"all {Shown.Count(merge.Conflicts, "conflict")} decided; db-vc merge continue")
                    : Piece.Warning($"{Shown.Count(merge.Open)} of {Shown.Count(merge.Conflicts, "conflict")} open; db-vc conflicts list"));
        }
    }

    public static void WriteOne(Output output, BranchReport branch)
    {
        var list = new TextTable("", "").Add(Piece.Dim("branch"), Piece.Name(branch.Name)).Add(Piece.Dim("head"), Piece.Id(branch.Head.ToString()));
        if (branch.Base is { } start) list.Add(Piece.Dim("base"), Piece.Id(start.ToString()));
        list.Add(Piece.Dim("status"), State(branch));
        if (branch.Override is { } reason) list.Add(Piece.Dim("override"), Piece.Bad(reason));
        foreach (var rejection in branch.Rejections)
            list.Add(Piece.Dim("rejected"), Piece.Bad($"by {rejection.Name}, {Shown.Time(rejection.Time)}: {rejection.Reason}"));
        list.Add(Piece.Dim("database"), branch.Database ?? "(made on first use)");
        if (branch.LeftOut.Count > 0) list.Add(Piece.Dim("left out"), LeftOut(branch));
        if (branch.Created is { } time) list.Add(Piece.Dim("created"), Shown.Time(time));
        if (branch.Task is { } task) list.Add(Piece.Dim("task"), task);
        if (branch.Expires is { } end) list.Add(Piece.Dim("expires"), Shown.Time(end));
        if (branch.Budget is { } budget)
        {
            foreach (var (name, limit, used) in new[]
            {
                ("rows", budget.Rows, branch.Used?.Rows), ("bytes", budget.Bytes, branch.Used?.Bytes), ("seconds", budget.Seconds, branch.Used?.Seconds),
            })
            {
                if (limit is { } most) list.Add(Piece.Dim("budget"), $"{Shown.Count(used ?? 0)} of {Shown.Count(most)} {name}");
            }
        }

        output.List(list);
    }

    /// <summary>The tables that a branch's database lacks, not more of them than one reads.</summary>
    public static string LeftOut(BranchReport branch) => branch.LeftOut.Count <= MostNamed
        ? string.Join(", ", branch.LeftOut)
        : $"{string.Join(", ", branch.LeftOut.Take(MostNamed))} and {Shown.Count(branch.LeftOut.Count - MostNamed)} more";

    private static IEnumerable<string> Terms(BranchReport branch)
    {
        if (branch.Expires is { } end) yield return $"expires {Shown.Time(end)}";
        if (branch.Budget is { } budget) yield return $"budget {budget}";
    }

    /// <summary>A status; in red where an administrator went past the rules.</summary>
    public static Piece State(string status, string? reason) => reason is null ? new Piece(status, LookOf(status)) : Piece.Bad($"{status} OVERRIDE");

    private static Piece State(BranchReport branch) =>
        branch.Rejections.Count == 0 ? State(branch.Status, branch.Override) : Piece.Bad($"{branch.Status} REJECTED");

    public static Look LookOf(string status) => status switch
    {
        "ready" or "merged" => Look.Good,
        "failed" or "stopped" or "expired" => Look.Bad,
        "running" or "waiting" or "queued" => Look.Warning,
        _ => Look.Plain,
    };
}
