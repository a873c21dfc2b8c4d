using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>A test that is known by examples alone. What it knows nothing of passes.</summary>
internal sealed class ExampleTest(DescribedTest described, int[] columns) : ConditionTest
{
    private readonly SampleRow[] _passing = Rows(described, described.Passing);
    private readonly SampleRow[] _failing = Rows(described, described.Failing);

    public override bool Passes(IRowView row) => !Contains(_failing, row);

    public override bool IsKnown(IRowView row) => HasNull(row) || Contains(_passing, row) || Contains(_failing, row);

    private bool HasNull(IRowView row)
    {
        foreach (var column in columns)
        {
            if (row.KindAt(column) is null) return true;
        }

        return false;
    }

    private bool Contains(SampleRow[] examples, IRowView row)
    {
        foreach (var example in examples)
        {
            if (IsSame(example, row)) return true;
        }

        return false;
    }

    private bool IsSame(SampleRow example, IRowView row)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            var kind = example.KindAt(i);
            if (row.KindAt(columns[i]) != kind) return false;
            var same = kind switch
            {
                CellKind.Integer => row.Integer(columns[i]) == example.Integer(i),
                CellKind.Real => row.Real(columns[i]) == example.Real(i),
                _ => row.Bytes(columns[i]).SequenceEqual(example.Bytes(i)),
            };
            if (!same) return false;
        }

        return true;
    }

    private static SampleRow[] Rows(DescribedTest described, IReadOnlyList<IReadOnlyList<Operand>> examples) => [.. examples.Select(example =>
    {
        var row = new SampleRow(described.Subjects);
        for (var i = 0; i < example.Count; i++) row.TrySet(i, Text.From(SampleCells.TextOf(example[i])));
        return row;
    })];
}
