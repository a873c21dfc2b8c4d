using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>How many rows of which tables changed.</summary>
internal static class ChangesView
{
    public static void Write(Output output, IEnumerable<TableChange> changes)
    {
        var list = new TextTable("", "", "", "", "");
        foreach (var change in changes)
        {
            list.Add("  " + change.Name, Counted('+', change.Added, Look.Good), Counted('~', change.Modified, Look.Warning),
                Counted('-', change.Deleted, Look.Bad), Piece.Dim(Note(change)));
        }

        output.List(list);
    }

    private static string Note(TableChange change) =>
        change.Status != "changed" ? $"table {change.Status}" : change.Added + change.Modified + change.Deleted == 0 ? "only its schema" : "";

    private static Piece Counted(char sign, long count, Look look) => count == 0 ? Piece.Dim("") : new Piece($"{sign}{Shown.Count(count)}", look);
}
