using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>What is proposed for one column.</summary>
/// <param name="Column">Its cells.</param>
/// <param name="Name">The field's name.</param>
/// <param name="Reading">How its texts are read.</param>
/// <param name="Values">Its texts but for those that stand for NULL.</param>
internal sealed record ColumnProposal(SampledColumn Column, string Name, ColumnReading Reading, IReadOnlyList<SampledValue> Values)
{
    public FieldType Type { get; init; } = Reading.Type;

    /// <summary>Texts that stand for NULL, as they are written.</summary>
    public IReadOnlyList<string> NullTokens { get; init; } = [];

    /// <summary>Whether texts have white space around them.</summary>
    public bool TrimsFirst { get; init; }

    /// <summary>Whether some are white space alone.</summary>
    public bool HasBlanks { get; init; }

    /// <summary>Whether only a person can say how it is read; rules for it would be about the wrong thing.</summary>
    public bool IsOpen { get; init; }

    public bool IsKey { get; init; }

    public bool IsNullable { get; init; } = true;

    public List<string> Evidence { get; } = [];

    /// <summary>Records with a value.</summary>
    public long Count => Values.Sum(v => v.Count);

    /// <summary>Records without one.</summary>
    public long Nulls => Column.Cells.Count - Count;

    /// <summary>Whether no value comes twice.</summary>
    public bool IsUnique => Values.Count > 1 && Values.All(v => v.Count == 1);

    /// <summary>Every step of preprocessing, in the order in which they run.</summary>
    public IEnumerable<ProposedStep> Steps
    {
        get
        {
            if (TrimsFirst) yield return new ProposedStep("trim");
            if (HasBlanks) yield return new ProposedStep("empty_to_null");
            if (NullTokens.Count > 0) yield return new ProposedStep("null_tokens", NullTokens);
            foreach (var step in Reading.Steps) yield return step;
        }
    }

    public PipelineField ToField() => new() { Name = Name, Type = Type };

    /// <summary>The value of each record as a number; null where there is none.</summary>
    public IReadOnlyList<decimal?> Numbers()
    {
        var numbers = Column.Values.Select(NumberOf).ToList();
        return [.. Column.Cells.Select(c => c < 0 ? null : numbers[c])];
    }

    /// <summary>A text as a number; null when it is none.</summary>
    public decimal? NumberOf(SampledValue value) =>
        decimal.TryParse(Reading.Prepare(value.Text), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The value of each record as canonical text, for comparing times; null where there is none.</summary>
    public IReadOnlyList<string?> Times()
    {
        var times = Column.Values.Select(v => Reading.Takes(v.Text) ? Reading.Prepare(v.Text)!.Trim().Replace('T', ' ').Replace('/', '-') : null).ToList();
        return [.. Column.Cells.Select(c => c < 0 ? null : times[c])];
    }
}
