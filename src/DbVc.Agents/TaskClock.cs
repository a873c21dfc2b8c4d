
namespace DbVc.Agents;

/// <summary>
/// The time of one run. It stands still while a call is carried out and is written down with its result, so that a run which is repeated from its log makes
/// commits and rows of the same time, whatever takes how long.
/// </summary>
public sealed class TaskClock
{
    private readonly Func<DateTimeOffset> _next;

    private TaskClock(Func<DateTimeOffset> next, DateTimeOffset now) => (_next, Now) = (next, now);

    /// <summary>The time of the call that is carried out, UTC; before the first, when the run began.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>Goes by a clock.</summary>
    public static TaskClock Of(TimeProvider time) => new(time.GetUtcNow, time.GetUtcNow());

    /// <summary>Goes by a log.</summary>
    /// <param name="times">Of its calls, in order; at least one. A call too much throws <c>agent.replay-ended</c>.</param>
    public static TaskClock Logged(IReadOnlyList<DateTimeOffset> times)
    {
        var next = 0;
        return new TaskClock(() => next < times.Count ? times[next++] : throw ReplayChatClient.Ended(), times[0]);
    }

    /// <summary>A call begins.</summary>
    internal void Advance() => Now = _next();
}
