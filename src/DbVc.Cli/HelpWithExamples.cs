using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DbVc.Cli;

/// <summary>The parser's own help, followed by the command's examples.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not Verb { Examples.Count: > 0 } verb) return code;
        var writer = parseResult.InvocationConfiguration.Output;
        writer.WriteLine("Examples:");
        foreach (var example in verb.Examples) writer.WriteLine($"  {example}");
        writer.WriteLine();
        return code;
    }
}
