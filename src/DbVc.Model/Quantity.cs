using System.Globalization;

namespace DbVc.Model;

/// <summary>Numbers of things, as people read them.</summary>
public static class Quantity
{
    /// <summary>For example <c>1,254</c>.</summary>
    public static string Of(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>For example <c>1 row</c>, <c>2,000 rows</c> or, where more of them are called otherwise, <c>3 entries</c>.</summary>
    public static string Of(long number, string one, string? many = null) => $"{Of(number)} {(number == 1 ? one : many ?? one + "s")}";
}
