using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Writes down in the operation log what somebody was not let do.</summary>
internal static class DenialLog
{
    /// <summary>How an entry begins.</summary>
    public const string Word = "denied: ";

    /// <summary>The same denial again within this time is not written again: who is turned away many times must not fill the log.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);
    private const int MostLookedAt = 50;

    private static readonly string[] s_codes = ["access.", "token.", "author.other", "branch.protected", "proposal.person", "rule.main"];

    /// <summary>True where it was about who may do what; gates, rules and limits refuse, too, and are told elsewhere.</summary>
    public static bool IsDenial(DbVcException failure) =>
        failure.Kind == FailureKind.Refused && s_codes.Any(code => failure.Code.StartsWith(code, StringComparison.Ordinal));

    /// <summary>One entry that moves nothing.</summary>
    /// <param name="store">Where.</param>
    /// <param name="actor">Who was denied.</param>
    /// <param name="what">The command, without what was given to it.</param>
    /// <param name="code">Why.</param>
    /// <param name="now">The time.</param>
    public static void Note(IRepositoryStore store, string actor, string what, string code, DateTimeOffset now)
    {
        var command = $"{Word}{what} ({code})";
        if (store.ListOperations(MostLookedAt).Any(o => o.Operation.Command == command && o.Operation.Actor == actor && now - o.Operation.Time < s_quiet)) return;
        using var transaction = store.Begin();
        transaction.AppendOperation(new OperationDraft(command, actor, now, []));
        transaction.Commit();
    }
}
