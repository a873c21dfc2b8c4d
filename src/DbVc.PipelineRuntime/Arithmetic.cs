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

    /// <summary>To 28 digits. The divisor is not zero: whoever divides looks first, as a division by zero is NULL.</summary>
    public static decimal Divide(decimal first, decimal second)
    {
        try
        {
            return first / second;
        }
        catch (OverflowException)
        {
            return first > 0 == second > 0 ? decimal.MaxValue : decimal.MinValue;
        }
    }

    public static double Add(double first, double second) => first + second;

    public static double Subtract(double first, double second) => first - second;

    public static double Multiply(double first, double second) => first * second;

    public static double Divide(double first, double second) => first / second;

    /// <summary>Whether <paramref name="divisor"/> divides a number without rest.</summary>
    public static bool IsMultiple(decimal value, decimal divisor)
    {
        try
        {
            return value % divisor == 0;
        }
        catch (OverflowException)
        {
            // More digits than 28 are needed, so there is a rest.
            return false;
        }
    }

    /// <summary>Digits after the point; zeros at the end do not count.</summary>
    public static int CountPlaces(decimal value) => (value / 1.0000000000000000000000000000m).Scale;

    /// <summary>Equality of calculated doubles, forgiving rounding in the last digits.</summary>
    public static bool AreClose(double first, double second) =>
        Math.Abs(first - second) <= Tolerance * Math.Max(1, Math.Max(Math.Abs(first), Math.Abs(second)));
}
