using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What ends work that is not to blame for it, and may be gone when the work is tried again.</summary>
internal static class Disturbance
{
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_most = TimeSpan.FromHours(1);

    private static readonly string[] s_codes =
    [
        "database.unreachable", "database.lost", "database.full", "database.io", "store.full", "source.unstable", "worker.died", "worker.timeout",
        "model.failed",
    ];

    /// <summary>Whether the same may go well next time. What is refused, or said wrongly, is refused again.</summary>
    public static bool Is(Exception failure) => failure switch
    {
        DbVcException { Kind: FailureKind.Locked } => true,
        DbVcException { Kind: FailureKind.Failed } known => s_codes.Contains(known.Code) || known.Code.StartsWith("fetch.", StringComparison.Ordinal),
        DbVcException => false,
        _ => failure is IOException or TimeoutException,
    };

    /// <summary>How long to wait before it is tried again, for the first time and later: 1, 4, 16 minutes, then an hour.</summary>
    public static TimeSpan WaitAfter(int times)
    {
        var wait = s_first * Math.Pow(4, Math.Clamp(times - 1, 0, 10));
        return wait < s_most ? wait : s_most;
    }
}
