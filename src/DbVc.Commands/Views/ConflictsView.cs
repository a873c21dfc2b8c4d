using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Conflicts for people.</summary>
internal static class ConflictsView
{
    private const int MaxJson = 40;
    private static readonly string[] Absent = [];

    /// <summary>One line per conflict.</summary>
    public static void Write(Output output, IEnumerable<(Conflict Conflict, Resolution? Resolution)> conflicts)
    {
        var table = new TextTable("id", "where", "base", "source", "target", "decided");
        foreach (var (conflict, resolution) in conflicts) Add(table, conflict, resolution);
        output.Table(table);
    }

    /// <summary>The same with what is proposed about those that are open.</summary>
    public static void Write(Output output, IReadOnlyList<ConflictView> views)
    {
        Write(output, views.Select(view => (view.Conflict, view.Resolution)));
        foreach (var view in views.Where(v => v.Resolution is null)) WriteProposal(output, view, Piece.Id(view.Conflict.Id), "  ");
    }

    private static void Add(TextTable table, Conflict conflict, Resolution? resolution) =>
        table.Add(Piece.Id(conflict.Id), Place(conflict), Side(conflict, conflict.Base), Side(conflict, conflict.Source), Side(conflict, conflict.Target),
            resolution is null ? Piece.Warning("open") : Piece.Good(Describe(resolution)));

    /// <summary>Never without saying that it is one, and whose.</summary>
    private static void WriteProposal(Output output, ConflictView view, params Piece[] before)
    {
        if (view.Proposal is not { } proposal) return;
        output.Line([.. before, Piece.Warning($"proposed by {proposal.By}: "), $"take {Describe(proposal.Resolution)}. ", Piece.Dim(proposal.Reason)]);
    }

    /// <summary>One conflict in full: a line per column, or the texts of both sides.</summary>
    public static void WriteOne(Output output, ConflictView view)
    {
        var conflict = view.Conflict;
        output.Line(Piece.Dim("conflict "), Piece.Id(conflict.Id), "  ", Piece.Strong(Place(conflict)), Piece.Dim($"  {Json.Name(conflict.Kind)}"));
        if (conflict.Cause is { } cause) output.Line(Piece.Dim("against  "), cause);
        foreach (var part in conflict.Parts) output.Line(Piece.Dim("about    "), part);
        WriteTouch(output, "source   ", view.Source);
        WriteTouch(output, "target   ", view.Target);
        if (conflict.Kind is ConflictKind.Cell or ConflictKind.Row) WriteColumns(output, conflict);
        else WriteTexts(output, conflict);
        if (view.Resolution is null) WriteProposal(output, view);
        output.Line(view.Resolution is { } taken
            ? Piece.Good($"decided: {Describe(taken)}")
            : Piece.Dim($"Decide it: db-vc conflicts resolve {conflict.Id} --take source|target|base{(conflict.CanTakeBoth ? "|both" : "")}"
                + (view.Proposal is null ? "" : "|proposal")
                + conflict.Kind switch
                {
                    ConflictKind.Cell => " (or --value JSON)",
                    ConflictKind.Schema => " (or --value '\"CREATE …\"')",
                    _ => "",
                }));
    }

    private static void WriteTouch(Output output, string title, ConflictTouch touch) => output.Line(
        Piece.Dim(title), Piece.Id(touch.Commit.Short), "  ", Piece.Name(touch.Author.Name), "  ", Piece.Dim(Shown.Time(touch.Time)));

    private static void WriteColumns(Output output, Conflict conflict)
    {
        var names = new[] { conflict.Base, conflict.Source, conflict.Target }.SelectMany(side => side?.Select(cell => cell.Name) ?? Absent).Distinct();
        var table = new TextTable("column", "base", "source", "target");
        foreach (var name in names) table.Add(name, Show(conflict.Base, name), Show(conflict.Source, name), Show(conflict.Target, name));
        output.Table(table);

        // Inside a document a text already stands in quotes of its own.
        Piece Show(IReadOnlyList<NamedValue>? side, string name) =>
            conflict.Path is not null && side is [var only] ? Shown.Cut(only.Value.AsText, MaxJson) : Cell(side, name);
    }

    private static void WriteTexts(Output output, Conflict conflict)
    {
        foreach (var (title, side) in new[] { ("base", conflict.Base), ("source", conflict.Source), ("target", conflict.Target) })
        {
            output.Line(Piece.Strong(title));
            if (side is null or []) output.Line(Piece.Dim("  (does not exist)"));
            else output.Block(string.Concat(side.Select(part => part.Value.AsText.TrimEnd('\n') + "\n")));
        }
    }

    private static Piece Cell(IReadOnlyList<NamedValue>? side, string name) =>
        side is null ? Piece.Dim("(no row)") : side.FirstOrDefault(cell => cell.Name == name) is { } cell ? Shown.Look(cell.Value) : Piece.Dim("");

    private static Piece Side(Conflict conflict, IReadOnlyList<NamedValue>? side) => side switch
    {
        null or [] => Piece.Dim(conflict.Kind == ConflictKind.Row ? "(no row)" : "(none)"),
        [var only] when conflict.Path is not null => Shown.Cut(only.Value.AsText, MaxJson),
        [var only] when conflict.Kind != ConflictKind.Row => Shown.Look(only.Value),
        _ => Shown.Cut(string.Join(' ', side.Where(cell => conflict.Key.All(part => part.Name != cell.Name)).Select(cell => Shown.Cell(cell.Value))), 40),
    };

    private static string Place(Conflict conflict) =>
        conflict.Table + (conflict.Key.Count > 0 ? $" {Shown.Key(conflict.Key)}" : "") + (conflict.Column is null ? "" : $" {conflict.Column}")
        + (conflict.Path is null ? "" : $" {conflict.Path}");

    private static string Describe(Resolution resolution) => resolution.Value is { } value ? $"value {Shown.Cell(value)}" : Json.Name(resolution.Kind);
}
