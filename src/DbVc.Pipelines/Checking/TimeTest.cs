namespace DbVc.Pipelines;

/// <summary>Judges rows by a rule about the time.</summary>
/// <param name="fields">The rule.</param>
/// <param name="now">What counts as now.</param>
public sealed class TimeTest(KeyFields fields, DateTimeOffset now)
{
    private readonly NumberCell _cell = new(fields.Rule.JudgedFields[0], _ => fields.Columns[0]);

    /// <summary>Whether the value is NULL or as the rule asks.</summary>
    public bool Passes(IRowView row) => !_cell.TryRead(row, out var ticks) || fields.Rule.Time!.Allows(fields.Types[0], (long)ticks, now);
}
