namespace DbVc.Pipelines;

/// <summary>Which columns the source has, judged from its header.</summary>
/// <param name="Columns">Their names, in order.</param>
/// <param name="Exact">No others.</param>
/// <param name="Ordered">In this order.</param>
public sealed record ColumnsCheck(IReadOnlyList<string> Columns, bool Exact, bool Ordered) : TableCheck
{
    public override string Name => "columns";

    public override PipelineField? Field => null;

    public override bool TakesPremise => false;

    public override string Text
    {
        get
        {
            var names = string.Join(", ", Columns.Select(c => ConditionText.NameOperand(new TextOperand(c))));
            return $"the source must have {(Exact ? "exactly " : "")}the columns {names}{(Ordered ? " in this order" : "")}";
        }
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) =>
        new RowCountCheck.Observer(_ => TableVerdict.Nothing(""), (_, facts) => Compare(facts));

    private TableVerdict Compare(LoadFacts facts)
    {
        if (facts.SourceColumns is not { } source) return TableVerdict.Nothing("the source's columns are not known");
        var problems = new List<string>();
        var missing = Columns.Where(c => !source.Contains(c)).ToList();
        if (missing.Count > 0) problems.Add("missing: " + string.Join(", ", missing));
        var others = source.Where(c => !Columns.Contains(c)).ToList();
        if (Exact && others.Count > 0) problems.Add("not named: " + string.Join(", ", others));
        if (Ordered && missing.Count == 0 && !source.Where(Columns.Contains).SequenceEqual(Columns))
            problems.Add("their order is " + string.Join(", ", source));
        return problems.Count == 0 ? new TableVerdict(true, "all are there") : new TableVerdict(false, string.Join("; ", problems));
    }
}
