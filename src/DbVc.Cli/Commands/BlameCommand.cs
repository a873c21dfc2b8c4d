using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>Shows which commit gave each cell its value.</summary>
internal static class BlameCommand
{
    private const int DefaultLimit = 100;

    public static Verb Create()
    {
        var table = new Argument<string>("TABLE") { Description = "The table." };
        var key = new Option<string?>("--key", "-k") { Description = "One row: the values of its key, separated by commas.", HelpName = "KEY" };
        var column = new Option<string?>("--column", "-c") { Description = "Only this column.", HelpName = "COLUMN" };
        var at = new Option<string?>("--at") { Description = "The revision; otherwise main's head.", HelpName = "REV" };
        var limit = new Option<int>("--limit", "-n") { Description = "Most rows to look at.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };
        return new Verb("blame", "Show who gave each cell its value, when and by which commit.",
            "db-vc blame customers --key 17", "db-vc blame customers --column email --at HEAD~3")
        {
            table,
            key,
            column,
            at,
            limit,
        }.OnRepository((context, workspace) =>
        {
            var report = workspace.History.Blame(new BlameRequest(context.Get(table)!, context.Get(at) ?? "HEAD",
                context.Get(key)?.Split(','), context.Get(column), Limits.Positive(context.Get(limit), "--limit")));
            Write(context.Output, report);
            context.Output.Json(report.ToJson());
            return 0;
        });
    }

    private static void Write(Output output, BlameReport report)
    {
        var table = new TextTable("key", "column", "value", "commit", "author", "time", "message");
        foreach (var row in report.Rows)
        {
            var key = string.Join(", ", row.Key.Select(part => Shown.Cell(part.Value)));
            foreach (var cell in row.Cells)
            {
                var commit = cell.Commit.Commit;
                table.Add(key, cell.Column, Shown.Look(cell.Value), Piece.Id(cell.Commit.Id.Short),
                    new Piece(commit.Author.Name, Shown.LookOf(commit.Author.Kind)), Piece.Dim(Shown.Time(commit.Time)), Shown.Title(commit.Message));
            }
        }

        if (table.Rows.Count == 0) output.Line("No rows.");
        output.Table(table);
    }
}
