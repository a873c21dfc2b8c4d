using System.Globalization;
using System.Text;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>The time that agents and gates work on a branch: ends the work when the branch's budget of it is used up, and keeps what was used.</summary>
internal sealed class WorkTime : IDisposable
{
    private const string Collection = "branch-seconds";

    private readonly WorkspaceContext _context;
    private readonly BranchRecord _record;
    private readonly CancellationToken _outside;
    private readonly CancellationTokenSource _stop;
    private readonly long _started;

    private WorkTime(WorkspaceContext context, BranchRecord record, CancellationToken outside)
    {
        (_context, _record, _outside) = (context, record, outside);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(outside);
        _started = context.Options.Clock.GetTimestamp();
    }

    /// <summary>Cancelled by the caller's token and when the time is used up.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>True if the work was ended because its time was used up.</summary>
    public bool IsUp => _stop.IsCancellationRequested && !_outside.IsCancellationRequested;

    /// <summary>Throws kind Refused, <c>budget.seconds</c>, where no time is left.</summary>
    public static WorkTime Start(WorkspaceContext context, BranchRecord record, CancellationToken outside)
    {
        var time = new WorkTime(context, record, outside);
        if (record.Budget?.Seconds is not { } limit) return time;
        var left = limit - Used(context, record);
        if (left <= 0)
        {
            time._stop.Dispose();
            throw Up(record);
        }

        time._stop.CancelAfter(TimeSpan.FromSeconds(Math.Min(left, int.MaxValue / 1000)));
        return time;
    }

    /// <summary>Seconds used by all work that has ended; the branch may have had another name then.</summary>
    public static long Used(WorkspaceContext context, BranchRecord branch) => context.Repository.Store.ReadDocument(Collection, branch.InstanceId) is { } bytes
        && long.TryParse(Encoding.ASCII.GetString(bytes), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : 0;

    /// <summary>What a cancellation means: used up time is a refusal, everything else is what it was.</summary>
    public Exception Translate(Exception failure) => failure is OperationCanceledException && IsUp ? Up(_record) : failure;

    /// <summary>Begun seconds count whole.</summary>
    public void Dispose()
    {
        if (_record.Budget?.Seconds is not null)
        {
            var seconds = Used(_context, _record) + (long)Math.Ceiling(_context.Options.Clock.GetElapsedTime(_started).TotalSeconds);
            using var transaction = _context.Repository.Store.Begin();
            transaction.PutDocument(Collection, _record.InstanceId, Encoding.ASCII.GetBytes(seconds.ToString(CultureInfo.InvariantCulture)));
            transaction.Commit();
        }

        _stop.Dispose();
    }

    private static DbVcException Up(BranchRecord record) => new(FailureKind.Refused, "budget.seconds",
        FormattableString.Invariant($"The {record.Budget?.Seconds} seconds of work that branch '{record.Name}' may take are used up."), record.Name,
        $"What is committed stays. Go on in another branch: db-vc branch create NAME --from {record.Name} --budget seconds=…");
}
