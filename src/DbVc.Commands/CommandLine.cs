using System.CommandLine;
using System.CommandLine.Help;

namespace DbVc.Commands;

/// <summary>The whole command line: lists every command, parses, runs one, and turns what it throws into text and exit code.</summary>
internal sealed class CommandLine
{
    private const string FolderOption = "-C";

    private readonly Option<string?> _folder = new(FolderOption)
    {
        Description = "The folder of the repository; otherwise it is looked for from the current folder upwards.",
        HelpName = "DIR",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Print one JSON document on standard output and nothing else.",
        Recursive = true,
    };

    private readonly Option<string?> _server = new("--server")
    {
        Description = "Run it on this server (db-vc serve); otherwise on DBVC_SERVER, if that is set.",
        HelpName = "URL",
        Recursive = true,
    };

    public CommandLine()
    {
        Root = new RootCommand("Git for the database you already run, made for AI agents.") { _folder, _json, _server };
        var groups = Groups().ToList();
        foreach (var verb in groups.SelectMany(group => group.Verbs)) Root.Add(verb);
        var help = Root.Options.OfType<HelpOption>().Single();
        help.Aliases.Remove("/h");
        help.Aliases.Remove("/?");
        help.Action = new HelpWithExamples((HelpAction)help.Action!, new Overview(groups));
    }

    public RootCommand Root { get; }

    /// <summary>The server that the words name; null for none.</summary>
    public string? ServerOf(ParseResult parsed) => parsed.GetValue(_server);

    /// <summary>The folder that the words name; null for the current one.</summary>
    public string? FolderOf(ParseResult parsed) => parsed.GetValue(_folder);

    /// <summary>Runs one command; the result is the exit code of the process.</summary>
    /// <param name="args">What was typed.</param>
    /// <param name="terminal">Where.</param>
    /// <param name="elsewhere">Runs it on another machine, if it is to run there: null for a command that runs here.</param>
    public async Task<int> RunAsync(string[] args, Terminal terminal, Func<CommandLine, ParseResult, Verb, CancellationToken, Task<int>?>? elsewhere = null)
    {
        var parsed = Parse(args.Length == 0 ? ["--help"] : args);
        var output = new Output(terminal, isJson: args.TakeWhile(arg => arg != "--").Contains("--json"));
        using var interrupt = new Interrupt();
        try
        {
            if (FindVerb(parsed) is { } verb && elsewhere?.Invoke(this, parsed, verb, interrupt.Token) is { } run) return await run.ConfigureAwait(false);
            if (FindVerb(parsed) is not null) return await RunAsync(parsed, output, Surroundings.OfProcess, interrupt.Token).ConfigureAwait(false);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpWithExamples) throw UsageFailure.From(parsed);
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = terminal.Out,
                Error = terminal.Error,
            });
        }
#pragma warning disable CA1031 // The edge of the program: whatever happens becomes a message and an exit code.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return FailureReport.Write(failure, output, interrupt.Token.IsCancellationRequested);
        }
        finally
        {
            terminal.Flush();
        }
    }

    /// <summary>Reads words. '@' begins a revision such as @{2026-01-31} here, not a file of arguments.</summary>
    public ParseResult Parse(IReadOnlyList<string> words) => Root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>Runs what was read, for somebody. Throws what the command throws, and usage failures for words that are no command.</summary>
    public static Task<int> RunAsync(ParseResult parsed, Output output, Surroundings surroundings, CancellationToken interrupted) =>
        FindVerb(parsed) is { } verb
            ? verb.Body!(new CommandContext(parsed, output, parsed.GetValue<string?>(FolderOption), surroundings, interrupted))
            : throw UsageFailure.From(parsed);

    /// <summary>Null for help, and for what is no command.</summary>
    private static Verb? FindVerb(ParseResult parsed) =>
        parsed.CommandResult.Command is Verb { Body: not null } verb && ReferenceEquals(parsed.Action, verb.Action) ? verb : null;

    /// <summary>Every command, in the groups and the order that help shows.</summary>
    private static IEnumerable<VerbGroup> Groups() =>
    [
        new("Begin",
        [
            InitCommand.Create().Here("a server serves a repository that is there"), ConfigCommand.Create(), DoctorCommand.Create(),
            CompletionCommand.Create().Here("it is about a shell"),
        ]),
        new("See and keep what changes",
        [
            StatusCommand.Create(), DiffCommand.Create(), CommitCommand.Create(), StashCommand.Create(),
            ChatCommand.Create().Here("a conversation asks in between"),
        ]),
        new("Let an agent bring data in",
        [
            MetadataCommand.Create(), AgentCommand.Create(), GateCommand.Create(), EvidenceCommand.Create(), PipelineCommand.Create(),
            WorkCommand.Create().Here("a server does that work itself"), NotifyCommand.Create(), CostCommand.Create(), MemoryCommand.Create(),
            McpCommand.Create().Here("it is a server itself"),
        ]),
        new("Work on a copy, and merge it",
            [BranchCommand.Create(), RequestCommand.Create(), ConflictsCommand.Create(), MergeCommand.Create(), InvariantCommand.Create()]),
        new("Look back",
        [
            LogCommand.Create(), ShowCommand.Create(), BlameCommand.Create(), HistoryCommand.Create(), QueryCommand.Create(), TagCommand.Create(),
            OpCommand.Create(),
        ]),
        new("Take back, or carry over", [UndoCommand.Create(), RevertCommand.Create(), RollbackCommand.Create(), CherryPickCommand.Create()]),
        new("Keep the repository well",
        [
            VerifyCommand.Create(), AuditCommand.Create(), TrackingCommand.Create(), GcCommand.Create(), ShadowCommand.Create(), PurgeCommand.Create(),
            ExportCommand.Create(), ImportCommand.Create(),
        ]),
        new("Say who may do what", [UserCommand.Create(), RoleCommand.Create(), TokenCommand.Create(), ServeCommand.Create().Here("it is the server")]),
    ];
}
