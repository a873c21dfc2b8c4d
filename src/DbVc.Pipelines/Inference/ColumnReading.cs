using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>A step of preprocessing that a proposal makes.</summary>
/// <param name="Operation">Its name in metadata.</param>
/// <param name="Arguments">As they stand in metadata, in the order of its parameters.</param>
internal sealed record ProposedStep(string Operation, params IReadOnlyList<string> Arguments)
{
    /// <summary>The step on a field.</summary>
    public FieldOperation On(PipelineField field) => OperationBuilder.Build(field, OperationVocabulary.Find(Operation)!, Arguments);
}

/// <summary>One way to read the texts of a column: a type, and the steps before it.</summary>
internal sealed class ColumnReading
{
    private readonly PipelineField _field;
    private readonly IReadOnlyList<FieldOperation> _operations;
    private readonly Func<string, bool> _looksLike;

    /// <param name="name">The word for it when somebody decides.</param>
    /// <param name="type">What is read.</param>
    /// <param name="noun">What the values are, in the plural.</param>
    /// <param name="looksLike">What must hold of a text besides being read.</param>
    /// <param name="steps">What makes it readable.</param>
    public ColumnReading(string name, FieldType type, string noun, Func<string, bool> looksLike, params IReadOnlyList<ProposedStep> steps)
    {
        (Name, Type, Noun, Steps, _looksLike) = (name, type, noun, steps, looksLike);
        _field = new PipelineField { Name = "x", Type = type };
        _operations = [.. steps.Select(s => s.On(_field))];
    }

    public string Name { get; }

    public FieldType Type { get; }

    public string Noun { get; }

    public IReadOnlyList<ProposedStep> Steps { get; }

    /// <summary>Whether a text is a value when it is read so.</summary>
    public bool Takes(string text) => _looksLike(text) && Prepare(text) is { } prepared && FieldValues.CanHold(_field, prepared);

    /// <summary>The text as the cast sees it; null for NULL.</summary>
    public string? Prepare(string text) => _operations.Count == 0 ? text : PipelineSimulator.Preprocess(_operations, text);

    /// <summary>How many of the values can be read so.</summary>
    public long Count(IEnumerable<SampledValue> values) => values.Where(v => Takes(v.Text)).Sum(v => v.Count);
}
