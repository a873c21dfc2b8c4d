using Spectre.Console;

namespace DbVc.Cli;

/// <summary>Steps on a terminal: the running one moves, with rate and remaining time; finished ones stay with their result.</summary>
internal sealed class LiveProgress : IProgressView
{
    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly StepColumn _column;
    private (Step Step, ProgressTask Task)? _running;

    private LiveProgress(IAnsiConsole console, ProgressContext context, StepColumn column) => (_console, _context, _column) = (console, context, column);

    public static async Task<T> RunAsync<T>(IAnsiConsole console, Func<IProgressView, Task<T>> work)
    {
        var column = new StepColumn();
        return await console.Progress().AutoClear(false).Columns(column).StartAsync(async context =>
        {
            var view = new LiveProgress(console, context, column);
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
}
