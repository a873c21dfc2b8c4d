using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>What chat says, for people.</summary>
internal static class ChatView
{
    /// <param name="isCarried">It says what became of a proposal, whose command stands above.</param>
    public static void Write(Output output, ChatReply reply, bool isCarried)
    {
        if (reply.IsShownAnew) output.Line(Piece.Warning("It is not what it was when you were asked:"));
        for (var at = 0; at < reply.Lines.Count;)
        {
            var cells = reply.Lines[at].Cells.Count;
            var rows = cells == 1 ? 1 : reply.Lines.Skip(at).TakeWhile(line => line.Cells.Count == cells).Count();
            if (cells == 1) output.Line(new Piece(reply.Lines[at].Cells[0], LookOf(reply.Lines[at].Tone)));
            else WriteRows(output, reply.Lines.Skip(at).Take(rows), cells);
            at += rows;
        }

        if (reply.CommandLine is { } command && !isCarried && reply.Kind != ChatKind.Proposal) output.Line(Piece.Dim("$ " + command));
    }

    private static void WriteRows(Output output, IEnumerable<ChatLine> rows, int cells)
    {
        var table = new TextTable([.. Enumerable.Repeat("", cells)]);
        foreach (var row in rows) table.Add([.. row.Cells.Select(cell => new Piece(cell, LookOf(row.Tone)))]);
        output.List(table);
    }

    private static Look LookOf(ChatTone tone) => tone switch
    {
        ChatTone.Good => Look.Good,
        ChatTone.Bad => Look.Bad,
        ChatTone.Quiet => Look.Dim,
        _ => Look.Plain
    };
}
