using System.CommandLine;
using System.Diagnostics;

namespace DbVc.Commands;

/// <summary>A command with the examples its help shows and the code it runs; without code it is a group of commands.</summary>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    private readonly List<Type> _answered = [];

    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>Parameters that name files which the command reads.</summary>
    public IReadOnlySet<Symbol> FilesRead => _filesRead;

    /// <summary>Parameters that name files which the command makes.</summary>
    public IReadOnlySet<Symbol> FilesMade => _filesMade;

    private readonly HashSet<Symbol> _filesRead = [];
    private readonly HashSet<Symbol> _filesMade = [];

    /// <summary>Says which parameters name files that are read: they lie where whoever asks is, and that may be another machine.</summary>
    public Verb Reads(params ReadOnlySpan<Symbol> files)
    {
        foreach (var file in files) _filesRead.Add(file);
        return this;
    }

    /// <summary>The same for files that are made.</summary>
    public Verb Makes(params ReadOnlySpan<Symbol> files)
    {
        foreach (var file in files) _filesMade.Add(file);
        return this;
    }

    /// <summary>Why it only runs on the machine of its repository; null for a command that a server runs, too.</summary>
    public string? HereBecause { get; private set; }

    /// <summary>Says that it only runs on the machine of its repository, and why.</summary>
    public Verb Here(string because)
    {
        HereBecause = because;
        return this;
    }

    /// <summary>What the command does; the result is the exit code.</summary>
    public Func<CommandContext, Task<int>>? Body { get; private set; }

    public Verb Runs(Func<CommandContext, Task<int>> body)
    {
        Body = body;
        // The parser wants an action to tell a command from a group; CommandLine calls the body itself, with its context.
        SetAction(int (ParseResult _) => throw new UnreachableException());
        return this;
    }

    /// <summary>What it answers with --json, one of these; none where it answers nothing to programs.</summary>
    public IReadOnlyList<Type> Answered => _answered;

    /// <summary>Names a document that it answers; of several, each is named.</summary>
    public Verb Answers<T>()
        where T : Document
    {
        _answered.Add(typeof(T));
        return this;
    }

    public Verb Runs(Func<CommandContext, int> body) => Runs(context => Task.FromResult(body(context)));
}
