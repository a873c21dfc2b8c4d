using System.Globalization;

namespace DbVc.Pipelines;

/// <summary>
/// Reads <c>distribution of status must be near new 50 %, paid 50 % with a kl divergence of at most 0.1</c>. Without "with" shares are near that have
/// a population stability index of 0.1 at most, which is what most people call no change.
/// </summary>
internal sealed class DistributionParser(TokenReader reader, PredicateParser predicates)
{
    private const decimal UsualStability = 0.1m;

    /// <summary>Null when the sentence is about something else; what was taken is then put back by the caller.</summary>
    public DistributionCheck? TryParse()
    {
        if (!reader.AcceptAny("distribution of") || !reader.TryTakeField(out var field)) return null;
        if (predicates.AcceptModal()) throw new RuleException("it says what a distribution must not be", "say what it must be.");
        reader.AcceptAny("be", "is");
        reader.AcceptAny("near", "close to", "like");
        var expected = TryTakeNumbers() ?? TakeShares(field);
        if (reader.Accept("with")) return FinishWith(field, expected);
        var usual = DistributionMeasures.Of(DistributionMeasure.StabilityIndex);
        return expected is ExpectedShares ? DistributionCheck.Make(field, expected, usual, UsualStability, null)
            : throw reader.Unexpected("'with a ks statistic of at most' and a number");
    }

    private ExpectedDistribution? TryTakeNumbers()
    {
        if (reader.AcceptAny("normal of", "normal with", "a normal distribution of", "a normal distribution with"))
        {
            if (!reader.Accept("mean")) throw reader.Unexpected("'mean'");
            var mean = TakeNumber();
            if (!reader.Accept("and") || !reader.AcceptAny("standard deviation", "deviation", "sd")) throw reader.Unexpected("'and standard deviation'");
            return NormalDistribution.Make(mean, TakeNumber());
        }

        if (reader.AcceptAny("uniform between", "uniform from", "a uniform distribution between", "a uniform distribution from"))
        {
            var minimum = TakeNumber();
            return reader.AcceptAny("and", "to") ? UniformDistribution.Make(minimum, TakeNumber()) : throw reader.Unexpected("'and' and the maximum");
        }

        var start = reader.Index;
        reader.Accept("the");
        if (reader.Accept("quantiles") && (reader.Current.Kind == TokenKind.Number || reader.Current.IsSymbol("-"))) return TakeQuantiles();
        reader.Index = start;
        return null;
    }

    private QuantileDistribution TakeQuantiles()
    {
        var quantiles = new List<decimal>();
        do quantiles.Add(TakeNumber());
        while (reader.AcceptSymbol(",") | reader.Accept("and"));
        return QuantileDistribution.Make(quantiles);
    }

    private ExpectedShares TakeShares(PipelineField field)
    {
        var shares = new List<ExpectedShare>();
        do
        {
            // After a word a sign stands alone.
            var value = reader.AcceptSymbol("-") ? Negate(OperandParser.ParseListValue(reader)) : OperandParser.ParseListValue(reader);
            var percent = TakeNumber();
            if (!reader.AcceptSymbol("%") && !reader.Accept("percent")) throw reader.Unexpected("'%'");
            shares.Add(new ExpectedShare(value, percent / 100));
        }
        while (reader.AcceptSymbol(",") | reader.Accept("and"));
        return ExpectedShares.Make(field, shares);
    }

    /// <summary>"a chi square p value of at least 0.05".</summary>
    private DistributionCheck FinishWith(PipelineField field, ExpectedDistribution expected)
    {
        reader.AcceptAny("a", "an");
        foreach (var measure in DistributionMeasures.All)
        {
            if (reader.AcceptAny(measure.Distances))
                return DistributionCheck.Make(field, expected, measure, TakeBound("at most", "up to", "no more than"), null);
            if (reader.AcceptAny(measure.Probabilities))
                return DistributionCheck.Make(field, expected, measure, null, TakeBound("at least", "no less than"));
        }

        throw reader.Unexpected(string.Join(", ", DistributionMeasures.All.SelectMany(m => m.Distances.Take(1).Concat(m.Probabilities.Take(1)))));
    }

    private decimal TakeBound(params ReadOnlySpan<string> words)
    {
        reader.Accept("of");
        return reader.AcceptAny(words) ? TakeNumber() : throw reader.Unexpected($"'{words[0]}' and a number");
    }

    private static Operand Negate(Operand value) => value is NumberOperand number ? new NumberOperand(-number.Value, "-" + number.Written)
        : throw new RuleException($"{ConditionText.NameOperand(value)} has no sign");

    private decimal TakeNumber()
    {
        var sign = reader.AcceptSymbol("-") ? -1 : 1;
        if (reader.Current.Kind != TokenKind.Number) throw reader.Unexpected("a number");
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        var text = reader.Take().Text;
        return decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out var number)
            ? sign * number : throw new RuleException($"{text} is too large a number");
    }
}
