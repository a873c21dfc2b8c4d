namespace DbVc.VersionControl;

/// <summary>Finds what somebody may have meant.</summary>
internal static class NearNames
{
    private const int MaxCandidates = 5;

    /// <summary>Names that begin like the text, or differ in upper and lower case or by one letter.</summary>
    public static IReadOnlyList<string> Of(string typed, IEnumerable<string> names) => typed.Length == 0 ? [] :
        [.. names.Where(known => known.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || IsOneSlip(typed, known)).Distinct().Take(MaxCandidates)];

    /// <summary>One letter more, less or other, or two neighbours swapped.</summary>
    private static bool IsOneSlip(string typed, string known)
    {
        if (Math.Abs(typed.Length - known.Length) > 1) return false;
        var start = 0;
        while (start < typed.Length && start < known.Length && typed[start] == known[start]) start++;
        var (restTyped, restKnown) = (typed[start..], known[start..]);
        if (restTyped.Length < restKnown.Length) return restKnown[1..] == restTyped;
        if (restTyped.Length > restKnown.Length) return restTyped[1..] == restKnown;
        return restTyped.Length == 0 || restTyped[1..] == restKnown[1..]
            || (restTyped.Length > 1 && restTyped[0] == restKnown[1] && restTyped[1] == restKnown[0] && restTyped[2..] == restKnown[2..]);
    }
}
