using DbVc.Model;

namespace DbVc.Commands;

/// <summary>Checks numbers that were typed.</summary>
internal static class Limits
{
    /// <summary>Throws usage failure <c>number.invalid</c> unless the number is at least 1.</summary>
    public static int Positive(int number, string option) => number >= 1
        ? number
        : throw new DbVcException(FailureKind.Usage, "number.invalid", $"{number} is not a number of things to list.", option, "Give 1 or more.");
}
