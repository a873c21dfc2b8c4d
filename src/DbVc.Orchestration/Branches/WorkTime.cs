using System.Globalization;
using System.Text;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// The time that agents and gates work on a branch: ends the work when the branch's budget of it is used up, and keeps what was used; ends it, too, when
/// somebody cancels the task, in whatever process they do.
/// </summary>
internal sealed class WorkTime : IDisposable
{
    private const string Collection = "branch-seconds";
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(300);

    private readonly WorkspaceContext _context;
    private readonly BranchRecord _record;
    private readonly CancellationToken _outside;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _asked = new();
    private readonly Lock _looking = new();
    private readonly ITimer? _watch;
    private readonly long _started;
    private bool _isOver;

    private WorkTime(WorkspaceContext context, BranchRecord record, CancellationToken outside)
    {
        (_context, _record, _outside) = (context, record, outside);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(outside, _asked.Token);
        _started = context.Options.Clock.GetTimestamp();
        if (record.Task is { } task) _watch = context.Options.Clock.CreateTimer(_ => Look(task), null, s_look, s_look);
    }

    /// <summary>Cancelled by the caller's token and when the time is used up.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>True if the work was ended because its time was used up.</summary>
    public bool IsUp => _stop.IsCancellationRequested && !_outside.IsCancellationRequested && Cancelled is null;

    /// <summary>Who cancelled the task; null where nobody did.</summary>
    public TaskCancellation? Cancelled { get; private set; }

    /// <summary>Throws kind Refused, <c>budget.seconds</c>, where no time is left.</summary>
    public static WorkTime Start(WorkspaceContext context, BranchRecord record, CancellationToken outside)
    {
        var time = new WorkTime(context, record, outside);
        if (record.Budget?.Seconds is not { } limit) return time;
        var left = limit - Used(context, record);
        if (left <= 0)
        {
            time.Close();
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

        Close();
        if (_record.Task is { } task) TaskCancellation.Forget(_context.Repository.Store, task);
    }

    private void Close()
    {
        lock (_looking) _isOver = true;
        _watch?.Dispose();
        _stop.Dispose();
        _asked.Dispose();
    }

    /// <summary>On a thread of its own, where nobody would hear of what goes wrong.</summary>
    private void Look(string task)
    {
        lock (_looking)
        {
            if (_isOver || Cancelled is not null) return;
            try
            {
                Cancelled = TaskCancellation.Find(_context.Repository.Store, task);
            }
#pragma warning disable CA1031 // Whatever goes wrong with a look must not end the process; the next one finds out.
            catch (Exception)
#pragma warning restore CA1031
            {
                return;
            }
        }

        // Outside of the lock: what is told of it may end the work.
        if (Cancelled is not null) Cancel();
    }

    private void Cancel()
    {
        try
        {
            _asked.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended by itself meanwhile.
        }
    }

    private static DbVcException Up(BranchRecord record) => new(FailureKind.Refused, "budget.seconds",
        FormattableString.Invariant($"The {record.Budget?.Seconds} seconds of work that branch '{record.Name}' may take are used up."), record.Name,
        $"What is committed stays. Go on in another branch: db-vc branch create NAME --from {record.Name} --budget seconds=…");
}
