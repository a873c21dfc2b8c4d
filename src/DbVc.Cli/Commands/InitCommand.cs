using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Makes a repository beside a live database.</summary>
internal static class InitCommand
{
    public static Verb Create()
    {
        var database = new Option<string>("--database", "-d")
        {
            Description = "The live SQLite file; one that does not exist is made below main/data.",
            HelpName = "FILE",
            Required = true,
        };
        var name = new Option<string?>("--name") { Description = "The repository's name; otherwise the database's.", HelpName = "NAME" };
        return new Verb("init", "Put a live database under version control.",
            "db-vc init --database shop.db", "db-vc -C shop init --database /srv/shop/shop.db")
        {
            database,
            name,
        }.Runs(context => Run(context, new InitRequest(context.Folder, context.Get(database)!, context.Get(name))));
    }

    private static int Run(CommandContext context, InitRequest request)
    {
        var report = Workspace.Init(request, Session.Options(), context.Interrupted);
        var output = context.Output;
        output.Line(Piece.Good("✓ "), "Repository in ", Piece.Strong(report.Root), ", first commit ", Piece.Id(report.Commit.Short));
        output.Line(Piece.Dim("  live database "), report.Database);
        var list = new TextTable("", "#", "");
        foreach (var table in report.Tables) list.Add("  " + table.Name, Shown.Count(table.Rows), Piece.Dim(table.Rows == 1 ? "row" : "rows"));
        output.List(list);
        foreach (var warning in report.Warnings) output.ErrorLine(Piece.Warning("note: "), warning);
        output.Json(report.ToJson());
        return 0;
    }
}
