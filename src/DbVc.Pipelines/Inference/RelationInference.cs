using DbVc.Model;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Finds rules between columns.</summary>
internal static class RelationInference
{
    private const int MostNumbers = 12;
    private const int MostRecords = 2000;

    private static readonly (string First, string Second)[] s_spans =
    [
        ("start", "end"), ("begin", "end"), ("started", "ended"), ("from", "to"), ("from", "until"), ("created", "updated"), ("created", "modified"),
        ("ordered", "shipped"), ("order", "ship"), ("order", "shipping"), ("shipped", "delivered"), ("ship", "delivery"), ("opened", "closed"),
        ("issued", "due"), ("issue", "due"), ("invoice", "due"), ("arrival", "departure"), ("checkin", "checkout"), ("hired", "left"), ("birth", "death"),
    ];

    public static IEnumerable<RuleDraft> Of(IReadOnlyList<ColumnProposal> columns) => [.. Spans(columns), .. Products(columns)];

    /// <summary>Times of which one comes after the other by their names.</summary>
    private static IEnumerable<RuleDraft> Spans(IReadOnlyList<ColumnProposal> columns)
    {
        var times = columns.Where(c => c.Type is FieldType.Date or FieldType.Timestamp).ToList();
        foreach (var first in times)
        {
            foreach (var second in times.Where(t => t.Type == first.Type && IsSpan(first.Name, t.Name)))
            {
                var pairs = first.Times().Zip(second.Times()).Where(p => p is { First: not null, Second: not null }).ToList();
                var kept = pairs.Count(p => string.CompareOrdinal(p.First, p.Second) <= 0);
                if (pairs.Count == 0 || kept < pairs.Count * ColumnInference.Most) continue;
                yield return Expression($"{NameOf(second)} >= {NameOf(first)}", kept, pairs.Count);
            }
        }
    }

    private static bool IsSpan(string first, string second)
    {
        var (a, b) = (FieldNaming.WordsOf(first), FieldNaming.WordsOf(second));
        return a.Length == b.Length && first != second && s_spans.Any(s => a.Zip(b).All(w => w.First == w.Second || w == (s.First, s.Second)));
    }

    /// <summary>Numbers of which one is the product of two others.</summary>
    private static IEnumerable<RuleDraft> Products(IReadOnlyList<ColumnProposal> columns)
    {
        var numbers = columns.Where(c => c is { IsKey: false, Type: FieldType.Integer or FieldType.Decimal } && c.Values.Count > 2).Take(MostNumbers)
            .Select(c => (Column: c, Values: c.Numbers().Take(MostRecords).ToList())).ToList();
        foreach (var product in numbers.Where(n => n.Column.Values.Count > 4))
        {
            foreach (var (a, b) in numbers.SelectMany((x, i) => numbers.Skip(i + 1).Select(y => (x, y))))
            {
                if (a.Column == product.Column || b.Column == product.Column) continue;
                if (CountProducts(a.Values, b.Values, product.Values) is not { } counts) continue;
                var text = $"{NameOf(product.Column)} = {NameOf(a.Column)} * {NameOf(b.Column)}";
                yield return Expression(text, counts.Kept, counts.All);
            }
        }
    }

    private static (int Kept, int All)? CountProducts(List<decimal?> a, List<decimal?> b, List<decimal?> product)
    {
        var (kept, all, telling) = (0, 0, 0);
        for (var i = 0; i < product.Count; i++)
        {
            if (a[i] is not { } x || b[i] is not { } y || product[i] is not { } z || Math.Abs(x) > 1_000_000_000 || Math.Abs(y) > 1_000_000_000) continue;
            all++;
            if (x * y == z) kept++;
            if (x * y == z && x is not (0 or 1) && y is not (0 or 1)) telling++;
            if (all - kept > 5 + (product.Count / 20)) return null;
        }

        return telling >= 10 && kept >= all * ColumnInference.Most && Confidence.Lower(kept, all) >= Confidence.Enough ? (kept, all) : null;
    }

    private static string NameOf(ColumnProposal column) => ConditionText.NameField(column.ToField());

    private static RuleDraft Expression(string text, int kept, int all) => new("expression", [], RuleSeverity.Warn, Confidence.Lower(kept, all),
        Invariant($"{kept:#,0} of {all:#,0} records with all of the values keep it"))
    { Arguments = [("expression", text)] };
}
