using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Values of a rule's fields, null for NULL, and whether the rule passes.</summary>
internal sealed record RuleCase(IReadOnlyList<string?> Cells, bool Expected);

/// <summary>Finds the cases that a test of a rule needs: what passes, what breaks it, each field's NULL, and what tells it from its variants.</summary>
internal static class RuleCases
{
    private const int MaxCombinations = 4000;
    private const int FirstOfOneField = 15;
    private const int FirstOfEach = 4;
    private const int MostCases = 40;

    public static IReadOnlyList<RuleCase> Of(PipelineRule rule)
    {
        var row = new SampleRow(rule.Fields);
        var test = ConditionTest.Build(rule.Condition!, row.IndexOf);
        var variants = ConditionVariants.Of(rule.Condition!).Select(v => ConditionTest.Build(v, row.IndexOf)).ToList();
        var tried = new List<(RuleCase Case, bool[] Differs)>();
        foreach (var cells in Combine(Candidates(rule.Fields, [rule.Condition!])).Take(MaxCombinations))
        {
            var fits = true;
            for (var i = 0; i < cells.Length; i++) fits &= row.TrySet(i, Text.From(cells[i]));
            if (!fits || !test.IsKnown(row)) continue;
            var passes = test.Passes(row);
            tried.Add((new RuleCase(cells, passes), [.. variants.Select(v => v.Passes(row) != passes)]));
        }

        return Choose(rule, tried, variants.Count);
    }

    /// <summary>Cells for each field, most telling first and NULL last, so many that their combinations can be tried.</summary>
    public static IReadOnlyList<IReadOnlyList<string?>> Candidates(IReadOnlyList<PipelineField> fields, IReadOnlyList<Condition> conditions)
    {
        var perField = Math.Max(2, (int)Math.Pow(MaxCombinations, 1.0 / fields.Count) - 1);
        return [.. fields.Select(f => (IReadOnlyList<string?>)[.. SampleCells.For(f, conditions).Take(perField), null])];
    }

    public static IEnumerable<string?[]> Combine(IReadOnlyList<IReadOnlyList<string?>> candidates)
    {
        var choice = new int[candidates.Count];
        while (true)
        {
            yield return [.. choice.Select((c, i) => candidates[i][c])];
            var i = 0;
            while (i < choice.Length && ++choice[i] == candidates[i].Count) choice[i++] = 0;
            if (i == choice.Length) yield break;
        }
    }

    private static IReadOnlyList<RuleCase> Choose(PipelineRule rule, List<(RuleCase Case, bool[] Differs)> tried, int variants)
    {
        List<(RuleCase Case, bool[] Differs)> chosen = rule.Fields.Count == 1 ? [.. tried.Take(FirstOfOneField), .. tried.TakeLast(1)]
            : [.. tried.Where(t => t.Case.Expected).Take(FirstOfEach), .. tried.Where(t => !t.Case.Expected).Take(FirstOfEach), .. Nulls(tried)];
        chosen = [.. chosen.DistinctBy(c => c.Case)];
        for (var i = 0; i < variants && chosen.Count < MostCases; i++)
        {
            if (chosen.Any(c => c.Differs[i])) continue;
            if (tried.FirstOrDefault(t => t.Differs[i]) is { Case: not null } telling) chosen.Add(telling);
        }

        return [.. chosen.Select(c => c.Case)];
    }

    /// <summary>For each field a case in which it alone is NULL.</summary>
    private static IEnumerable<(RuleCase Case, bool[] Differs)> Nulls(List<(RuleCase Case, bool[] Differs)> tried) =>
        tried.Where(t => t.Case.Cells.Count(c => c is null) == 1).GroupBy(t => t.Case.Cells.ToList().IndexOf(null)).Select(g => g.First());
}
