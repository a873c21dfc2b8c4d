using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Writes a repository or a branch as one file.</summary>
internal static class ExportCommand
{
    public static Verb Create()
    {
        var file = new Argument<string>("FILE") { Description = "The file to make; it must not exist." };
        var branch = new Option<string?>("--branch", "-b") { Description = "Only this branch, with its history and the tags on it.", HelpName = "BRANCH" };
        return new Verb("export", "Write the repository, or one branch, as one file.", "db-vc export shop.dbvc", "db-vc export work.dbvc --branch work")
        {
            file,
            branch,
        }.Makes(file).Answers<ExportDocument>().OnRepository((context, workspace) =>
        {
            var path = Path.GetFullPath(context.Get(file)!);
            var report = workspace.Upkeep.Export(new ExportRequest(path, Session.Branch(context.Get(branch))), context.Interrupted);
            context.Output.Line(Piece.Good("✓ "), "Wrote ", Piece.Strong(report.File),
                $": {Shown.Count(report.Commits, "commit")}, {Shown.Count(report.Chunks, "chunk")}, {Shown.Count(report.Bytes, "byte")}");
            context.Output.Json(report.ToJson());
            return 0;
        });
    }
}
