using System.CommandLine;
using System.Text;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>The gate reports on which commits came into main.</summary>
internal static class EvidenceCommand
{
    private const int MostText = 200;

    public static Verb Create() => new("evidence", "See the gate report behind a commit, and make it again from the commit alone.") { Show(), Verify() };

    private static Argument<string> Revision() => new("COMMIT") { Description = "A merge, or the head of a branch whose gates were run." };

    private static Verb Show()
    {
        var revision = Revision();
        var format = new Option<string?>("--format")
        {
            Description = "Write the report as json (whole), junit (JUnit XML) or sarif (SARIF 2.1.0).",
            HelpName = "FORMAT",
        };
        format.AcceptOnlyFromAmong("json", "junit", "sarif");
        var output = new Option<string?>("--output", "-o") { Description = "Write it to this file.", HelpName = "FILE" };
        return new Verb("show", "Show the gate report behind a commit.", "db-vc evidence show main",
            "db-vc evidence show main --format sarif --output gates.sarif")
        {
            revision, format, output,
        }.Makes(output).Answers<EvidenceDocument>().OnRepository((context, workspace) =>
        {
            var name = context.Get(revision)!;
            if (context.Get(format) is not { } kind) return Write(context, workspace.Evidence.Show(name));
            var bytes = workspace.Evidence.Write(name, Enum.Parse<EvidenceFormat>(kind, ignoreCase: true));
            if (context.Get(output) is { } path) File.WriteAllBytes(Path.Combine(context.Folder, path), bytes);
            else context.Output.Text(Encoding.UTF8.GetString(bytes));
            return 0;
        });
    }

    private static Verb Verify()
    {
        var revision = Revision();
        return new Verb("verify", "Run the gates of a commit again, from the commit alone, and compare.", "db-vc evidence verify main")
        {
            revision,
        }.Answers<EvidenceVerificationDocument>().OnRepository((context, workspace) =>
        {
            var verification = workspace.Evidence.Verify(context.Get(revision)!, context.Interrupted);
            context.Output.Json(verification.ToJson());
            foreach (var gate in verification.Repeated)
            {
                var differs = verification.Differences.Any(d => d.Gate == gate);
                context.Output.Line(differs ? Piece.Bad("✗ ") : Piece.Good("✓ "), gate, Piece.Dim(differs ? "  is another one" : "  the same"));
                foreach (var difference in verification.Differences.Where(d => d.Gate == gate))
                {
                    context.Output.Line("    ", difference.What, ": ", Shown.Cut(difference.Before.ReplaceLineEndings(" "), MostText), Piece.Dim(" → "),
                        Shown.Cut(difference.After.ReplaceLineEndings(" "), MostText));
                }
            }

            foreach (var (gate, why) in verification.NotRepeated) context.Output.Line(Piece.Dim($"– {gate}  not repeated: {why}"));
            return Finish(context.Output, verification);
        });
    }

    /// <summary>The last word; the result is the exit code.</summary>
    internal static int Finish(Output output, EvidenceVerification verification)
    {
        WriteEdited(output, verification.IsFileEdited);
        // What people read in the branch's folder was not what the gates said, whatever they say now.
        var isWhole = verification.IsConfirmed && verification.IsFileEdited != true;
        output.Line(isWhole ? Piece.Good("Confirmed: ") : Piece.Bad(verification.IsConfirmed ? "Edited: " : "Not confirmed: "), "evidence ",
            Piece.Id(verification.Hash[..10]), " of commit ", Piece.Id(verification.Commit.Short),
            !isWhole && verification.IsConfirmed ? "; the gates say again what the store holds, and not what the file says" : "");
        return isWhole ? 0 : (int)FailureKind.Refused;
    }

    private static int Write(CommandContext context, EvidenceReport report)
    {
        context.Output.Json(report.ToJson());
        var output = context.Output;
        output.List(new TextTable("", "")
            .Add(Piece.Dim("Commit"), Piece.Id(report.Commit.Short))
            .Add(Piece.Dim("Evidence"), Piece.Id(report.Hash))
            .Add(Piece.Dim("Branch"), Piece.Name(report.Branch))
            .Add(Piece.Dim("Task"), report.Task)
            .Add(Piece.Dim("Judged"), Shown.Time(report.Time))
            .Add(Piece.Dim("Sandbox"), report.Sandbox == "none" ? Piece.Bad("NONE") : report.Sandbox)
            .Add(Piece.Dim("Sample"), report.IsSampleStored ? "stored" : "not stored"));
        if (report.LeftOut.Count > 0) output.Line(Piece.Bad("Not asked: "), string.Join(", ", report.LeftOut));
        GateView.Write(output, report.Gates);
        WriteEdited(output, report.IsFileEdited);
        output.Line(report.Passed ? Piece.Good("All gates passed.") : Piece.Bad("Refused."));
        return 0;
    }

    private static void WriteEdited(Output output, bool? isEdited)
    {
        if (isEdited == true) output.Line(Piece.Bad("! results/test_results.json of the branch was edited: it is not what the gates said."));
    }
}
