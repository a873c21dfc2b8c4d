using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Differences as chat says them: counts of all, and the first rows of each table.</summary>
internal static class ChatDiff
{
    public const int MostRows = 6;
    private const int MostCells = 6;
    private const int MostPatch = 12;
    private const int FewFiles = 3;

    public static ChatText Diff(this ChatText text, ChatCall call, DiffReport report)
    {
        if (report.Tables.Count + report.Schema.Count + report.Files.Count == 0) return text.Say("No differences.");
        foreach (var table in report.Tables)
        {
            text.Say(ChatShown.Change(new TableChange(
                table.Name, table.Status, table.Counts.Added, table.Counts.Modified + table.Counts.Moved, table.Counts.Deleted)));
            foreach (var row in table.Rows.Select(change => new DiffRow(table, change))) text.Each([row], r => Row(call, r));
            if (table.Truncated) text.Quiet("    …");
        }

        // Of a table that came or went the rows say so already.
        text.Each([.. report.Schema.Where(s => report.Tables.All(t => t.Name != s.Object || t.Status == "changed"))],
            s => ChatText.Line($"{s.Kind} {s.Object}: {(s.Before is null ? "added" : s.After is null ? "dropped" : "changed")}"));
        var added = report.Files.Where(f => f.Status == "added").ToList();
        if (added.Count > FewFiles) text.Say($"{Quantity.Of(added.Count)} files added: {string.Join(", ", added.Take(FewFiles).Select(f => f.Path))}, …");
        foreach (var file in report.Files.Where(f => f.Status != "added" || added.Count <= FewFiles))
        {
            text.Say($"{file.Path}: {file.Status}");
            // Lines of a file say what code was written; a model reads it by its own tools.
            if (file.Status == "changed") text.Each(PatchLines(file.Patch), line => new ChatLine(ToneOf(line), ["    " + call.Foreign(line)]), MostPatch);
        }

        return text;
    }

    /// <summary>A patch without its heading.</summary>
    public static IReadOnlyList<string> PatchLines(string patch) => [.. patch.TrimEnd('\n').Split('\n').Skip(2)];

    public static ChatTone ToneOf(string line) => line switch
    {
        ['+', ..] => ChatTone.Good,
        ['-', ..] => ChatTone.Bad,
        ['@', ..] => ChatTone.Quiet,
        _ => ChatTone.Plain
    };

    private static ChatLine Row(ChatCall call, DiffRow row)
    {
        if (row.Before is null) return new ChatLine(ChatTone.Good, ["  + " + Cells(call, row.After!)]);
        if (row.After is null) return new ChatLine(ChatTone.Bad, ["  - " + Cells(call, row.Before)]);
        var cells = row.Cells().Take(MostCells).Select(c => $"{c.Column}: {call.Cell(c.Column, c.Before)} → {call.Cell(c.Column, c.After)}");
        return new ChatLine(ChatTone.Plain, [$"  ~ {ChatShown.Key(call, row.Key)}", string.Join("  ", cells)]);
    }

    private static string Cells(ChatCall call, IReadOnlyList<NamedValue> row) =>
        ChatShown.Key(call, row.Take(MostCells)) + (row.Count > MostCells ? ", …" : "");
}
