using System.Text;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Where a time lies beside now.</summary>
public enum TimeBoundKind
{
    NotFuture,
    NotPast,
    Past,
    Future,
    MaxAge,
}

/// <summary>
/// What a value must be when the row is loaded, by the clock of the host: the sandbox has none that could be trusted, and the same code must find the same
/// every day. A day is compared with the day that it is now.
/// </summary>
/// <param name="Kind">Where it must lie.</param>
/// <param name="MaxAge">How old it may be at most; null for other kinds.</param>
/// <param name="Offset">The offset at which values and today are meant, such as <c>+02:00</c>; null for UTC.</param>
public sealed record TimeBound(TimeBoundKind Kind, RuleAge? MaxAge, string? Offset)
{
    /// <summary>The canonical rule name that reports use.</summary>
    public string Name => Kind switch
    {
        TimeBoundKind.NotFuture => "not_future",
        TimeBoundKind.NotPast => "not_past",
        TimeBoundKind.Past => "in_past",
        TimeBoundKind.Future => "in_future",
        _ => "max_age",
    };

    /// <summary>What follows the field, as the grammar reads it back.</summary>
    public string Text
    {
        get
        {
            var text = Kind switch
            {
                TimeBoundKind.NotFuture => "must not be in the future",
                TimeBoundKind.NotPast => "must not be in the past",
                TimeBoundKind.Past => "must be in the past",
                TimeBoundKind.Future => "must be in the future",
                _ => $"must be at most {MaxAge} old",
            };
            return Offset is null ? text : $"{text} at offset '{Offset}'";
        }
    }

    /// <summary>The rule; throws <see cref="RuleException"/> for a field that is no time, or an offset that is none.</summary>
    internal static PipelineRule RuleFor(PipelineField field, TimeBoundKind kind, RuleAge? maxAge, string? offset)
    {
        if (field.Type is not (FieldType.Date or FieldType.Timestamp))
            throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which is never past or future");
        if (offset is not null && !TryReadOffset(offset, out _))
            throw new RuleException($"'{offset}' is no offset such as +02:00", "names of time zones are not known: their rules change.");
        return PipelineRule.BesideNow(field, new TimeBound(kind, maxAge, offset));
    }

    /// <summary>Whether a value may be loaded.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="ticks">The value.</param>
    /// <param name="now">The time of the load.</param>
    internal bool Allows(FieldType type, long ticks, DateTimeOffset now)
    {
        _ = TryReadOffset(Offset ?? "Z", out var offset);
        var here = now.UtcTicks + offset.Ticks;
        if (type == FieldType.Date) here -= here % TimeSpan.TicksPerDay;
        return Kind switch
        {
            TimeBoundKind.NotFuture => ticks <= here,
            TimeBoundKind.NotPast => ticks >= here,
            TimeBoundKind.Past => ticks < here,
            TimeBoundKind.Future => ticks > here,
            _ => here - ticks <= MaxAge!.Span.Ticks,
        };
    }

    /// <summary>Applied to a noon it takes away what the offset is ahead of UTC.</summary>
    private static bool TryReadOffset(string text, out TimeSpan offset)
    {
        var noon = new DateTime(2000, 1, 1, 12, 0, 0);
        var utc = noon;
        var known = DateText.TryApplyOffset(Encoding.UTF8.GetBytes(text), ref utc);
        offset = noon - utc;
        return known;
    }
}
