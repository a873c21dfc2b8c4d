using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Recomputes every hash and compares the live database with main.</summary>
internal static class VerifyCommand
{
    private const int MaxShown = 5;

    public static Verb Create() => new Verb("verify",
        "Recompute every hash, follow every reference, compare live with main.", "db-vc verify", "db-vc verify --json")
        .Answers<VerifyDocument>().OnRepository((context, workspace) =>
        {
            var report = workspace.Upkeep.Verify(context.Interrupted);
            context.Output.Json(report.ToJson());
            Write(context.Output, report);
            return report.Ok ? 0 : (int)FailureKind.Failed;
        });

    private static void Write(Output output, VerifyReport report)
    {
        output.Line(report.Ok ? Piece.Good("✓ ") : Piece.Bad("✗ "),
            $"Checked {Shown.Count(report.Commits, "commit")}, {Shown.Count(report.Chunks, "chunk")}, {Shown.Count(report.Bytes, "byte")}: ",
            report.Ok ? "everything is whole." : Shown.Count(report.Problems.Count, "problem") + ".");
        if (report.LiveCommit is { } commit)
        {
            output.Line(Piece.Dim("  The live database is at commit "), Piece.Id(commit[..Math.Min(10, commit.Length)]),
                Piece.Dim(report.IsLiveAtHead ? ", main's head." : ", which is not main's head."));
        }

        if (report.Live is { Count: > 0 } live)
        {
            output.Line(Piece.Dim($"  The live database has changes in {Shown.Count(live.Count, "table")} that no commit holds."));
        }

        foreach (var problem in report.Problems)
        {
            output.Line(Piece.Bad("  ✗ "), problem.Object, Piece.Dim($"  {problem.Kind}  "), problem.Message);
            foreach (var what in problem.Affects.Take(MaxShown)) output.Line(Piece.Dim("      affects "), what);
            if (problem.Affects.Count > MaxShown) output.Line(Piece.Dim($"      and {problem.Affects.Count - MaxShown} more; see --json"));
            if (problem.Affects.Count == 0) output.Line(Piece.Dim("      nothing needs it"));
        }
    }
}
