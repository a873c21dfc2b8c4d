using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The newest value is not older than so long before now; times without a zone are taken as UTC.</summary>
public sealed record FreshnessCheck(PipelineField Of, RuleAge MaxAge) : TableCheck
{
    public override string Name => "freshness";

    public override PipelineField Field => Of;

    public override string Text => $"newest value of {ConditionText.NameField(Of)} must be at most {MaxAge} old";

    /// <summary>The check; throws <see cref="RuleException"/> for a field that is no time.</summary>
    internal static FreshnessCheck Make(PipelineField field, RuleAge age) => field.Type is FieldType.Date or FieldType.Timestamp
        ? new FreshnessCheck(field, age)
        : throw new RuleException($"{ConditionText.NameField(field)} is {FieldTypes.Describe(field.Type)}, which has no age");

    internal override TableObserver Start(Func<PipelineField, int> indexOf) => new Observer(this, new NumberCell(Of, indexOf));

    private sealed class Observer(FreshnessCheck check, NumberCell cell) : TableObserver
    {
        private decimal? _newest;

        public override void Add(long record, IRowView row)
        {
            if (cell.TryRead(row, out var value) && (_newest is not { } known || value > known)) _newest = value;
        }

        public override TableVerdict Judge(LoadFacts facts)
        {
            var name = ConditionText.NameField(check.Of);
            if (_newest is not { } newest) return TableVerdict.Nothing($"{name} has no value");
            return new TableVerdict(facts.Now.UtcTicks - newest <= check.MaxAge.Span.Ticks, $"the newest value of {name} is {cell.Show(newest)}");
        }
    }
}

/// <summary>A length of time in one unit.</summary>
/// <param name="Count">How many.</param>
/// <param name="Unit">Minute, hour, day or week.</param>
public sealed record RuleAge(long Count, string Unit)
{
    private static readonly (string Name, string Letter, TimeSpan Span)[] s_units =
    [
        ("minute", "m", TimeSpan.FromMinutes(1)), ("hour", "h", TimeSpan.FromHours(1)), ("day", "d", TimeSpan.FromDays(1)), ("week", "w", TimeSpan.FromDays(7)),
    ];

    /// <summary>As many as are far longer than any source is old.</summary>
    public const long MostUnits = 999_999;

    public TimeSpan Span => s_units.Single(u => u.Name == Unit).Span * Count;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count} {Unit}{(Count == 1 ? "" : "s")}");

    /// <summary>For example <c>2 days</c> or <c>12h</c>; null for anything else.</summary>
    public static RuleAge? Parse(string text)
    {
        var trimmed = text.Trim();
        var digits = trimmed.TakeWhile(char.IsAsciiDigit).Count();
        if (digits is 0 or > 6) return null;
        return FindUnit(trimmed[digits..].Trim()) is { } unit ? new RuleAge(long.Parse(trimmed[..digits], CultureInfo.InvariantCulture), unit) : null;
    }

    /// <summary>The unit that a word names; null for none.</summary>
    public static string? FindUnit(string word)
    {
        var lower = word.ToLowerInvariant();
        return s_units.Where(u => lower == u.Name || lower == u.Name + "s" || lower == u.Letter).Select(u => u.Name).FirstOrDefault();
    }
}
