using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows that the operation log is what was written, and hands it out.</summary>
internal static class AuditCommand
{
    public static Verb Create() => new("audit", "Check the operation log, and hand it out.") { Verify(), Export() };

    private static Verb Verify()
    {
        var file = new Option<string?>("--file")
        {
            Description = "Check this file of db-vc audit export by itself; no repository is needed.",
            HelpName = "FILE",
        };
        var against = new Option<string?>("--against")
        {
            Description = "Also ask whether the log still holds what this file of db-vc audit export says.",
            HelpName = "FILE",
        };
        return new Verb("verify", "Find an entry of the operation log that was edited, removed, inserted or moved, and a cut-off end.",
            "db-vc audit verify", "db-vc audit verify --file audit.jsonl", "db-vc audit verify --against audit.jsonl")
        {
            file,
            against,
        }.Reads(file, against).Answers<AuditDocument>().Runs(context =>
        {
            if (context.Get(file) is { } alone) return FinishFile(context, AuditDesk.VerifyFile(alone));
            using var workspace = Session.Open(context);
            var report = workspace.Audit.Verify(context.Get(against));
            return Finish(context.Output, report, report.ToJson());
        });
    }

    private static Verb Export()
    {
        var since = new Option<string?>("--since") { Description = "Begin at this entry: its number, or a time.", HelpName = "NUMBER|TIME" };
        var file = new Option<string?>("--output", "-o") { Description = "The file to make; it must not exist. Otherwise standard output.", HelpName = "FILE" };
        return new Verb("export", "Write the operation log as JSON lines, checked on the way.",
            "db-vc audit export", "db-vc audit export --output audit.jsonl", "db-vc audit export --since 2026-01-31")
        {
            since,
            file,
        }.Makes(file).Answers<AuditExportDocument>().OnRepository((context, workspace) =>
        {
            var lines = new List<string>();
            var report = workspace.Audit.Export(new AuditExportRequest(context.Get(since), context.Get(file)), line =>
            {
                if (context.Output.IsJson) lines.Add(line);
                else context.Output.Text(line + "\n");
            }, context.Interrupted);
            if (report.File is { } made)
            {
                context.Output.Line(Piece.Good("✓ "), "Wrote ", Piece.Strong(made), $": {Shown.Count(report.Entries, "operation")}");
                if (report.Head is { } head) context.Output.Line(Piece.Dim("  the last is "), $"{report.Last}", Piece.Dim(", its hash "), head);
            }

            context.Output.Json(report.ToJson(lines));
            return 0;
        });
    }

    /// <summary>A file shows nothing of what was behind its last line, so that is said, and where there is a repository it is asked.</summary>
    private static int FinishFile(CommandContext context, AuditReport report)
    {
        var end = FindEnd(context, report);
        if (report.Entries > 0)
        {
            context.Output.Line($"It begins with entry {report.First} and ends with entry {report.Last}. ", end switch
            {
                null => "Whether others were before or followed, only the repository can tell: db-vc audit verify --against FILE, there.",
                { HoldsLast: false } => Piece.Warning($"The log in {end.Folder} does not hold the last of them: the file is another repository's, was "
                    + "forged, or a row was purged since."),
                _ when end.LogLast == report.Last => Piece.Good($"That is the end of the log in {end.Folder}, too."),
                _ => Piece.Warning($"The log in {end.Folder} goes on to entry {end.LogLast}: what is behind was written since, or cut off the file."),
            });
        }

        return Finish(context.Output, report, report.ToJson(end));
    }

    /// <summary>Null where there is no repository, or none that can be opened: none is needed.</summary>
    private static AuditFileEnd? FindEnd(CommandContext context, AuditReport report)
    {
        try
        {
            using var workspace = Session.Open(context);
            return workspace.Audit.FindEnd(report);
        }
        catch (DbVcException)
        {
            return null;
        }
    }

    private static int Finish(Output output, AuditReport report, AuditDocument document)
    {
        output.Line(report.Ok ? Piece.Good("✓ ") : Piece.Bad("✗ "), $"Checked {Shown.Count(report.Entries, "entry", "entries")}: ",
            report.Ok ? "every one is what was written, and follows the one before." : Shown.Count(report.Problems.Count, "problem") + ".");
        if (report.Last > 0) output.Line(Piece.Dim("  the last is "), $"{report.Last}", Piece.Dim(", its hash "), report.Head);
        foreach (var witness in report.Witnesses)
        {
            output.Line(Piece.Dim($"  {witness.Name}: "), witness.Agrees switch
            {
                true => "names an entry of the log",
                false => Piece.Bad("contradicts the log"),
                null => Piece.Warning(witness.Silence),
            });
        }

        foreach (var problem in report.Problems) Write(output, problem);
        output.Json(document);
        return report.Ok ? 0 : (int)FailureKind.Failed;
    }

    /// <summary>The same wherever the log is looked at.</summary>
    public static void Write(Output output, AuditProblem problem) =>
        output.Line(Piece.Bad("  ✗ "), problem.Place, Piece.Dim($"  {problem.Kind}  "), problem.Message);
}
