using System.Globalization;
using System.Text;
using Xunit;

namespace DbVc.Tests;

/// <summary>Steps on disk against the same steps on lists in memory, written as simply as they can be.</summary>
public sealed class ReshapePropertyTests : IDisposable
{
    private static readonly string[] s_columns = ["a", "b", "c"];
    private static readonly string[] s_values = ["1", "2", "10", "-3", "0.5", "x", "Z", "é", "2.50", ""];

    private readonly ReshapeFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(20261126)]
    public void Any_steps_on_any_source_do_what_they_do_in_memory(int seed)
    {
        for (var round = 0; round < 150; round++)
        {
            var random = new Random(seed + round);
            var rows = Enumerable.Range(0, 1 + random.Next(40))
                .Select(i => new Record(i + 2, [.. s_columns.Select(_ => Pick(random, s_values) is { Length: > 0 } cell ? cell : null)])).ToList();

            // A line that is blank as a whole would be none.
            rows.RemoveAll(r => r.Cells.All(c => c is null));
            if (rows.Count == 0) continue;
            var source = "a,b,c\n" + string.Join("\n", rows.Select(r => string.Join(",", r.Cells.Select(c => c ?? "")))) + "\n";
            rows = [.. rows.Select((r, i) => r with { Line = i + 2 })];
            var steps = new List<string> { "\"sample 100 %\"" };
            for (var i = 0; i <= random.Next(4); i++) rows = Step(random, rows, steps);
            var expected = rows.Select(r => FormattableString.Invariant($"{r.Line}:") + string.Join("|", r.Cells.Select(c => c ?? "∅")));
            var title = $"seed {seed + round}: {string.Join(", ", steps)}\n";
            var actual = _folder.Reshape("a.csv", source, string.Join(", ", steps), "a b c");
            Assert.Equal(title + string.Join("\n", expected), title + string.Join("\n", actual));
        }
    }

    private static List<Record> Step(Random random, List<Record> rows, List<string> steps)
    {
        var (column, other) = (random.Next(3), random.Next(3));
        var (name, group) = (s_columns[column], s_columns[other]);
        switch (random.Next(7))
        {
            case 0:
                var (isNumber, isDown) = (random.Next(2) == 0, random.Next(2) == 0);
                steps.Add($"\"sort by {name}{(isNumber ? " as number" : "")}{(isDown ? " descending" : "")}\"");
                return Sort(rows, column, isNumber, isDown);
            case 1:
                steps.Add($"\"forward fill {name} by {group}\"");
                return Fill(rows, column, (row, i) => rows.Take(i).LastOrDefault(r => Fills(r, row))?.Cells[column]);
            case 2:
                steps.Add($"\"backward fill {name} by {group}\"");
                return Fill(rows, column, (row, i) => rows.Skip(i).FirstOrDefault(r => Fills(r, row))?.Cells[column]);
            case 3:
                var method = Pick(random, ["mean", "median", "mode"]);
                steps.Add($"\"fill {name} with {method} by {group}\"");
                return Fill(rows, column, (row, _) => Statistic(method, [.. rows.Where(r => Fills(r, row)).Select(r => r.Cells[column]!)]));
            case 4:
                var keepsLast = random.Next(2) == 0;
                steps.Add($"\"deduplicate by {(column == other ? name : $"{name}, {group}")} keep {(keepsLast ? "last" : "first")}\"");
                return [.. rows.Where((row, i) => row.Cells[column] is null || row.Cells[other] is null || !(keepsLast ? rows.Skip(i + 1) : rows.Take(i))
                    .Any(r => r.Cells[column] == row.Cells[column] && r.Cells[other] == row.Cells[other]))];
            case 5:
                // There and back: of records with the same c all but the first would be rejected.
                if (rows.GroupBy(r => r.Cells[2]).All(g => g.Count() == 1)) steps.Add("\"unpivot a, b into n and v\", \"pivot n and v into a, b by c\"");
                return rows;
            default:
                steps.Add($"{{\"operation\": \"fill\", \"column\": \"{name}\", \"value\": \"7\"}}");
                return Fill(rows, column, (_, _) => "7");
        }

        bool Fills(Record filler, Record row) => filler.Cells[other] == row.Cells[other] && filler.Cells[column] is not null;
    }

    private static List<Record> Sort(List<Record> rows, int column, bool isNumber, bool isDown)
    {
        int Rank(Record row) => row.Cells[column] is not { } cell ? 2 : isNumber && NumberOf(cell) is null ? 1 : 0;
        var sorted = rows.OrderBy(Rank);
        int Compare(Record x, Record y) => Rank(x) != Rank(y) || Rank(x) == 2 ? 0
            : isNumber && Rank(x) == 0 ? NumberOf(x.Cells[column]!)!.Value.CompareTo(NumberOf(y.Cells[column]!)!.Value)
            : Encoding.UTF8.GetBytes(x.Cells[column]!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y.Cells[column]!));
        var comparer = Comparer<Record>.Create(Compare);
        return [.. isDown ? sorted.ThenByDescending(r => r, comparer) : sorted.ThenBy(r => r, comparer)];
    }

    private static List<Record> Fill(List<Record> rows, int column, Func<Record, int, string?> valueOf) =>
    [
        .. rows.Select((row, i) => row.Cells[column] is not null ? row
            : row with { Cells = [.. row.Cells.Select((c, at) => at == column ? valueOf(row, i) : c)] }),
    ];

    private static string? Statistic(string method, List<string> cells)
    {
        if (method == "mode") return cells.GroupBy(c => c).OrderByDescending(g => g.Count()).FirstOrDefault()?.Key;
        var numbers = cells.Where(c => NumberOf(c) is not null)
            .Select(c => (Value: NumberOf(c)!.Value, Digits: c.Contains('.') ? c.Length - c.IndexOf('.') - 1 : 0)).ToList();
        if (numbers.Count == 0) return null;
        if (method == "median") numbers = [.. numbers.OrderBy(n => n.Value).Skip((numbers.Count - 1) / 2).Take(numbers.Count % 2 == 0 ? 2 : 1)];
        var digits = numbers.Max(n => n.Digits);
        var mean = Math.Round(numbers.Sum(n => n.Value) / numbers.Count, digits, MidpointRounding.AwayFromZero);
        return (mean == 0 ? 0 : mean).ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static decimal? NumberOf(string cell) =>
        decimal.TryParse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Pick(Random random, string[] choices) => choices[random.Next(choices.Length)];

    private sealed record Record(long Line, string?[] Cells);
}
