using System.CommandLine;
using System.Diagnostics;

namespace DbVc.Commands;

/// <summary>A command with the examples its help shows and the code it runs; without code it is a group of commands.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>What the command does; the result is the exit code.</summary>
    public Func<CommandContext, Task<int>>? Body { get; private set; }

    public Verb Runs(Func<CommandContext, Task<int>> body)
    {
        Body = body;
        // The parser wants an action to tell a command from a group; CommandLine calls the body itself, with its context.
        SetAction(int (ParseResult _) => throw new UnreachableException());
        return this;
    }

    public Verb Runs(Func<CommandContext, int> body) => Runs(context => Task.FromResult(body(context)));
}
