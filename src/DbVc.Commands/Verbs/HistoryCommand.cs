using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows every version of one row.</summary>
internal static class HistoryCommand
{
    private const int DefaultLimit = 1000;

    public static Verb Create()
    {
        var table = new Argument<string>("TABLE") { Description = "The table." };
        var key = new Option<string>("--key", "-k") { Description = "The row: the values of its key, separated by commas.", HelpName = "KEY", Required = true };
        var at = new Option<string?>("--at") { Description = "The revision to look back from; otherwise main's head.", HelpName = "REV" };
        var limit = new Option<int>("--limit", "-n") { Description = "List at most this many.", HelpName = "N", DefaultValueFactory = _ => DefaultLimit };
        return new Verb("history", "Show every version of one row: who changed it, when, and what it was then.",
            "db-vc history customers --key 17", "db-vc history prices --key 17,EUR --at HEAD~10")
        {
            table,
            key,
            at,
            limit,
        }.Answers<HistoryDocument>().OnRepository((context, workspace) =>
        {
            var report = workspace.History.RowHistory(new RowHistoryRequest(context.Get(table)!, context.Get(key)!, context.Get(at) ?? "HEAD",
                Limits.Positive(context.Get(limit), "--limit")));
            foreach (var version in report.Versions) Write(context.Output, version, report.Numbers);
            context.Output.Json(report.ToJson());
            return 0;
        });
    }

    private static void Write(Output output, RowVersionReport version, IReadOnlySet<string> numbers)
    {
        var commit = version.Commit.Commit;
        output.Line(Piece.Id(version.Commit.Id.Short), " ", Piece.Dim(Shown.Time(commit.Time)), " ",
            new Piece(commit.Author.Name, Shown.LookOf(commit.Author.Kind)), " ", new Piece(version.Change, LookOf(version.Change)), " ",
            Shown.Title(commit.Message));
        if (version.Row is { } row) output.Line("    ", Shown.Row(row, numbers));
    }

    private static Look LookOf(string change) => change switch
    {
        "added" => Look.Good,
        "deleted" => Look.Bad,
        _ => Look.Warning,
    };
}
