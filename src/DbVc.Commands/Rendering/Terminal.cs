using System.Text;

namespace DbVc.Commands;

/// <summary>The streams of a process and what stands behind them; tests make their own.</summary>
internal sealed record Terminal(TextWriter Out, TextWriter Error, TextReader In)
{
    /// <summary>A person may be looking at standard output as it is written.</summary>
    public bool IsOutTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    public bool IsInTerminal { get; init; }

    /// <summary>Nothing may move on it: what was written stays where it is.</summary>
    public bool IsStill { get; init; }

    /// <summary>Colours are wanted where a terminal is: NO_COLOR is not set and the terminal is not dumb.</summary>
    public bool AllowsColor { get; init; }

    /// <summary>UTF-8 whatever the locale says: JSON and names are UTF-8.</summary>
    public static Terminal OfProcess() => new(
        new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 16 * 1024) { AutoFlush = !Console.IsOutputRedirected },
        new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true },
        Console.In)
    {
        IsOutTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        IsInTerminal = !Console.IsInputRedirected,
        AllowsColor = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
    };

    public void Flush()
    {
        Out.Flush();
        Error.Flush();
    }
}
