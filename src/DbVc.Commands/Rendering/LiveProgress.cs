using Spectre.Console;

namespace DbVc.Commands;

/// <summary>Steps on a terminal: the running one moves, with rate and remaining time; finished ones stay with their result.</summary>
internal sealed class LiveProgress : IProgressView
{
    private static readonly TimeSpan s_rhythm = TimeSpan.FromMilliseconds(100);

    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly StepColumn _column;
    private readonly Func<string, CancellationToken, string?> _ask;
    private readonly Lock _screen = new();
    private (Step Step, ProgressTask Task)? _running;

    private LiveProgress(IAnsiConsole console, ProgressContext context, StepColumn column, Func<string, CancellationToken, string?> ask) =>
        (_console, _context, _column, _ask) = (console, context, column, ask);

    /// <summary>Shows steps as the work does them.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="ask">Prompts for a line; null where nobody can be asked.</param>
    /// <param name="work">What is done.</param>
    public static async Task<T> RunAsync<T>(IAnsiConsole console, Func<string, CancellationToken, string?> ask, Func<IProgressView, Task<T>> work)
    {
        var column = new StepColumn();
        // It is drawn from here, for nothing may move while a person types.
        return await console.Progress().AutoRefresh(false).AutoClear(false).Columns(column).StartAsync(async context =>
        {
            var view = new LiveProgress(console, context, column, ask);
            await using var drawn = new Timer(_ => view.Draw(), null, TimeSpan.Zero, s_rhythm);
            try
            {
                // Work that does not yield would keep the screen still.
                var result = await Task.Run(() => work(view)).ConfigureAwait(false);
                view.End(succeeded: true, "");
                return result;
            }
            catch
            {
                view.End(succeeded: false, "");
                throw;
            }
        }).ConfigureAwait(false);
    }

    public void Begin(string step)
    {
        End(succeeded: true, "");
        var begun = new Step(Printable.Line(step), new Pace(TimeProvider.System));
        _running = (begun, _column.Add(begun, () => _context.AddTask("step", maxValue: 1)));
    }

    public void Report(long done, long? total, string unit) => _running?.Step.Pace.Report(done, total, unit);

    public void End(bool succeeded, string summary)
    {
        if (_running is not var (step, task)) return;
        _running = null;
        step.End(succeeded, Printable.Line(summary));
        task.StopTask();
    }

    public void Line(params ReadOnlySpan<Piece> pieces)
    {
        var line = new Paragraph();
        foreach (var piece in pieces) line.Append(Printable.Line(piece.Text), SpectreLook.Style(piece.Look));
        _console.Write(line.Append("\n"));
    }

    public string? Ask(string prompt, CancellationToken interrupted)
    {
        lock (_screen) return _ask(prompt, interrupted);
    }

    private void Draw()
    {
        if (!_screen.TryEnter()) return;
        try
        {
            _context.Refresh();
        }
        finally
        {
            _screen.Exit();
        }
    }
}
