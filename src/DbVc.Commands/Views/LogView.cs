using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>History for people: one line per commit, with lanes if wanted.</summary>
internal static class LogView
{
    public static void Write(Output output, IReadOnlyList<LogEntry> entries, bool withGraph)
    {
        var graph = new GraphLanes();
        foreach (var entry in entries)
        {
            if (!withGraph)
            {
                output.Line([.. Describe(entry)]);
                continue;
            }

            foreach (var lanes in graph.Before(entry.Commit.Id)) output.Line(Piece.Dim(lanes));
            var (left, right) = graph.At(entry.Commit.Id);
            output.Line([Piece.Dim(left), new Piece("*", Shown.LookOf(entry.Commit.Commit.Author.Kind)), Piece.Dim(right + " "), .. Describe(entry)]);
            foreach (var lanes in graph.After(entry.Commit.Id, entry.Commit.Commit.Parents)) output.Line(Piece.Dim(lanes));
        }
    }

    /// <summary>Everything about one commit, above what it changed.</summary>
    public static void WriteHead(Output output, LogEntry entry)
    {
        var commit = entry.Commit.Commit;
        output.Line([Piece.Dim("commit   "), Piece.Id(entry.Commit.Id.ToString()), .. Names(entry)]);
        if (commit.Parents.Count > 0) output.Line(Piece.Dim("parents  "), Piece.Id(string.Join(' ', commit.Parents.Select(parent => parent.Short))));
        output.Line(Piece.Dim("author   "), new Piece(commit.Author.ToString(), Shown.LookOf(commit.Author.Kind)),
            Piece.Dim(commit.Author.Name == Json.Name(commit.Author.Kind) ? "" : $"  {Json.Name(commit.Author.Kind)}"));
        output.Line(Piece.Dim("time     "), Shown.Time(commit.Time));
        if (commit.Origin is { } origin) output.Line(Piece.Dim("from     "), Piece.Id(origin.Short));
        if (commit.Provenance is { } source) output.Line(Piece.Dim("task     "), source.Task, Piece.Dim(source.Model is null ? "" : $"  model {source.Model}"));
        if (commit.Evidence is { } evidence) output.Line(Piece.Dim("evidence "), Piece.Id(evidence.ToString()));
        if (MergeTrailers.FindOverride(commit) is { } reason) output.Line(Piece.Bad($"OVERRIDE {reason}"));
        output.Line();
        foreach (var line in commit.Message.TrimEnd().Split('\n')) output.Line("    ", line.TrimEnd('\r'));
        output.Line();
    }

    private static IEnumerable<Piece> Describe(LogEntry entry) =>
    [
        Piece.Id(entry.Commit.Id.Short), .. Names(entry), .. Override(entry), " ", Shown.Title(entry.Commit.Commit.Message),
        Piece.Dim("  "), new Piece(entry.Commit.Commit.Author.Name, Shown.LookOf(entry.Commit.Commit.Author.Kind)),
        Piece.Dim($", {Shown.Time(entry.Commit.Commit.Time)}"),
    ];

    private static IEnumerable<Piece> Override(LogEntry entry) => MergeTrailers.FindOverride(entry.Commit.Commit) is null ? [] : [Piece.Bad(" OVERRIDE")];

    private static IEnumerable<Piece> Names(LogEntry entry) =>
        entry.Names.Count == 0 ? [] : [Piece.Dim(" ("), Piece.Name(string.Join(", ", entry.Names)), Piece.Dim(")")];
}
