using DbVc.Model;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Finds what tells the rows of a source apart.</summary>
/// <param name="findings">Takes what a person should know.</param>
internal sealed class KeyInference(List<string> findings)
{
    private const int PairsAmong = 6;
    private const double NearlyUnique = 0.99;

    private static readonly string[] s_keyWords = ["id", "key", "code", "uuid", "guid", "number", "no", "nr", "sku"];

    /// <summary>The columns with the key among them marked, and with what is never NULL.</summary>
    public IReadOnlyList<ColumnProposal> Mark(IReadOnlyList<ColumnProposal> columns, string table)
    {
        var key = FindSingle(columns, table) ?? FindPair(columns);
        if (key is null)
            findings.Add("No column and no pair of columns is a key: rows cannot be told apart when they change. Name one with \"primary_key\": true.");
        return [.. columns.Select(c => MarkOne(c, key is not null && key.Contains(c)))];
    }

    private static ColumnProposal MarkOne(ColumnProposal column, bool isKey)
    {
        var neverNull = column.Nulls == 0 && Confidence.Lower(column.Count, column.Count) >= Confidence.Enough;
        if (neverNull && !isKey) column.Evidence.Add("no value is missing");
        else if (column.Nulls > 0 && column.Count > 0)
            column.Evidence.Add(Invariant($"{column.Nulls:#,0} of {column.Column.Cells.Count:#,0} values are missing"));
        return column with { IsKey = isKey, IsNullable = !isKey && !neverNull };
    }

    private List<ColumnProposal>? FindSingle(IReadOnlyList<ColumnProposal> columns, string table)
    {
        var best = columns.Where(c => CanBeKey(c)).Select((c, i) => (Column: c, Score: ScoreOf(c, table) + (ReferenceEquals(c, columns[0]) ? 1 : 0)))
            .Where(c => c.Score > 0).OrderByDescending(c => c.Score).ThenByDescending(c => c.Column.Values.Count).FirstOrDefault();
        if (best.Column is not { } column) return null;
        var repeated = column.Values.Where(v => v.Count > 1).ToList();
        var text = repeated.Count == 0
            ? Invariant($"it tells all {column.Count:#,0} records apart")
            : Invariant($"it tells {column.Values.Count:#,0} of {column.Count:#,0} records apart; ")
                + Invariant($"{repeated[0].Show()} comes {repeated[0].Count:#,0} times");
        column.Evidence.Add(text);
        return [column];
    }

    private static bool CanBeKey(ColumnProposal column) => column.Nulls == 0 && column.Type is FieldType.Integer or FieldType.Text && column.Values.Count > 1
        && column.Values.Count >= column.Count * NearlyUnique;

    private static int ScoreOf(ColumnProposal column, string table)
    {
        var singular = table.EndsWith("ies", StringComparison.Ordinal) ? table[..^3] + "y" : table.TrimEnd('s');
        if (column.Name == "id" || column.Name == table + "_id" || column.Name == singular + "_id") return 5;
        return IsCalledKey(column.Name) ? 2 : 0;
    }

    /// <summary>Whether a field's name says that it tells things apart.</summary>
    public static bool IsCalledKey(string name) => FieldNaming.WordsOf(name) is [.., var last] && s_keyWords.Contains(last);

    private static List<ColumnProposal>? FindPair(IReadOnlyList<ColumnProposal> columns)
    {
        var some = columns.Where(c => c.Nulls == 0 && c.Values.Count > 1 && c.Type is not (FieldType.Real or FieldType.Boolean)).Take(PairsAmong).ToList();
        foreach (var (first, second) in some.SelectMany((a, i) => some.Skip(i + 1).Select(b => (a, b))))
        {
            if (ScoreOf(first, "") + ScoreOf(second, "") == 0 || Confidence.Lower(first.Count, first.Count) < Confidence.Enough) continue;
            var pairs = first.Column.Cells.Zip(second.Column.Cells).ToHashSet();
            if (pairs.Count != first.Column.Cells.Count) continue;
            first.Evidence.Add(Invariant($"with {second.Name} it tells all {first.Count:#,0} records apart, alone it does not"));
            return [first, second];
        }

        return null;
    }
}
