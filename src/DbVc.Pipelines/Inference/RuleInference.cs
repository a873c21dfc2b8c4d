using DbVc.Model;
using DbVc.PipelineRuntime;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Finds rules that the values of one column keep.</summary>
/// <param name="findings">Takes what a person should know.</param>
internal sealed class RuleInference(List<string> findings)
{
    private const int FewValues = 20;
    private const int SomeValues = 5;

    /// <summary>Formats that a text hardly has by chance, the narrower before the wider.</summary>
    private static readonly string[] s_telling =
        ["email", "uuid", "url", "iban", "ipv4", "ipv6", "cidr", "mac", "phone_e164", "isin", "lei", "sha256", "sha1", "md5"];

    /// <summary>Formats that short texts may have by chance.</summary>
    private static readonly string[] s_weak =
        ["credit_card", "isbn", "gtin", "iso_currency", "iso_country", "iso_language", "bic", "mime_type", "color", "semver"];

    private static readonly (string[] Words, decimal Minimum, decimal Maximum)[] s_customary =
    [
        (["age"], 0, 120), (["latitude", "lat"], -90, 90), (["longitude", "lon", "lng"], -180, 180), (["percent", "percentage", "pct"], 0, 100),
    ];

    private static readonly int[] s_limits = [50, 64, 100, 128, 200, 250, 255, 256, 500, 512, 1000, 1024, 2000, 2048, 4000];

    public IEnumerable<RuleDraft> Of(ColumnProposal column)
    {
        if (column.Count == 0 || column.IsOpen) yield break;
        if (column.Type == FieldType.Text)
        {
            LookForCuts(column);
            LookForMojibake(column);
            LookForDocuments(column);
            var format = FindFormat(column);
            if (format is not null) yield return format;
            else if (FindSet(column) is { } set) yield return set;
            if (format?.Rule is "email" or "iban" && column is { IsUnique: true, IsKey: false }) yield return NoDuplicates(column);
        }
        else if (column.Type is FieldType.Integer or FieldType.Decimal or FieldType.Real && !column.IsKey && FindRange(column) is { } range)
        {
            yield return range;
        }
    }

    private static RuleDraft NoDuplicates(ColumnProposal column) => new("no_duplicates", [column.Name], RuleSeverity.Warn,
        Confidence.Lower(column.Count, column.Count), Invariant($"none of {column.Count:#,0} values comes twice"));

    private RuleDraft? FindFormat(ColumnProposal column)
    {
        foreach (var name in (string[])[.. s_telling, .. s_weak])
        {
            var format = FormatVocabulary.Find(name)!;
            bool Has(SampledValue value) => format.Judge(Text.From(Trimmed(column, value)));
            var count = column.Values.Where(Has).Sum(v => v.Count);
            if (count * 2 <= column.Count) continue;
            var hinted = IsHinted(format, column);
            var evidence = ColumnInference.Share($"valid as {format.Nouns[0]}", count, column, v => !Has(v));
            var confidence = Confidence.Lower(count, column.Count);
            var enough = s_weak.Contains(name) ? hinted && column.Values.Count >= SomeValues || column.Values.Count >= FewValues : hinted || column.Count >= 3;
            if (count >= column.Count * ColumnInference.Most && enough && (hinted || confidence >= Confidence.Enough))
                return new RuleDraft(name, [column.Name], RuleSeverity.Reject, confidence, evidence);
            if (s_telling.Contains(name)) findings.Add($"{column.Name}: {evidence}: not proposed as a rule.");
        }

        return null;
    }

    /// <summary>Whether the column's name says so too.</summary>
    private static bool IsHinted(FormatDefinition format, ColumnProposal column) => format.Hints.Any(h => column.Name.Contains(h, StringComparison.Ordinal))
        || FieldNaming.WordsOf(column.Name).Any(w => w != "iso" && (format.Nouns.Contains(w) || format.Name.Split('_').Contains(w)));

    /// <summary>Few values that come again and again; how likely another one is, the values that came once tell (I. J. Good, 1953).</summary>
    private RuleDraft? FindSet(ColumnProposal column)
    {
        var count = column.Count;
        if (column.Values.Count is < 2 or > FewValues || column.Values.Count * SomeValues > count) return null;
        var once = column.Values.Count(v => v.Count == 1);
        var confidence = Confidence.Lower(count - once, count);
        var texts = column.Values.Select(v => Trimmed(column, v)).Distinct().ToList();
        foreach (var group in texts.GroupBy(t => t.ToUpperInvariant()).Where(g => g.Count() > 1))
        {
            var alike = string.Join(", ", group.Select(g => $"'{g}'"));
            findings.Add($"{column.Name}: {alike} differ only in case; 'lowercase {column.Name}' would make them one.");
        }

        if (confidence < Confidence.Enough) return null;
        return new RuleDraft("one_of", [column.Name], RuleSeverity.Warn, confidence, Invariant(
            $"{count:#,0} values are {texts.Count} different ones, of which {once:#,0} came once; the most: '{column.Values.MaxBy(v => v.Count)!.Text}'"))
        { Arguments = [("values", texts)] };
    }

    private RuleDraft? FindRange(ColumnProposal column)
    {
        var numbers = column.Values.Select(v => (Value: v, Number: column.NumberOf(v))).Where(v => v.Number is not null).ToList();
        if (numbers.Count == 0) return null;
        var (least, most, count) = (numbers.Min(n => n.Number!.Value), numbers.Max(n => n.Number!.Value), numbers.Sum(n => n.Value.Count));
        var seen = Invariant($"{least} to {most} were seen");
        var words = FieldNaming.WordsOf(column.Name);
        var custom = Array.Find(s_customary, c => c.Words.Any(words.Contains));
        if (custom.Words is not null)
        {
            bool IsWithin(decimal? number) => number >= custom.Minimum && number <= custom.Maximum;
            var within = numbers.Where(n => IsWithin(n.Number)).Sum(n => n.Value.Count);
            if (within >= count * ColumnInference.Most)
            {
                var others = numbers.Where(n => !IsWithin(n.Number)).Take(3).Select(n => n.Value.Show()).ToList();
                return new RuleDraft("range", [column.Name], RuleSeverity.Reject, Confidence.Lower(within, count),
                    Invariant($"by its name; {within:#,0} of {count:#,0} keep it")
                        + (others.Count == 0 ? $", {seen}" : $"; not {string.Join(", ", others)}"))
                { Arguments = [("min", custom.Minimum), ("max", custom.Maximum)] };
            }
        }

        var confidence = Confidence.Lower(count, count);
        return least < 0 || KeyInference.IsCalledKey(column.Name) || confidence < Confidence.Enough ? null
            : new RuleDraft("non_negative", [column.Name], RuleSeverity.Warn, confidence,
                Invariant($"none of {count:#,0} values is negative, {seen}"));
    }

    /// <summary>Several texts that end exactly where systems cut them off.</summary>
    private void LookForCuts(ColumnProposal column)
    {
        var longest = column.Values.Max(v => Rules.Length(Text.From(v.Text)));
        if (!s_limits.Contains(longest)) return;
        var cut = column.Values.Count(v => Rules.Length(Text.From(v.Text)) == longest);
        if (cut < 3) return;
        findings.Add(Invariant($"{column.Name}: {cut:#,0} different texts are exactly {longest} characters long, and none is longer: ")
            + "they may have been cut off.");
    }

    private void LookForMojibake(ColumnProposal column)
    {
        var broken = column.Values.FirstOrDefault(v => !Operations.FixMojibake(Text.From(v.Text)).Bytes.SequenceEqual(Text.From(v.Text).Bytes));
        if (broken is null) return;
        findings.Add($"{column.Name}: {broken.Show()} looks like UTF-8 that was read as windows-1252; 'fix mojibake in {column.Name}' repairs it.");
    }

    private void LookForDocuments(ColumnProposal column)
    {
        var json = FormatVocabulary.Find("json")!;
        var some = column.Values.Take(FewValues).ToList();
        if (!some.TrueForAll(v => v.Text.TrimStart() is ['[' or '{', ..] && json.Judge(Text.From(v.Text)))) return;
        findings.Add($"{column.Name}: {some[0].Show()} is a list or an object and stays JSON text; \"explode\": \"{column.Column.Name}\" in a JSON "
            + "source makes a record for each element.");
    }

    private static string Trimmed(ColumnProposal column, SampledValue value) => column.TrimsFirst ? value.Text.Trim() : value.Text;
}
