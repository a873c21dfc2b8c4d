namespace DbVc.Pipelines;

/// <summary>Ties fields to the columns of reshaped records, and refuses columns that a step takes away.</summary>
internal sealed class ReshapedFields(ProblemList problems, JsonValue root)
{
    /// <summary>The source, knowing which columns the fields read.</summary>
    public SourceSpec Tie(SourceSpec source, List<PipelineField> fields, ref IReadOnlyList<RowStep> steps)
    {
        if (source.Reshape is not { } reshape) return source;
        string Path(string column) => ReshapeSpec.PathOf(reshape.Of, column);
        steps = [.. steps.Select(s => s with { Columns = [.. s.Columns.Select(Path)] })];
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (field.Origin is { } origin)
            {
                var columns = origin.Step.Columns.Select(Path).ToList();
                fields[i] = field with { Origin = origin with { Step = origin.Step with { Columns = columns } } };
            }
            else if (Path(field.HeaderName) != field.HeaderName)
            {
                fields[i] = field with { SourceName = Path(field.HeaderName) };
            }
        }

        var needed = fields.Where(f => f.Default is null || f.Origin is not null).SelectMany(f => f.SourceColumns).Distinct().ToList();
        var wanted = needed.Concat(fields.SelectMany(f => f.SourceColumns)).Distinct().Select(JsonInspector.Canonical).ToList();
        RefuseGone(reshape, [.. wanted.Take(needed.Count)]);
        return source with { Reshape = reshape with { Wanted = wanted, Needed = needed.Count } };
    }

    private void RefuseGone(ReshapeSpec reshape, IReadOnlyList<string> wanted)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        IReadOnlyList<string>? all = null;
        var steps = root.Find("source")!.Find("reshape")!.Items;
        foreach (var (index, step) in reshape.Steps.Index())
        {
            Refuse(index < steps.Count ? steps[index] : root, step.Reads);
            if (step is UnpivotStep unpivot)
            {
                gone.UnionWith(unpivot.Columns);
                if (unpivot.Columns.Count == 0) all = [.. unpivot.Keep];
                if (all is not null) all = [.. all.Except(unpivot.Columns), unpivot.NameColumn, unpivot.ValueColumn];
                gone.ExceptWith([unpivot.NameColumn, unpivot.ValueColumn]);
            }
            else if (step is PivotStep pivot)
            {
                all = [.. pivot.Keys, .. pivot.Columns];
                gone.Clear();
            }
        }

        Refuse(root.Find("schema")!, wanted);

        void Refuse(JsonValue at, IEnumerable<string> columns)
        {
            foreach (var column in columns.Where(c => gone.Contains(c) || (all is not null && !all.Contains(c) && !all.Any(a => Lies(c, a)))))
            {
                problems.Add(at, $"There is no column '{column}' any more once the steps of 'reshape' are done that come before.",
                    all is null ? null : $"there are {string.Join(", ", all.Take(20))}.");
            }
        }
    }

    private static bool Lies(string inner, string outer) =>
        inner.StartsWith(outer + ".", StringComparison.Ordinal) || inner.StartsWith(outer + "[", StringComparison.Ordinal);
}
