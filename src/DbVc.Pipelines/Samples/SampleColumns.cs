using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Cells worth trying in a column of the source, for the field that reads it and for the steps that take it.</summary>
internal sealed class SampleColumns(PipelineSpec spec)
{
    private const int Combinations = 8;

    private readonly IReadOnlyList<PipelineField> _fields = spec.FilledFields;
    private readonly List<Condition> _conditions = [.. spec.CheckedRules.Where(r => r.Condition is not null).Select(r => r.Condition!)];

    /// <summary>Cells that may be accepted, most telling first.</summary>
    public IReadOnlyList<string> CandidatesOf(string column) =>
        [.. FieldsOf(column).SelectMany(f => f.Origin is { } origin ? CandidatesOf(f, origin.Step) : SampleCells.For(f, _conditions)).Distinct()];

    /// <summary>Cells of which some will be rejected.</summary>
    public IEnumerable<string?> BadCellsOf(string column)
    {
        if (FieldsOf(column).Any(f => f.Type != FieldType.Text)) yield return "no such value";
        yield return null;
        foreach (var step in FieldsOf(column).Select(f => f.Origin?.Step).OfType<RowStep>().Distinct())
        {
            if (step.Kind == RowStepKind.Lookup) yield return "no such key";
            if (step.Kind != RowStepKind.SplitColumn) continue;
            yield return "undivided";
            yield return string.Concat(Enumerable.Repeat("x" + step.Separator, step.Into.Count)) + "x";
            foreach (var cell in CellsWithoutType(step)) yield return cell;
        }

        foreach (var cell in CandidatesOf(column)) yield return cell;
    }

    /// <summary>Whether other columns can stand for this one.</summary>
    public bool MayBeMissing(string column) =>
        FieldsOf(column).All(f => f.Origin is { Step.Kind: RowStepKind.Coalesce or RowStepKind.MergeColumns });

    private IEnumerable<PipelineField> FieldsOf(string column) => _fields.Where(f => f.SourceColumns.Contains(column));

    /// <summary>One part is no value of its field, the others are.</summary>
    private IEnumerable<string> CellsWithoutType(RowStep step)
    {
        var (parts, bad) = (PartsOf(step), "no such value".Replace(step.Separator, "", StringComparison.Ordinal));
        return Enumerable.Range(0, parts.Count).Where(i => _fields.First(f => f.Name == step.Into[i]).Type != FieldType.Text)
            .Select(i => string.Join(step.Separator, parts.Select((p, at) => at == i ? bad : p[0])));
    }

    /// <summary>Cells for each of the fields that a column is split into.</summary>
    private List<List<string>> PartsOf(RowStep step) => [.. step.Into.Select(name => SampleCells.For(_fields.First(f => f.Name == name), _conditions)
        .Where(c => !c.Contains(step.Separator, StringComparison.Ordinal)).ToList())];

    /// <summary>A part more than there are fields, where one of them takes it.</summary>
    private IEnumerable<string> LongCells(RowStep step, List<List<string>> parts)
    {
        var at = step.Rest == LongPart.First ? 0 : parts.Count - 1;
        if (step.Rest is null || _fields.First(f => f.Name == step.Into[at]).Type != FieldType.Text) return [];
        var cells = parts.Select(p => p[0]).ToList();
        cells[at] = "a" + step.Separator + "b";
        return [string.Join(step.Separator, cells)];
    }

    private IReadOnlyList<string> CandidatesOf(PipelineField field, RowStep step)
    {
        if (step.Kind == RowStepKind.Lookup) return [.. step.Values.Take(Combinations).Select(v => v.Key)];
        if (step.Kind != RowStepKind.SplitColumn) return SampleCells.For(field, _conditions);
        var parts = PartsOf(step);
        var cells = Enumerable.Range(0, Combinations).Select(i => string.Join(step.Separator, parts.Select(p => p[i % p.Count])));
        return [.. LongCells(step, parts), .. cells];
    }
}
