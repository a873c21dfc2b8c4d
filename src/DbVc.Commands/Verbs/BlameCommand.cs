using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows which commit gave each cell its value.</summary>
internal static class BlameCommand
{
    private const int RowsForPeople = 100;
    private const int RowsForPrograms = 10_000;

    public static Verb Create()
    {
        var table = new Argument<string>("TABLE") { Description = "The table." };
        var key = new Option<string?>("--key", "-k") { Description = "One row: the values of its key, separated by commas.", HelpName = "KEY" };
        var column = new Option<string?>("--column", "-c") { Description = "Only this column.", HelpName = "COLUMN" };
        var at = new Option<string?>("--at") { Description = "The revision; otherwise main's head.", HelpName = "REV" };
        var limit = new Option<int?>("--limit", "-n") { Description = "List at most this many rows.", HelpName = "N" };
        var all = new Option<bool>("--all") { Description = "List every row of the table." };
        return new Verb("blame", "Show who gave each cell its value, when and by which commit.",
            "db-vc blame customers --key 17", "db-vc blame customers --column email --at HEAD~3")
        {
            table,
            key,
            column,
            at,
            limit,
            all,
        }.Answers<BlameDocument>().OnRepository((context, workspace) =>
        {
            var most = context.Get(all) ? int.MaxValue : context.Get(limit) is { } given ? Limits.Positive(given, "--limit")
                : context.Output.IsJson ? RowsForPrograms : RowsForPeople;
            var report = workspace.History.Blame(
                new BlameRequest(context.Get(table)!, context.Get(at) ?? "HEAD", context.Get(key), context.Get(column), most));
            context.Output.Json(report.ToJson());
            if (!context.Output.IsJson) Write(context.Output, report);
            return 0;
        });
    }

    private static void Write(Output output, BlameReport report)
    {
        var table = new TextTable("key", "column", "value", "commit", "author", "time", "message");
        foreach (var row in report.Rows)
        {
            var key = string.Join(", ", row.Key.Select(part => Shown.Cell(part.Value, report.Numbers.Contains(part.Key))));
            foreach (var cell in row.Cells)
            {
                var commit = cell.Commit.Commit;
                table.Add(key, cell.Column, Shown.Look(cell.Value, report.Numbers.Contains(cell.Column)), Piece.Id(cell.Commit.Id.Short),
                    new Piece(commit.Author.Name, Shown.LookOf(commit.Author.Kind)), Piece.Dim(Shown.Time(commit.Time)), Describe(cell));
            }
        }

        if (table.Rows.Count == 0) output.Line("No rows.");
        output.Table(table);
        if (report.Truncated) output.Line(Piece.Dim("… more rows; --limit N lists more, --all every one"));
    }

    private static string Describe(BlameCell cell) => Shown.Title(cell.Commit.Commit.Message)
        + (cell.Contributors.Count == 0 ? "" : $"  (from {string.Join(" and ", cell.Contributors.Select(c => c.Id.Short))})")
        + (cell.Commit.Commit.Origin is { } origin ? $"  (origin {origin.Short})" : "");
}
