namespace DbVc.Cli;

/// <summary>A line per finished step, for pipes, files and logs.</summary>
internal sealed class PlainProgress(Output output, TimeProvider clock) : IProgressView
{
    private Step? _step;

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
        output.Line(Mark(succeeded), step.Name, "  ", Piece.Dim(step.Describe()));
        output.Flush();
    }

    public void Line(params ReadOnlySpan<Piece> pieces) => output.Line(pieces);

    public string? Ask(string prompt, CancellationToken interrupted) => output.Ask(prompt, interrupted);

    private static Piece Mark(bool succeeded) => succeeded ? Piece.Good("✓ ") : Piece.Bad("✗ ");
}
