namespace DbVc.Commands;

/// <summary>Lines for pipes, files and logs: each whole, with the name of its work in front.</summary>
/// <param name="output">Where they go.</param>
/// <param name="width">Of the longest name.</param>
/// <param name="clock">Measures steps.</param>
internal sealed class PlainBoard(Output output, int width, TimeProvider clock) : IProgressBoard
{
    private readonly Lock _screen = new();

    public IProgressView Begin(string name) => new PlainProgress(pieces => Write(name, pieces), (prompt, interrupted) => Ask(name, prompt, interrupted), clock);

    public void End(string name, params Piece[] pieces) => Write(name, pieces);

    private void Write(string name, Piece[] pieces)
    {
        lock (_screen)
        {
            output.Line([Piece.Name(name.PadRight(width)), "  ", .. pieces]);
            output.Flush();
        }
    }

    /// <summary>One question at a time, and nothing is written between it and its answer.</summary>
    private string? Ask(string name, string prompt, CancellationToken interrupted)
    {
        lock (_screen) return output.Ask($"{name.PadRight(width)}{prompt}", interrupted);
    }
}
