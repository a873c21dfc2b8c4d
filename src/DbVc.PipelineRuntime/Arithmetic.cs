namespace DbVc.PipelineRuntime;

/// <summary>Arithmetic inside rules. Decimals never overflow into an exception: they stop at their largest value.</summary>
public static class Arithmetic
{
    /// <summary>How far two doubles may be apart, relative to the larger, and still be equal as the result of a calculation.</summary>
    private const double Tolerance = 1e-9;

    public static decimal Add(decimal first, decimal second)
    {
        try
        {
            return first + second;
        }
        catch (OverflowException)
        {
            return first > 0 ? decimal.MaxValue : decimal.MinValue;
        }
    }

    public static decimal Subtract(decimal first, decimal second) => Add(first, -second);

    public static decimal Multiply(decimal first, decimal second)
    {
        try
        {
            return first * second;
        }
        catch (OverflowException)
        {
            return first > 0 == second > 0 ? decimal.MaxValue : decimal.MinValue;
        }
    }

    public static double Add(double first, double second) => first + second;

    public static double Subtract(double first, double second) => first - second;

    public static double Multiply(double first, double second) => first * second;

    /// <summary>Equality of calculated doubles, forgiving rounding in the last digits.</summary>
    public static bool AreClose(double first, double second) =>
        Math.Abs(first - second) <= Tolerance * Math.Max(1, Math.Max(Math.Abs(first), Math.Abs(second)));
}
