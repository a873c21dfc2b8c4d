using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace DbVc.Commands;

/// <summary>The parser's own help, followed by the command's examples; for the program itself the overview.</summary>
internal sealed class HelpWithExamples(HelpAction help, Overview overview) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is RootCommand root)
        {
            overview.Write(root, parseResult.InvocationConfiguration.Output);
            return 0;
        }

        var code = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not Verb { Examples.Count: > 0 } verb) return code;
        var writer = parseResult.InvocationConfiguration.Output;
        writer.WriteLine("Examples:");
        foreach (var example in verb.Examples) writer.WriteLine($"  {example}");
        writer.WriteLine();
        return code;
    }
}
