using System.Globalization;

namespace DbVc.Commands;

/// <summary>One running step: how far, how fast, how long still.</summary>
internal sealed class Pace(TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();

    public long Done { get; private set; }

    public long? Total { get; private set; }

    public string Unit { get; private set; } = "";

    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    public void Report(long done, long? total, string unit) => (Done, Total, Unit) = (done, total, unit);

    /// <summary>For example <c>120,000 rows · 412,000 rows/s · 3 s left</c>; empty before the first report.</summary>
    public string Describe(bool running)
    {
        if (Unit.Length == 0) return "";
        var seconds = Elapsed.TotalSeconds;
        var text = $"{Number(Done)} {Unit}";
        // A rate over less than a tenth of a second is noise.
        if (seconds < 0.1 || Done == 0) return text;
        var rate = Done / seconds;
        text += $" · {Number((long)rate)} {Unit}/s";
        if (running && Total > Done) text += $" · {Seconds(TimeSpan.FromSeconds((Total.Value - Done) / rate))} left";
        return text;
    }

    /// <summary>For example <c>0.4 s</c>, <c>12 s</c>, <c>3 min 20 s</c>.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 100 => time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s",
        _ => $"{(long)time.TotalMinutes} min {time.Seconds} s",
    };

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
