using DbVc.Model;

namespace DbVc.Cli;

/// <summary>Recomputes every hash and compares the live database with main.</summary>
internal static class VerifyCommand
{
    public static Verb Create() => new Verb("verify",
        "Recompute every hash and compare the live database with main's head.", "db-vc verify", "db-vc verify --json")
        .OnRepository((context, workspace) =>
        {
            var report = workspace.History.Verify(context.Interrupted);
            context.Output.Json(report.ToJson());
            context.Output.Line(report.Ok ? Piece.Good("✓ ") : Piece.Bad("✗ "),
                $"Checked {Shown.Count(report.Commits, "commit")}, {Shown.Count(report.Chunks, "chunk")}, {Shown.Count(report.Bytes, "byte")}: ",
                report.Ok ? "everything is whole." : Shown.Count(report.Problems.Count, "problem") + ".");
            foreach (var problem in report.Problems) context.Output.Line(Piece.Bad("  ✗ "), problem.Object, Piece.Dim($"  {problem.Kind}  "), problem.Message);
            return report.Ok ? 0 : (int)FailureKind.Failed;
        });
}
