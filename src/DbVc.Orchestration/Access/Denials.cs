using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Writes what somebody was not allowed to do into the operation log: by name and code, never with what they typed beside it.</summary>
internal static class Denials
{
    private const string Mark = "denied: ";

    private static readonly string[] s_codes = ["access.", "token.", "approval.", "author.", "branch.protected", "request.other"];

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
        catch (DbVcException failure) when (IsDenial(failure))
        {
            Write(context, $"{Mark}{command} ({failure.Code})");
            throw;
        }
    }

    private static bool IsDenial(DbVcException failure) => failure.Kind == FailureKind.Refused
        && s_codes.Any(code => failure.Code.StartsWith(code, StringComparison.Ordinal));

    /// <summary>Where the log cannot be written, as by somebody who may only read the folder, the denial stands all the same.</summary>
    private static void Write(WorkspaceContext context, string command)
    {
        try
        {
            using var transaction = context.Repository.Store.Begin();
            transaction.AppendOperation(new OperationDraft(command, context.Options.User.Name, context.Repository.Clock.GetUtcNow(), []));
            transaction.Commit();
        }
        catch (Exception)
        {
            // What was denied stays denied.
        }
    }
}
