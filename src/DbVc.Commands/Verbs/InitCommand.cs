using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Makes a repository beside a live database.</summary>
internal static class InitCommand
{
    public static Verb Create()
    {
        var database = new Option<string>("--database", "-d")
        {
            Description = "The live database: a SQLite file (one that does not exist is made below main/data), postgres://… or mysql://….",
            HelpName = "FILE|URL",
        };
        var name = new Option<string?>("--name") { Description = "The repository's name; otherwise the database's.", HelpName = "NAME" };
        var branches = new Option<string?>("--branches")
        {
            Description = "Where branches' databases may be made if the live one is on a server: production, or the URL of another server.",
            HelpName = "production|URL",
        };
        var attach = new Option<bool>("--attach") { Description = "Go on with a database that was restored from a backup, moved or copied." };
        var adopt = new Option<bool>("--adopt") { Description = "With --attach: main becomes what the database is now." };
        var reapply = new Option<bool>("--reapply")
        {
            Description = "With --attach: the database goes forward to main, and what was written to it meanwhile is merged.",
        };
        var (include, exclude) = (Patterns("--include", "Version only tables like this."), Patterns("--exclude", "Leave tables like this out."));
        var schemaOnly = Patterns("--schema-only", "Version the definition of tables like this, not their rows.");
        return new Verb("init", "Put a live database under version control.",
            "db-vc init --database shop.db", "db-vc -C shop init --database /srv/shop/shop.db",
            "db-vc init --database postgres://shop@db.example/shop --branches production",
            "db-vc init --attach --reapply", "db-vc init --attach --database /srv/new/shop.db")
        {
            database,
            attach,
            adopt,
            reapply,
            name,
            branches,
            include,
            exclude,
            schemaOnly,
        }.Answers<InitDocument>().Answers<AttachDocument>().Runs(context => context.Get(attach) || context.Get(adopt) || context.Get(reapply)
            ? Attach(context, new AttachmentRequest(context.FindRepository(), context.Get(database), Mode(context.Get(adopt), context.Get(reapply))))
            : Run(context, new InitRequest(context.Folder, context.Get(database) ?? throw WithoutDatabase(), context.Get(name))
            {
                WorkServer = context.Get(branches),
                Include = context.Get(include) ?? [],
                Exclude = context.Get(exclude) ?? [],
                SchemaOnly = context.Get(schemaOnly) ?? [],
            }));
    }

    private static AttachMode Mode(bool adopt, bool reapply) => (adopt, reapply) switch
    {
        (true, true) => throw new DbVcException(FailureKind.Usage, "usage", "--adopt and --reapply are two different decisions.", hint: "Give one of them."),
        (true, false) => AttachMode.Adopt,
        (false, true) => AttachMode.Reapply,
        _ => AttachMode.Place,
    };

    private static DbVcException WithoutDatabase() => new(FailureKind.Usage, "usage", "Which database is to be put under version control?",
        hint: "db-vc init --database FILE");

    private static int Attach(CommandContext context, AttachmentRequest request)
    {
        var report = Workspace.Attach(request, context.Options(), context.Interrupted);
        var output = context.Output;
        output.Line(Piece.Good("✓ "), report.Action switch
        {
            "none" => "The live database is where main is; nothing had to be done. ",
            "moved" => "Attached to the live database where it is now. ",
            "adopted" => "Main is what the live database is. ",
            _ => "The live database is where main is. ",
        }, Piece.Id(report.Head.Short));
        output.Line(Piece.Dim("  live database "), report.Database);
        if (report.Branch is { } branch) output.Line(Piece.Dim("  what was found in it is kept in branch "), Piece.Name(branch));
        output.Json(report.ToJson());
        return report.Merge is { } merge ? MergeView.Write(output, merge, BranchName.Main.Text, "merge") : 0;
    }

    private static Option<string[]> Patterns(string name, string description) =>
        new(name) { Description = description + " Patterns know * and ?.", HelpName = "PATTERN", AllowMultipleArgumentsPerToken = false };

    private static int Run(CommandContext context, InitRequest request)
    {
        var report = Workspace.Init(request, context.Options(), context.Interrupted);
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
