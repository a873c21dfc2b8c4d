using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Takes in a file that export made.</summary>
internal static class ImportCommand
{
    public static Verb Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file made by export." };
        var name = new Option<string?>("--as") { Description = "The name that its only branch gets here.", HelpName = "BRANCH" };
        var database = new Option<string?>("--database", "-d")
        {
            Description = "Make a new repository here, and this live database at main's head: a new file, or an empty database on a server.",
            HelpName = "DATABASE",
        };
        return new Verb("import", "Take in such a file: into this repository, or as a new one.",
            "db-vc import work.dbvc --as their-work", "db-vc -C restored import shop.dbvc --database shop.db")
        {
            file,
            name,
            database,
        }.Reads(file).Answers<ImportDocument>().Runs(context =>
        {
            var path = Path.GetFullPath(context.Get(file)!);
            var report = context.Get(database) is { } made
                ? Workspace.Restore(new RestoreRequest(context.Folder, path, made, null), context.Options(), context.Interrupted)
                : Import(context, new ImportRequest(path, context.Get(name)));
            context.Output.Line(Piece.Good("✓ "), $"Took in {Shown.Count(report.Commits, "commit")} of ", Piece.Strong(report.Name));
            foreach (var item in report.Refs) context.Output.Line("  ", Piece.Name(item));
            if (report.Refs.Count == 0) context.Output.Line("  All of it was here already.");
            context.Output.Json(report.ToJson());
            return 0;
        });
    }

    private static ImportReport Import(CommandContext context, ImportRequest request)
    {
        using var workspace = Session.Open(context);
        return workspace.Upkeep.Import(request, context.Interrupted);
    }
}
