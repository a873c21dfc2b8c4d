namespace DbVc.Pipelines;

public enum TestOutcome
{
    Passed,
    Failed,
    Skipped,
}

/// <summary>One test as the worker reports it.</summary>
/// <param name="Message">Why it failed or was skipped; null when it passed.</param>
public sealed record TestCaseResult(string Name, TestOutcome Outcome, string? Message, double Seconds);

/// <summary>Lines and branches of one file that the tests reached.</summary>
public sealed record FileCoverage(
    string File, int LinesCovered, int Lines, int BranchesCovered, int Branches, IReadOnlyList<int> LinesMissed);

/// <summary>A change of the code that no test noticed.</summary>
/// <param name="IsReached">Whether some test passes the place.</param>
public sealed record SurvivingMutant(string File, int Line, string Change, bool IsReached);

/// <summary>How many small changes of the code the tests notice.</summary>
/// <param name="Total">Changes that could be made.</param>
/// <param name="Tried">As far as the time went; in the order of the code.</param>
/// <param name="Survivors">Those tried that no test noticed.</param>
public sealed record MutationResult(int Total, int Tried, IReadOnlyList<SurvivingMutant> Survivors)
{
    public int Killed => Tried - Survivors.Count;

    /// <summary>Share of the tried that was noticed, 0 to 1; 1 where there was nothing to change.</summary>
    public double Score => Tried == 0 ? 1 : (double)Killed / Tried;
}

/// <summary>What the tests did. Made beside the code under test, so it is advice, not proof.</summary>
/// <param name="Finished">False when the test process ended before its last test; <paramref name="Cases"/> then holds those that ended.</param>
/// <param name="TimedOut">Whether it was stopped for taking too long.</param>
/// <param name="Output">What the tests printed, bounded.</param>
public sealed record TestRunResult(
    IReadOnlyList<TestCaseResult> Cases, bool Finished, bool TimedOut, IReadOnlyList<FileCoverage> Coverage, string Output, TimeSpan Elapsed)
{
    /// <summary>Null where mutants were not asked for, or a test failed before.</summary>
    public MutationResult? Mutation { get; init; }

    public int Passed => Cases.Count(test => test.Outcome == TestOutcome.Passed);

    public int Failed => Cases.Count(test => test.Outcome == TestOutcome.Failed);

    public int Total => Cases.Count;

    /// <summary>Every test ended, at least one passed, none failed.</summary>
    public bool Succeeded => Finished && Failed == 0 && Passed > 0;

    /// <summary>Share of lines reached, 0 to 1; 1 where there is no line.</summary>
    public double LineCoverage => Share(Coverage.Sum(file => file.LinesCovered), Coverage.Sum(file => file.Lines));

    /// <summary>Share of branch outcomes reached, 0 to 1; 1 where there is no branch.</summary>
    public double BranchCoverage => Share(Coverage.Sum(file => file.BranchesCovered), Coverage.Sum(file => file.Branches));

    private static double Share(int part, int whole) => whole == 0 ? 1 : (double)part / whole;
}
