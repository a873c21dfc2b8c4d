namespace DbVc.Commands;

/// <summary>A line per finished step, for pipes, files and logs.</summary>
/// <param name="write">Writes a line, at once.</param>
/// <param name="ask">Reads one; null where nobody can be asked.</param>
/// <param name="clock">Measures steps.</param>
internal sealed class PlainProgress(Action<Piece[]> write, Func<string, CancellationToken, string?> ask, TimeProvider clock) : IProgressView
{
    private Step? _step;

    public PlainProgress(Output output, TimeProvider clock)
        : this(
            pieces =>
            {
                output.Line(pieces);
                output.Flush();
            },
            output.Ask,
            clock)
    {
    }

    public void Begin(string step)
    {
        End(succeeded: true, "");
        _step = new Step(step, new Pace(clock));
    }

    public void Report(long done, long? total, string unit) => _step?.Pace.Report(done, total, unit);

    public void End(bool succeeded, string summary)
    {
        if (_step is not { } step) return;
        _step = null;
        step.End(succeeded, summary);
        write([Mark(succeeded), step.Name, "  ", Piece.Dim(step.Describe())]);
    }

    public void Line(params ReadOnlySpan<Piece> pieces) => write(pieces.ToArray());

    public string? Ask(string prompt, CancellationToken interrupted) => ask(prompt, interrupted);

    private static Piece Mark(bool succeeded) => succeeded ? Piece.Good("✓ ") : Piece.Bad("✗ ");
}
