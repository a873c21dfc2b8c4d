namespace DbVc.SystemTests;

/// <summary>All faults, in order.</summary>
internal static class FaultSuite
{
    public static IReadOnlyList<Fault> Faults { get; } = [.. FaultyRules.All, .. FaultyValues.All, .. FaultyPrograms.All, .. FaultyTests.All,
        .. FaultyData.All, .. FaultyMetadata.All];
}
