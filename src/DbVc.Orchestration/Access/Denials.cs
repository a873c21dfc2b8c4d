using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Writes what somebody was not allowed to do into the operation log: by name and code, never with what they typed beside it.</summary>
internal static class Denials
{
    private const string Mark = "denied: ";
    private const int MostLookedAt = 50;
    private const int MostOfOne = 20;

    private static readonly string[] s_codes =
        ["access.", "token.", "approval.", "author.", "branch.protected", "request.other", "proposal.person", "rule.main"];

    /// <summary>The same again within this time is not written again: who is turned away many times does not fill the log.</summary>
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    /// <summary>Does something, and notes it where the caller may not.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="command">What it is called in the log.</param>
    /// <param name="act">Throws what it throws.</param>
    public static T Watch<T>(WorkspaceContext context, string command, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (DbVcException failure)
        {
            Note(context, command, failure);
            throw;
        }
    }

    /// <summary>Notes a failure that was one about who may do what; gates, rules and limits refuse, too, and are told elsewhere.</summary>
    public static void Note(WorkspaceContext context, string command, DbVcException failure)
    {
        if (IsDenial(failure)) Write(context, $"{Mark}{command} ({failure.Code})");
    }

    private static bool IsDenial(DbVcException failure) => failure.Kind == FailureKind.Refused
        && s_codes.Any(code => failure.Code.StartsWith(code, StringComparison.Ordinal));

    /// <summary>Where the log cannot be written, as by somebody who may only read the folder, the denial stands all the same.</summary>
    private static void Write(WorkspaceContext context, string command)
    {
        var (store, name, now) = (context.Repository.Store, context.Options.User.Name, context.Repository.Clock.GetUtcNow());
        var latest = store.ListOperations(MostLookedAt).Where(o => o.Operation.Actor == name && now - o.Operation.Time < s_quiet).ToList();
        if (latest.Count(o => o.Operation.Command.StartsWith(Mark, StringComparison.Ordinal)) >= MostOfOne) return;
        if (latest.Any(o => o.Operation.Command == command)) return;
        try
        {
            using var transaction = store.Begin();
            transaction.AppendOperation(new OperationDraft(command, name, now, []));
            transaction.Commit();
        }
        catch (Exception)
        {
            // What was denied stays denied.
        }
    }
}
