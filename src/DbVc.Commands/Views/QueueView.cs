using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>The merge queue for people.</summary>
internal static class QueueView
{
    public static void Write(Output output, IReadOnlyList<QueueEntry> entries)
    {
        var table = new TextTable("branch", "state", "added by", "", "reason");
        foreach (var entry in entries)
        {
            table.Add(Piece.Name(entry.Branch), State(entry), entry.By, Piece.Id(Short(entry)), Piece.Dim(Shown.Short(entry.Reason ?? "")));
        }

        output.Table(table);
    }

    /// <summary>What became of one branch.</summary>
    public static Piece[] Line(QueueEntry entry) =>
    [
        entry.State == QueueState.Landed ? Piece.Good("✓ ") : Piece.Warning("! "), Piece.Name(entry.Branch), "  ", State(entry), "  ",
        Piece.Id(Short(entry)), Piece.Dim(entry.Reason ?? ""),
    ];

    private static Piece State(QueueEntry entry) => new(Json.Name(entry.State), entry.State switch
    {
        QueueState.Landed => Look.Good,
        QueueState.Refused => Look.Bad,
        QueueState.Queued => Look.Plain,
        _ => Look.Warning,
    });

    private static string Short(QueueEntry entry) => entry.Commit?[..10] ?? "";
}
