using System.CommandLine;
using System.CommandLine.Help;

namespace DbVc.Commands;

/// <summary>The whole command line: lists every command, parses, runs one, and turns what it throws into text and exit code.</summary>
internal sealed class CommandLine
{
    private readonly Option<string?> _folder = new("-C")
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

    public CommandLine()
    {
        Root = new RootCommand("Git for the database you already run, made for AI agents.") { _folder, _json };
        var groups = Groups().ToList();
        foreach (var verb in groups.SelectMany(group => group.Verbs)) Root.Add(verb);
        var help = Root.Options.OfType<HelpOption>().Single();
        help.Aliases.Remove("/h");
        help.Aliases.Remove("/?");
        help.Action = new HelpWithExamples((HelpAction)help.Action!, new Overview(groups));
    }

    public RootCommand Root { get; }

    /// <summary>Runs one command; the result is the exit code of the process.</summary>
    public async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        // '@' begins a revision such as @{2026-01-31} here, not a file of arguments.
        var parsed = Root.Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var output = new Output(terminal, isJson: args.TakeWhile(arg => arg != "--").Contains("--json"));
        using var interrupt = new Interrupt();
        try
        {
            if (parsed.CommandResult.Command is Verb { Body: { } body } verb && ReferenceEquals(parsed.Action, verb.Action))
            {
                return await body(new CommandContext(parsed, output, parsed.GetValue(_folder), interrupt.Token)).ConfigureAwait(false);
            }

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

    /// <summary>Every command, in the groups and the order that help shows.</summary>
    private static IEnumerable<VerbGroup> Groups() =>
    [
        new("Begin", [InitCommand.Create(), ConfigCommand.Create(), DoctorCommand.Create(), CompletionCommand.Create()]),
        new("See and keep what changes",
            [StatusCommand.Create(), DiffCommand.Create(), CommitCommand.Create(), StashCommand.Create(), ChatCommand.Create()]),
        new("Let an agent bring data in",
        [
            MetadataCommand.Create(), AgentCommand.Create(), GateCommand.Create(), EvidenceCommand.Create(), PipelineCommand.Create(),
            NotifyCommand.Create(), CostCommand.Create(), MemoryCommand.Create(), McpCommand.Create(),
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
        new("Say who may do what", [UserCommand.Create(), RoleCommand.Create(), TokenCommand.Create()]),
    ];
}
