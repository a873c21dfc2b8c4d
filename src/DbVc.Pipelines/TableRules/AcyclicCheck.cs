namespace DbVc.Pipelines;

/// <summary>Following a column that names the record's parent never leads back to the record.</summary>
/// <param name="Of">The column that names the parent.</param>
/// <param name="Key">The column by which it is named.</param>
public sealed record AcyclicCheck(PipelineField Of, PipelineField Key) : TableCheck
{
    public override string Name => "acyclic";

    public override PipelineField Field => Of;

    public override string Text => $"{ConditionText.NameField(Of)} must be acyclic over {ConditionText.NameField(Key)}";

    /// <summary>The check; throws <see cref="RuleException"/> for fields that cannot be compared.</summary>
    internal static AcyclicCheck Make(PipelineField field, PipelineField key)
    {
        if (field == key) throw new RuleException($"{ConditionText.NameField(field)} is its own parent everywhere");
        return field.Type == key.Type ? new AcyclicCheck(field, key)
            : throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, and {ConditionText.NameField(key)} "
                + $"is {FieldTypes.Describe(key.Type)}");
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(indexOf(Of), indexOf(Key));

    private sealed class Observer(int parent, int key) : TableObserver
    {
        private readonly Dictionary<string, (string Parent, long Record)> _parents = new(StringComparer.Ordinal);

        public override void Add(long record, IRowView row)
        {
            if (row.KindAt(key) is null || row.KindAt(parent) is null) return;
            _parents[RowText.Show(row, key)] = (RowText.Show(row, parent), record);
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            if (_parents.Count == 0) return TableVerdict.Nothing("no record has a parent");
            var free = new HashSet<string>(StringComparer.Ordinal);
            foreach (var start in _parents.Keys)
            {
                var path = new List<string>();
                var onPath = new HashSet<string>(StringComparer.Ordinal);
                var at = start;
                while (!free.Contains(at) && _parents.TryGetValue(at, out var next))
                {
                    if (!onPath.Add(at)) return new TableVerdict(false, DescribeCycle(path, at));
                    path.Add(at);
                    at = next.Parent;
                }

                free.UnionWith(path);
            }

            return new TableVerdict(true, $"{_parents.Count} records with a parent, no cycle");
        }

        private string DescribeCycle(List<string> path, string at)
        {
            const int Shown = 5;
            var cycle = path[path.IndexOf(at)..];
            var steps = string.Join(" → ", cycle.Take(Shown).Select(c => $"'{ProfileText.Cut(c)}'"));
            return $"record {_parents[at].Record} leads back to itself: {steps} → {(cycle.Count > Shown ? "… → " : "")}'{ProfileText.Cut(at)}'";
        }
    }
}
