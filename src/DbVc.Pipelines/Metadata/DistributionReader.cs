using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads the <c>expected</c> distribution of a rule: shares of values, or a distribution of numbers; a problem, and null, for neither.</summary>
internal sealed class DistributionReader(ProblemList problems)
{
    /// <summary>The distributions of numbers, as members of <c>expected</c>.</summary>
    public static readonly string[] Numbers = ["normal", "uniform", "quantiles"];

    public ExpectedDistribution? Read(JsonValue value, PipelineField field, MeasureDefinition measure)
    {
        if (value.Kind != JsonKind.Object)
        {
            problems.Add(value, $"'expected' must be an object, not {value.Describe()}.",
                measure.IsOfNumbers ? "write for example {\"normal\": {\"mean\": 10, \"sd\": 2}}." : "write for example {\"new\": 0.6, \"paid\": 0.4}.");
            return null;
        }

        try
        {
            return measure.IsOfNumbers ? ReadNumbers(value) : ReadShares(value, field);
        }
        catch (RuleException e)
        {
            problems.Add(value, e);
            return null;
        }
    }

    private ExpectedShares? ReadShares(JsonValue value, PipelineField field)
    {
        var shares = new List<ExpectedShare>();
        foreach (var member in value.Members)
        {
            if (TryNumber(member.Value, $"The share of '{member.Name}'",
                Numbers.Contains(member.Name) ? "use the measure 'ks' for a distribution of numbers." : null) is not { } share) return null;
            shares.Add(new ExpectedShare(ToOperand(member.Name, field.Type), share));
        }

        return ExpectedShares.Make(field, shares);
    }

    /// <summary>The name of a member is a text, whatever the field is.</summary>
    private static Operand ToOperand(string name, FieldType type)
    {
        if (OperandTypes.IsNumber(type) && decimal.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return new NumberOperand(number, name);
        return type == FieldType.Boolean && name is "true" or "false" ? new BooleanOperand(name == "true") : new TextOperand(name);
    }

    private NumberDistribution? ReadNumbers(JsonValue value)
    {
        if (value.Members is not [var (name, of)] || !Numbers.Contains(name))
        {
            problems.Add(value, $"'expected' must have one member: {string.Join(", ", Numbers)}.",
                "use the measure 'kl', 'chi_square' or 'psi' for shares of values.");
            return null;
        }

        if (name == "normal") return ReadPair(of, "mean", "sd") is var (mean, deviation) ? NormalDistribution.Make(mean, deviation) : null;
        if (name == "uniform") return ReadPair(of, "min", "max") is var (minimum, maximum) ? UniformDistribution.Make(minimum, maximum) : null;
        if (of.Kind != JsonKind.Array)
        {
            problems.Add(of, $"'quantiles' must be a list of numbers, not {of.Describe()}.");
            return null;
        }

        var quantiles = of.Items.Select(i => TryNumber(i, "A quantile")).ToList();
        return quantiles.Contains(null) ? null : QuantileDistribution.Make([.. quantiles.OfType<decimal>()]);
    }

    private (decimal First, decimal Second)? ReadPair(JsonValue of, string first, string second)
    {
        if (of.Kind != JsonKind.Object)
        {
            problems.Add(of, $"It must be an object with '{first}' and '{second}', not {of.Describe()}.");
            return null;
        }

        problems.RefuseUnknown(of, first, second);
        var (one, other) = (problems.Require(of, first), problems.Require(of, second));
        return one is null || other is null || TryNumber(one, $"'{first}'") is not { } a || TryNumber(other, $"'{second}'") is not { } b ? null : (a, b);
    }

    private decimal? TryNumber(JsonValue value, string what, string? suggestion = null)
    {
        if (value.Kind != JsonKind.Number) problems.Add(value, $"{what} must be a number, not {value.Describe()}.", suggestion);
        else if (decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
        else problems.Add(value, $"{what} is too large a number.");
        return null;
    }
}
