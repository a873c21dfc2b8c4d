namespace DbVc.Tests;

/// <summary>A clock that stands still until it is moved, and whose repeating timers tick when they are told to.</summary>
internal sealed class HeldClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Action> _ticks = [];
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public void Go(TimeSpan time)
    {
        lock (_lock) _now += time;
    }

    public void GoTo(DateTimeOffset time)
    {
        lock (_lock) _now = time;
    }

    /// <summary>Everything that is done again and again is done now.</summary>
    public void Tick()
    {
        List<Action> ticks;
        lock (_lock) ticks = [.. _ticks];
        ticks.ForEach(tick => tick());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period == Timeout.InfiniteTimeSpan) return System.CreateTimer(callback, state, dueTime, period);
        lock (_lock) _ticks.Add(() => callback(state));
        return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
