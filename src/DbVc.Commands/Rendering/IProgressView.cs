namespace DbVc.Commands;

/// <summary>Shows the steps of long work. One step runs at a time; a new one ends the one before it well.</summary>
internal interface IProgressView
{
    /// <summary>Begins a step.</summary>
    void Begin(string step);

    /// <summary>Says how far the step is.</summary>
    /// <param name="done">Units done since the step began.</param>
    /// <param name="total">All units, or null if unknown.</param>
    /// <param name="unit">What is counted, for example <c>rows</c>.</param>
    void Report(long done, long? total, string unit);

    /// <summary>Ends the step with a few words about its result.</summary>
    void End(bool succeeded, string summary);

    /// <summary>A line that stays, between the steps or below what runs.</summary>
    void Line(params ReadOnlySpan<Piece> pieces);

    /// <summary>Reads a line while nothing moves; null where nobody can be asked.</summary>
    string? Ask(string prompt, CancellationToken interrupted);
}

/// <summary>Says nothing.</summary>
internal sealed class SilentProgress : IProgressView
{
    public void Begin(string step)
    {
    }

    public void Report(long done, long? total, string unit)
    {
    }

    public void End(bool succeeded, string summary)
    {
    }

    public void Line(params ReadOnlySpan<Piece> pieces)
    {
    }

    public string? Ask(string prompt, CancellationToken interrupted) => null;
}
