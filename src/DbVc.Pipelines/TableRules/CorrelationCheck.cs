using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>How far two columns go together in a line (Pearson's coefficient, -1 to 1), over the rows that have both.</summary>
/// <param name="Of">One column.</param>
/// <param name="With">The other one.</param>
/// <param name="Bounds">What it must be.</param>
public sealed record CorrelationCheck(PipelineField Of, PipelineField With, TableBounds Bounds) : TableCheck
{
    public override string Name => "correlation";

    public override PipelineField Field => Of;

    public override string Text => $"{Noun} {Bounds.Text}";

    private string Noun => $"correlation of {ConditionText.NameField(Of)} with {ConditionText.NameField(With)}";

    /// <summary>The check; throws <see cref="RuleException"/> for fields that are no two numbers.</summary>
    internal static CorrelationCheck Make(IReadOnlyList<PipelineField> fields, TableBounds bounds)
    {
        if (fields.Count != 2 || fields[0] == fields[1]) throw new RuleException("a correlation is between two fields");
        foreach (var field in fields)
        {
            if (field.Type is not (FieldType.Integer or FieldType.Real or FieldType.Decimal))
                throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which goes along with no line");
        }

        return new CorrelationCheck(fields[0], fields[1], TableBoundsReader.RequireNumbers(bounds));
    }

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, indexOf);

    private sealed class Observer(CorrelationCheck check, Func<PipelineField, int> indexOf) : TableObserver
    {
        private readonly NumberCell _of = new(check.Of, indexOf);
        private readonly NumberCell _with = new(check.With, indexOf);
        private long _count;
        private double _meanOf;
        private double _meanWith;
        private double _squaresOf;
        private double _squaresWith;
        private double _products;

        public override void Add(long record, IRowView row)
        {
            if (!_of.TryRead(row, out var of) || !_with.TryRead(row, out var with)) return;
            _count++;
            var (stepOf, stepWith) = ((double)of - _meanOf, (double)with - _meanWith);
            _meanOf += stepOf / _count;
            _meanWith += stepWith / _count;
            _squaresOf += stepOf * ((double)of - _meanOf);
            _squaresWith += stepWith * ((double)with - _meanWith);
            _products += stepOf * ((double)with - _meanWith);
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            var scale = Math.Sqrt(_squaresOf) * Math.Sqrt(_squaresWith);
            if (_count < 3 || scale == 0 || !double.IsFinite(scale))
                return TableVerdict.Nothing(string.Create(CultureInfo.InvariantCulture, $"{_count} rows are too few, or all the same, for a correlation"));
            var value = (decimal)Math.Round(Math.Clamp(_products / scale, -1, 1), 12);
            return new TableVerdict(check.Bounds.Hold(value), $"the {check.Noun} is {NumberCell.ShowNumber(value)}");
        }
    }
}
