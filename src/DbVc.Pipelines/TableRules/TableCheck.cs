namespace DbVc.Pipelines;

/// <summary>What a rule asks of all rows of a load together. Only the host can judge it, once they are loaded.</summary>
public abstract record TableCheck
{
    /// <summary>The canonical rule name that reports use.</summary>
    public abstract string Name { get; }

    /// <summary>The field that it looks at; null for the table itself.</summary>
    public abstract PipelineField? Field { get; }

    /// <summary>Whether it can be about some of the rows.</summary>
    public virtual bool TakesPremise => true;

    /// <summary>The rule as a sentence that the grammar reads back, with "must".</summary>
    public abstract string Text { get; }

    /// <summary>Begins to look at rows.</summary>
    internal abstract TableObserver Start(Func<PipelineField, int> indexOf);
}

/// <summary>Looks at the rows of a load for one rule, in the order of records. NULLs are left out.</summary>
internal abstract class TableObserver
{
    public abstract void Add(long record, IRowView row);

    /// <summary>What the rows were.</summary>
    public abstract TableVerdict Judge(LoadFacts facts);
}

/// <summary>What is known of a load besides its rows.</summary>
public sealed record LoadFacts
{
    /// <summary>When the rows are judged, UTC.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Rows that the pipeline's last merged run loaded; null for the first.</summary>
    public long? LoadedBefore { get; init; }

    /// <summary>What is otherwise than in the pipeline's last merged run; null for the first.</summary>
    public IReadOnlyList<DriftFinding>? Drift { get; init; }

    /// <summary>The columns that the source has, as its header names them; null where that is not known.</summary>
    public IReadOnlyList<string>? SourceColumns { get; init; }
}

/// <summary>What a rule of the whole table says about a load.</summary>
/// <param name="Holds">Null when there was nothing to judge; the rule is not broken then.</param>
/// <param name="Found">What was found, for a person, as the end of a sentence such as "the sum of amount is 99".</param>
internal sealed record TableVerdict(bool? Holds, string Found)
{
    public static TableVerdict Nothing(string why) => new(null, why);
}
