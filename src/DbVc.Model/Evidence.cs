using System.Text.Json.Serialization;

namespace DbVc.Model;

/// <summary>One gate's decision.</summary>
/// <param name="Name">For example <c>lint</c>.</param>
/// <param name="Passed">Its verdict.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="Summary">One line, for example <c>28/28 (coverage 97 %)</c>.</param>
/// <param name="Findings">What is wrong, where; empty if it passed cleanly.</param>
public sealed record GateSummary(string Name, bool Passed, double Seconds, string Summary, IReadOnlyList<GateFinding> Findings)
{
    /// <summary>It could not judge because something before it failed: it has neither passed nor objected to anything.</summary>
    public bool NotRun { get; init; }

    /// <summary>Who refuses, for example <c>syntax (not run after it: lint, unit)</c>.</summary>
    public static string DescribeRefusal(IEnumerable<GateSummary> gates)
    {
        var silent = gates.Where(g => !g.Passed).ToLookup(g => g.NotRun, g => g.Name);
        var (failed, notRun) = (string.Join(", ", silent[false]), string.Join(", ", silent[true]));
        return notRun.Length == 0 ? failed : failed.Length == 0 ? $"{notRun} (not run)" : $"{failed} (not run after it: {notRun})";
    }
}

/// <summary>One thing a gate objects to.</summary>
public sealed record GateFinding(string Message)
{
    /// <summary>Relative to the branch; null if it is not about a file.</summary>
    public string? File { get; init; }

    /// <summary>From 1.</summary>
    public int? Line { get; init; }

    /// <summary>The rule, test or diagnostic it comes from.</summary>
    public string? Rule { get; init; }

    /// <summary>The source record it is about, from 1.</summary>
    public long? Row { get; init; }

    /// <summary>The part of the message that generated code or a database wrote: it may hold a row, or speak to whoever reads it. Null where all of it is the
    /// host's own.</summary>
    [JsonIgnore]
    public string? Foreign { get; init; }

    /// <summary>What should have come, where a test says so; it stands in the message too.</summary>
    [JsonIgnore]
    public string? Expected { get; init; }

    /// <summary>What came.</summary>
    [JsonIgnore]
    public string? Actual { get; init; }
}

/// <summary>What happened to the records of a source. Read is always the sum of the others.</summary>
public sealed record RowCounts(long Read, long Loaded, long Rejected, long Filtered)
{
    /// <summary>Of those loaded: had the key of a row that was there.</summary>
    public long Replaced { get; init; }

    /// <summary>Of those filtered: passed every rule, and their key was there, so that nothing was to be done.</summary>
    public long Kept { get; init; }
}

/// <summary>One broken rule of one record.</summary>
/// <param name="Record">Its number in the source, from 1.</param>
/// <param name="Line">The physical line where it starts, from 1.</param>
/// <param name="Field">Empty for a rule over several fields.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Value">The value as it was read.</param>
/// <param name="Message">The rule's message.</param>
public sealed record RowFailure(long Record, long Line, string Field, string Rule, string Value, string Message);
