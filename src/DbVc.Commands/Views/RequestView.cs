using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Requests for people. What was typed into them stands behind a bar: nobody takes it for something that db-vc says.</summary>
internal static class RequestView
{
    private const string Bar = "  │ ";
    private const int MaxFiles = 10;
    private const int MaxTitle = 60;

    /// <summary>One line for each.</summary>
    public static void Write(Output output, IReadOnlyList<RequestBrief> requests)
    {
        var list = new TextTable("", "", "", "", "", "");
        foreach (var request in requests)
        {
            list.Add(Piece.Id($"  {request.Number}"), Shown.Cut(request.Title, MaxTitle), Piece.Name($"{request.Source} → {request.Target}"),
                State(request.State), Piece.Dim($"{request.By.Name}, {Shown.Time(request.Opened)}"),
                Piece.Dim(request.Unresolved == 0 ? "" : $"{Shown.Count(request.Unresolved)} unresolved"));
        }

        output.List(list);
    }

    /// <summary>One in full: the verdict last.</summary>
    public static void WriteOne(Output output, RequestReport report)
    {
        if (output.IsJson) return;
        var brief = report.Brief;
        output.Line(Piece.Dim("request "), Piece.Id($"{brief.Number}"), "  ", Piece.Strong(brief.Title));
        output.Line("  ", Piece.Name(brief.Source), " into ", Piece.Name(brief.Target), "  ", State(brief.State), "  at ", Piece.Id(brief.Head.Short),
            Piece.Dim(report.Commit is { } commit ? $"  by {commit.Short}" : ""));
        if (report.Text.Length > 0) WriteText(output, report.Text);
        output.Line();
        WriteEvents(output, report);
        WriteNews(output, report.News);
        if (brief.State != RequestState.Open) return;
        output.Line();
        output.Line(Piece.Strong("Checks"));
        foreach (var check in report.Checks)
        {
            var mark = check.Passed ? Piece.Good("  ✓ ") : check.Blocks ? Piece.Bad("  ✗ ") : Piece.Warning("  ! ");
            output.Line(mark, check.Name, Piece.Dim($"  {check.Summary}"));
        }

        if (report.Approvals is { } approvals) WriteVerdicts(output, approvals);
        output.Line(report.IsReady ? Piece.Good("✅ Ready for merge") : Piece.Bad("❌ Not ready"));
    }

    /// <summary>Who said yes and who no to what the branch is now.</summary>
    public static void WriteVerdicts(Output output, ApprovalReport report)
    {
        if (report.State.Needed > 0 || report.State.Given.Count > 0) ReviewView.WriteApprovals(output, report.State);
        ReviewView.WriteRejections(output, report.Rejections);
    }

    private static void WriteEvents(Output output, RequestReport report)
    {
        foreach (var happened in report.Events)
        {
            var comment = happened.Kind == RequestEventKind.Commented ? report.Comments.FirstOrDefault(c => c.Id == happened.Comment) : null;
            output.Line(Piece.Dim(Shown.Time(happened.Time)), "  ", new Piece(happened.By.Name, Shown.LookOf(happened.By.Kind)), " ", Says(happened),
                comment?.Place is { } place ? Place(place) : "", comment?.ReplyTo is { } about ? Piece.Dim($" to #{about}") : "",
                comment?.ResolvedBy is { } by ? Piece.Good($"  settled by {by}") : "", comment?.Place?.IsOutdated == true ? Piece.Warning("  outdated") : "");
            if (comment is not null) WriteText(output, comment.Text);
        }
    }

    /// <summary>What somebody did, in words.</summary>
    private static Piece Says(RequestEvent happened) => happened.Kind switch
    {
        RequestEventKind.Opened => "opened it",
        RequestEventKind.Commented => $"commented #{happened.Comment}",
        RequestEventKind.Resolved => $"settled #{happened.Comment}",
        RequestEventKind.Pushed => $"committed {happened.Head.Short}: {Shown.Short(happened.Text)}",
        RequestEventKind.Approved => Piece.Good($"approved {happened.Head.Short}{With(happened.Text)}"),
        RequestEventKind.ApprovalWithdrawn => "took the approval back",
        RequestEventKind.ChangesRequested => Piece.Bad($"asked for changes of {happened.Head.Short}{With(happened.Text)}"),
        RequestEventKind.ChangesWithdrawn => "took the no back",
        RequestEventKind.Withdrawn => Piece.Warning("withdrew it"),
        RequestEventKind.Merged => Piece.Good($"merged {happened.Head.Short}"),
        _ => Json.Name(happened.Kind),
    };

    private static string With(string text) => text.Length == 0 ? "" : $": {Shown.Short(text)}";

    private static Piece Place(RequestPlaceReport place) => Piece.Dim(place.File is { } file
        ? $" on {file}{(place.Line is { } line ? $":{line}" : "")}{(place.LineNow is { } now && now != place.Line ? $" (now {now})" : "")}"
        : $" on {place.Table} {(place.Key.Count == 0 ? "(a purged row)" : Shown.Key(place.Key))}{(place.Column is { } column ? $" {column}" : "")}");

    private static void WriteNews(Output output, RequestNews? news)
    {
        if (news is null || (news.Commits.Count == 0 && news.Comments == 0 && news.Tables.Count == 0 && news.Files.Count == 0)) return;
        output.Line();
        output.Line(Piece.Strong("Since you looked"), Piece.Dim($"  {Shown.Time(news.Time)}, at {news.From.Short}"));
        foreach (var commit in news.Commits)
            output.Line("  ", Piece.Id(commit.Id.Short), " ", new Piece(commit.Commit.Author.Name, Shown.LookOf(commit.Commit.Author.Kind)), " ",
                Shown.Short(commit.Commit.Message));
        ChangesView.Write(output, news.Tables);
        foreach (var file in news.Files.Take(MaxFiles)) output.Line("  ", file);
        if (news.Files.Count > MaxFiles) output.Line(Piece.Dim($"  … {Shown.Count(news.Files.Count - MaxFiles, "more file")}"));
        if (news.Comments > 0) output.Line("  ", Shown.Count(news.Comments, "comment"));
    }

    private static void WriteText(Output output, string text)
    {
        foreach (var line in text.Split('\n')) output.Line(Piece.Dim(Bar), line);
    }

    private static Piece State(RequestState state) => new(Json.Name(state), state switch
    {
        RequestState.Merged => Look.Good,
        RequestState.Withdrawn => Look.Warning,
        _ => Look.Plain,
    });
}
