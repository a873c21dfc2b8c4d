using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Deployed pipelines and their runs, for people.</summary>
internal static class PipelineView
{
    public static void Write(Output output, IReadOnlyList<PipelineReport> pipelines)
    {
        if (pipelines.Count == 0)
        {
            output.Line("main has no pipeline yet.");
            output.Line(Piece.Dim("Next: db-vc agent create --metadata FILE, then db-vc branch merge BRANCH"));
            return;
        }

        var list = new TextTable("pipeline", "table", "source", "#runs", "last run", "", "");
        foreach (var pipeline in pipelines)
        {
            var state = pipeline.Last is { } last ? Json.Name(last.State) : "never";
            list.Add(Piece.Name(pipeline.Name), pipeline.Table ?? Piece.Bad("unreadable"), Piece.Dim(pipeline.Source ?? pipeline.Problem ?? ""),
                Shown.Count(pipeline.Runs), BranchesView.State(state, pipeline.Last?.Override),
                Piece.Dim(pipeline.Last is null ? "" : Shown.Time(pipeline.Last.Created)),
                pipeline.Last?.Rows is { } rows ? Shown.Count(rows.Loaded, "row") : "");
        }

        output.Table(list);
    }

    public static void Write(Output output, IReadOnlyList<AgentReport> runs)
    {
        if (runs.Count == 0) output.Line("No run is on record.");
        var list = new TextTable("when", "state", "#read", "#loaded", "#rejected", "#filtered", "#rows/s", "run");
        foreach (var run in runs)
        {
            var state = Json.Name(run.State);
            list.Add(Piece.Dim(Shown.Time(run.Created)), BranchesView.State(state, run.Override), Count(run.Rows?.Read), Count(run.Rows?.Loaded),
                Count(run.Rows?.Rejected), Count(run.Rows?.Filtered), Count(run.Rows is null ? null : (long)run.RowsPerSecond), Piece.Id(run.Task));
        }

        if (runs.Count > 0) output.Table(list);
    }

    /// <summary>What a run did; the result is the exit code.</summary>
    public static int Finish(Output output, PipelineRunReport report)
    {
        if (report.LoadedBefore is { } before)
        {
            output.Line("Nothing to do: ", Piece.Name(before.Name), $" was loaded by the run {before.Run}, {Shown.Count(before.Records, "record")}.");
            output.Line(Piece.Dim($"Next: db-vc pipeline run {report.Pipeline} --source FILE, or --again to load it once more"));
            return 0;
        }

        if (report.NothingNew)
        {
            output.Line("Nothing to do: the source has no record that was not loaded before.");
            return 0;
        }

        output.Line();
        AgentView.WriteSummary(output, report.Run!);
        if (report.Merged is { } merged) return MergeView.Write(output, merged, "main", "merge");
        output.Line("main is as it was: what was loaded is on the branch ", Piece.Name(report.Run!.Branch), ".");
        return AgentView.ExitCode(report.Run);
    }

    public static int Show(Output output, QuarantineReport report)
    {
        output.Json(report.ToJson());
        if (report.Open == 0)
        {
            output.Line("Nothing is in the quarantine of ", Piece.Name(report.Pipeline), ".");
            return 0;
        }

        var list = new TextTable("record", "field", "value", "message", "run");
        foreach (var record in report.First)
        {
            var place = record.Line > 0 ? $"line {record.Line}" : $"record {record.Record}";
            foreach (var reason in record.Reasons)
            {
                list.Add(Piece.Dim(place), reason.Field, Shown.Cell(Value.Text(reason.Value)), reason.Message, Piece.Dim(record.Run));
                place = "";
            }
        }

        output.Table(list);
        output.Line();
        var rules = report.ByRule.OrderByDescending(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Key} {Shown.Count(r.Value)}");
        output.Line(Shown.Count(report.Open, "record"), report.First.Count < report.Open ? $", {Shown.Count(report.First.Count)} shown" : "", ": ",
            string.Join(", ", rules));
        output.Line(Piece.Dim($"Next: db-vc pipeline quarantine {report.Pipeline} --export FILE, mend it, then --retry --from FILE; or --discard"));
        return 0;
    }

    public static int Exported(Output output, (string Pipeline, long Written, long Unwritable) exported, string file)
    {
        output.Line(Piece.Good("✓ "), Shown.Count(exported.Written, "record"), " in ", Piece.Name(file));
        if (exported.Unwritable > 0)
        {
            output.Line(Piece.Warning("! "), Shown.Count(exported.Unwritable, "record"),
                " cannot be written as they were: cut off, or with bytes that mean nothing.");
        }

        output.Line(Piece.Dim($"Next: mend it, then db-vc pipeline quarantine {exported.Pipeline} --retry --from {file}"));
        output.Json(new QuarantineExportDocument(exported.Pipeline, file, exported.Written, exported.Unwritable));
        return 0;
    }

    public static int Discarded(Output output, (string Pipeline, long Closed) discarded)
    {
        output.Line(Piece.Good("✓ "), Shown.Count(discarded.Closed, "record"), " taken off the list of ", Piece.Name(discarded.Pipeline), ".");
        output.Json(new QuarantineDiscardDocument(discarded.Pipeline, discarded.Closed));
        return 0;
    }

    private static string Count(long? count) => count is { } number ? Shown.Count(number) : "";
}
