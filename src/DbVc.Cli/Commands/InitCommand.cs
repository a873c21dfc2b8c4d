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
            Description = "The live database: a SQLite file (one that does not exist is made below main/data), postgres://… or mysql://….",
            HelpName = "FILE|URL",
            Required = true,
        };
        var name = new Option<string?>("--name") { Description = "The repository's name; otherwise the database's.", HelpName = "NAME" };
        var branches = new Option<string?>("--branches")
        {
            Description = "Where branches' databases may be made if the live one is on a server: production, or the URL of another server.",
            HelpName = "production|URL",
        };
        var (include, exclude) = (Patterns("--include", "Version only tables like this."), Patterns("--exclude", "Leave tables like this out."));
        var schemaOnly = Patterns("--schema-only", "Version the definition of tables like this, not their rows.");
        return new Verb("init", "Put a live database under version control.",
            "db-vc init --database shop.db", "db-vc -C shop init --database /srv/shop/shop.db",
            "db-vc init --database postgres://shop@db.example/shop --branches production")
        {
            database,
            name,
            branches,
            include,
            exclude,
            schemaOnly,
        }.Runs(context => Run(context, new InitRequest(context.Folder, context.Get(database)!, context.Get(name))
        {
            WorkServer = context.Get(branches),
            Include = context.Get(include) ?? [],
            Exclude = context.Get(exclude) ?? [],
            SchemaOnly = context.Get(schemaOnly) ?? [],
        }));
    }

    private static Option<string[]> Patterns(string name, string description) =>
        new(name) { Description = description + " Patterns know * and ?.", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };

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
