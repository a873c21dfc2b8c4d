using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Lines at the end of a merge's message that say who approved it, and why an administrator went past the rules.</summary>
public static class MergeTrailers
{
    private const string Override = "Override: ";
    private const string Decided = "Decided: ";
    private const string PassedOver = "Passed-over: ";
    private const string Verb = "branch override ";
    private const string Approved = "Approved-by: ";

    /// <param name="verdict">What the target's rules said.</param>
    /// <param name="reason">Why they were passed over; null where they were not.</param>
    internal static IEnumerable<string> Write(BranchVerdict verdict, string? reason)
    {
        foreach (var approval in verdict.Approvals.Given) yield return Approved + new Author(approval.Name, approval.Mail, AuthorKind.Human);
        if (reason is null) yield break;
        yield return Override + reason;
        if (verdict.Lacking.Count > 0) yield return PassedOver + string.Join("; ", verdict.Lacking);
    }

    /// <summary>How many conflicts somebody decided, and whose proposals who accepted.</summary>
    internal static IEnumerable<string> WriteDecided(int decided, IReadOnlyList<AcceptedProposals> accepted)
    {
        if (decided > 0) yield return Decided + Quantity.Of(decided, "conflict");
        foreach (var some in accepted) yield return $"Accepted: {Quantity.Of(some.Count, "proposal")} of {some.ProposedBy}, by {some.By}";
    }

    /// <summary>Why a merge went past the rules of its target; null for any other commit.</summary>
    public static string? FindOverride(Commit commit) => commit.Parents.Count < 2 ? null : commit.Message.Split('\n')
        .FirstOrDefault(line => line.StartsWith(Override, StringComparison.Ordinal))?[Override.Length..].TrimEnd();

    /// <summary>Whether somebody decided what a merge took from which side.</summary>
    internal static bool IsDecided(Commit commit) =>
        commit.Parents.Count == 2 && commit.Message.Split('\n').Any(line => line.StartsWith(Decided, StringComparison.Ordinal));

    /// <summary>The entry of the operation log for such a merge.</summary>
    internal static string Command(string source, string reason) => $"{Verb}{source}: {reason}";

    /// <summary>The reason in such an entry; null for any other.</summary>
    internal static string? FindOverride(string command) =>
        command.StartsWith(Verb, StringComparison.Ordinal) && command.IndexOf(": ", StringComparison.Ordinal) is > 0 and var at ? command[(at + 2)..] : null;

    /// <summary>One line, so that it is one trailer. Throws usage failure <c>override.reason</c>.</summary>
    internal static string RequireReason(string? reason)
    {
        var line = string.Join(' ', (reason ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 0 && !line.Any(char.IsControl)
            ? line
            : throw new DbVcException(FailureKind.Usage, "override.reason", "An override takes a reason.", hint: "--reason \"what happened, and who agreed\"");
    }
}
