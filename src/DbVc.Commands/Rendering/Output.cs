using Spectre.Console;

namespace DbVc.Commands;

/// <summary>
/// Everything a command says. For people: lines, tables, progress, with one look. With --json: exactly one document on
/// standard output, and the methods for people say nothing.
/// </summary>
internal sealed class Output(Terminal terminal, bool isJson)
{
    private readonly bool _color = terminal is { IsOutTerminal: true, AllowsColor: true };
    private readonly bool _errorColor = terminal is { IsErrorTerminal: true, AllowsColor: true };
    private IAnsiConsole? _console;

    public bool IsJson { get; } = isJson;

    /// <summary>A person is there to answer, and sees the question.</summary>
    public bool CanAsk => terminal is { IsInTerminal: true, IsOutTerminal: true } && !IsJson;

    /// <summary>Things may move on the screen.</summary>
    public bool IsLive => terminal is { IsOutTerminal: true, AllowsColor: true, IsStill: false } && !IsJson;

    /// <summary>Rendering for a terminal; made on first use, because it costs start-up time.</summary>
    public IAnsiConsole Console => _console ??= AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = _color ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = _color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = _color ? InteractionSupport.Yes : InteractionSupport.No,
        Out = new AnsiConsoleOutput(terminal.Out),
    });

    /// <summary>A line for people.</summary>
    public void Line(params ReadOnlySpan<Piece> pieces)
    {
        if (!IsJson) Write(terminal.Out, _color, pieces);
    }

    /// <summary>Several lines for people as they are, such as code or a statement.</summary>
    public void Block(string text)
    {
        if (!IsJson) terminal.Out.Write(Printable.Block(text));
    }

    /// <summary>Shows at once what was said; while a step of long work runs, somebody may be reading along.</summary>
    public void Flush() => terminal.Out.Flush();

    /// <summary>Text for other programs exactly as it is, such as CSV; the reader, not the terminal, is responsible for it.</summary>
    public void Text(string text)
    {
        if (!IsJson) terminal.Out.Write(terminal.IsOutTerminal ? Printable.Block(text) : text);
    }

    /// <summary>A line on standard error for people; with --json too, because standard output is not touched.</summary>
    public void ErrorLine(params ReadOnlySpan<Piece> pieces) => Write(terminal.Error, _errorColor, pieces);

    /// <summary>A table for people: drawn on a terminal, aligned text elsewhere. Says nothing when it has no rows.</summary>
    public void Table(TextTable table)
    {
        if (IsJson || table.Rows.Count == 0) return;
        if (_color)
        {
            Console.Write(SpectreLook.Draw(table));
            return;
        }

        foreach (var line in table.ToLines()) terminal.Out.WriteLine(line);
    }

    /// <summary>Aligned lines for people without header and frame; cheap, so that short answers stay fast.</summary>
    public void List(TextTable table)
    {
        if (IsJson) return;
        foreach (var line in table.ToPieces()) Write(terminal.Out, _color, line);
    }

    /// <summary>The result of a command that is one text: printed as it is, or the document with --json.</summary>
    public void Result(string text, Document document)
    {
        Block(text);
        Json(document);
    }

    /// <summary>The one document of --json, written as its rows are read; says nothing otherwise.</summary>
    public void Json(Document document, bool isCompact = false)
    {
        if (IsJson) WriteJson(terminal.Out, document, isCompact);
    }

    public void WriteErrorJson(FailureDocument document) => WriteJson(terminal.Error, document, isCompact: true);

    /// <summary>Shows a question and waits for a line; null at the end of input.</summary>
    public async Task<string?> AskAsync(string question, CancellationToken interrupted)
    {
        terminal.Out.Write(Printable.Line(question));
        terminal.Out.Flush();
        return await Task.Run(terminal.In.ReadLine, interrupted).WaitAsync(interrupted).ConfigureAwait(false);
    }

    /// <summary>A line that is piped in; null at the end of input.</summary>
    public Task<string?> ReadAsync(CancellationToken interrupted) => Task.Run(terminal.In.ReadLine, interrupted).WaitAsync(interrupted);

    /// <summary>Runs work that reports its steps: live on a terminal, a line per finished step elsewhere, silent with --json.</summary>
    public Task<T> WithProgressAsync<T>(Func<IProgressView, Task<T>> work) =>
        IsJson ? work(new SilentProgress()) : IsLive ? LiveProgress.RunAsync(Console, Ask, work) : work(new PlainProgress(this, TimeProvider.System));

    /// <summary>The same for works side by side, under these names.</summary>
    public Task<T> WithBoardAsync<T>(IEnumerable<string> names, Func<IProgressBoard, T> work)
    {
        if (IsJson) return Task.FromResult(work(new SilentBoard()));
        var width = names.Select(n => n.Length).DefaultIfEmpty().Max();
        return IsLive ? LiveBoard.RunAsync(Console, width, Ask, work) : Task.FromResult(work(new PlainBoard(this, width, TimeProvider.System)));
    }

    /// <summary>A line that a person types; null where nobody can be asked.</summary>
    public string? Ask(string prompt, CancellationToken interrupted) => CanAsk ? AskAsync(prompt, interrupted).GetAwaiter().GetResult() : null;

    private static void Write(TextWriter writer, bool color, ReadOnlySpan<Piece> pieces)
    {
        foreach (var piece in pieces)
        {
            var code = color ? SpectreLook.AnsiCode(piece.Look) : "";
            var text = Printable.Line(piece.Text);
            writer.Write(code.Length == 0 ? text : $"\x1b[{code}m{text}\x1b[0m");
        }

        writer.WriteLine();
    }

    private static void WriteJson(TextWriter writer, Document document, bool isCompact)
    {
        using var stream = new TextStream(writer);
        document.WriteTo(stream, isIndented: !isCompact);
        writer.WriteLine();
    }
}
