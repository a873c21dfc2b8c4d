using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DbVc.Commands;

/// <summary>Works on a terminal: a moving line for each that runs, and above them a line that stays for each that ended.</summary>
internal sealed class LiveBoard : IProgressBoard
{
    private static readonly TimeSpan s_rhythm = TimeSpan.FromMilliseconds(100);

    private readonly IAnsiConsole _console;
    private readonly ProgressContext _context;
    private readonly Func<string, CancellationToken, string?> _ask;
    private readonly BoardColumn _column;
    private readonly ConcurrentDictionary<string, ProgressTask> _running = new();
    private readonly Lock _screen = new();
    private readonly int _width;

    private LiveBoard(IAnsiConsole console, ProgressContext context, BoardColumn column, Func<string, CancellationToken, string?> ask, int width) =>
        (_console, _context, _column, _ask, _width) = (console, context, column, ask, width);

    /// <summary>Shows works as they are done.</summary>
    /// <param name="console">The terminal.</param>
    /// <param name="width">Of the longest name.</param>
    /// <param name="ask">Prompts for a line; null where nobody can be asked.</param>
    /// <param name="work">What is done.</param>
    public static async Task<T> RunAsync<T>(IAnsiConsole console, int width, Func<string, CancellationToken, string?> ask, Func<IProgressBoard, T> work)
    {
        var column = new BoardColumn();
        return await console.Progress().AutoRefresh(false).AutoClear(false).HideCompleted(true).Columns(column).StartAsync(async context =>
        {
            var board = new LiveBoard(console, context, column, ask, width);
            await using var drawn = new Timer(_ => board.Draw(), null, TimeSpan.Zero, s_rhythm);
            return await Task.Run(() => work(board)).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    public IProgressView Begin(string name)
    {
        var row = new BoardRow(this, name.PadRight(_width));
        lock (_screen) _running[name] = _column.Add(row, () => _context.AddTask(name, maxValue: 1));
        return row;
    }

    public void End(string name, params Piece[] pieces)
    {
        lock (_screen)
        {
            if (_running.TryRemove(name, out var task))
            {
                task.Value = task.MaxValue;
                task.StopTask();
            }
        }

        Write(name.PadRight(_width), pieces);
    }

    private void Write(string name, ReadOnlySpan<Piece> pieces)
    {
        var line = new Paragraph();
        foreach (var piece in (ReadOnlySpan<Piece>)[Piece.Name(name), "  ", .. pieces]) line.Append(Printable.Line(piece.Text), SpectreLook.Style(piece.Look));
        lock (_screen) _console.Write(line.Append("\n"));
    }

    private void Draw()
    {
        // While somebody is asked, nothing moves.
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

    /// <summary>One work: what it does now, and since when it runs.</summary>
    private sealed class BoardRow(LiveBoard board, string name) : IProgressView
    {
        private readonly Pace _whole = new(TimeProvider.System);
        private volatile Step? _step;

        public void Begin(string step) => _step = new Step(step, new Pace(TimeProvider.System));

        public void Report(long done, long? total, string unit) => _step?.Pace.Report(done, total, unit);

        public void End(bool succeeded, string summary) => _step?.End(succeeded, summary);

        public void Line(params ReadOnlySpan<Piece> pieces) => board.Write(name, pieces);

        public string? Ask(string prompt, CancellationToken interrupted)
        {
            lock (board._screen) return board._ask(name + prompt, interrupted);
        }

        public IRenderable Draw()
        {
            var step = _step;
            var now = step is null ? "" : $"{step.Name}  {step.Pace.Describe(running: step.Succeeded is null)}";
            return new Paragraph().Append(StepColumn.Turn(_whole.Elapsed) + " ", SpectreLook.Style(Look.Name)).Append(name + "  ")
                .Append($"{now.TrimEnd()}  {Pace.Seconds(_whole.Elapsed)}", SpectreLook.Style(Look.Dim)).Overflow(Overflow.Ellipsis);
        }
    }

    private sealed class BoardColumn : ProgressColumn
    {
        private readonly ConcurrentDictionary<int, BoardRow> _rows = new();

        public ProgressTask Add(BoardRow row, Func<ProgressTask> create)
        {
            var task = create();
            _rows[task.Id] = row;
            return task;
        }

        // Spectre may draw a task in the moment between its creation and Add.
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            _rows.TryGetValue(task.Id, out var row) ? row.Draw() : new Text(" ");
    }
}
