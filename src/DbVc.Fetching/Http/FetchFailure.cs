using DbVc.Model;

namespace DbVc.Fetching;

/// <summary>What may go away when it is tried again.</summary>
internal sealed class PassingFailure(string code, string message, TimeSpan? wait = null, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? Wait { get; } = wait;

    public DbVcException Finally(int attempts, string where) => new(FailureKind.Failed, Code,
        $"{Message.TrimEnd('.')}; it was tried {(attempts == 1 ? "once" : $"{attempts} times")}.", where,
        "Try again later: what was fetched so far is kept for a day.", this);
}

/// <summary>What a fetch fails with for good.</summary>
internal static class FetchFailure
{
    public static DbVcException Failed(string code, string message, string? where = null, string? hint = null, Exception? inner = null) =>
        new(FailureKind.Failed, code, message, where, hint, inner);

    public static DbVcException Refused(string code, string message, string? where = null, string? hint = null) =>
        new(FailureKind.Refused, code, message, where, hint);
}
