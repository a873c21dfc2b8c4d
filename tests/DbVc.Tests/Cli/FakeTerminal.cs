using DbVc.Commands;

namespace DbVc.Tests;

/// <summary>A terminal in memory, with what was written to it.</summary>
internal sealed class FakeTerminal(bool isLive = false, string input = "")
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public Terminal Terminal => new(_out, _error, new StringReader(input))
    {
        IsOutTerminal = isLive,
        IsErrorTerminal = isLive,
        IsInTerminal = isLive,
        AllowsColor = isLive,
    };

    /// <summary>Runs a command; what it says to programs has to be what its schema says.</summary>
    public async Task<int> RunAsync(params string[] arguments)
    {
        var code = await new CommandLine().RunAsync(arguments, Terminal);
        AnswerContract.Check(arguments, Out, Error);
        return code;
    }

    public Output Output(bool isJson = false) => new(Terminal, isJson);
}
