using System.CommandLine;
using DbVc.Model;

namespace DbVc.Commands;

/// <summary>What every command gets: its arguments, the output, the folder it works in, and whether it was interrupted.</summary>
internal sealed class CommandContext(ParseResult arguments, Output output, string? folder, Surroundings surroundings, CancellationToken interrupted)
{
    private const string RepositoryMark = ".db-version-control";

    public Output Output { get; } = output;

    /// <summary>For whom it runs.</summary>
    public Surroundings Surroundings { get; } = surroundings;

    /// <summary>Cancelled by Ctrl-C and by a request to terminate.</summary>
    public CancellationToken Interrupted { get; } = interrupted;

    /// <summary>The folder given with -C, else the current one; absolute.</summary>
    public string Folder { get; } = Path.GetFullPath(folder ?? ".");

    /// <summary>What every workspace gets that it opens.</summary>
    public Orchestration.WorkspaceOptions Options() => Surroundings.Options();

    /// <summary>The command's words without its arguments, such as <c>branch create</c>.</summary>
    public string Verb => NameOf(arguments.CommandResult.Command);

    public T? Get<T>(Argument<T> argument) => arguments.GetValue(argument);

    public T? Get<T>(Option<T> option) => arguments.GetValue(option);

    /// <summary>True when the option stands on the command line.</summary>
    public bool Has(Option option) => arguments.GetResult(option) is { Implicit: false };

    /// <summary>The repository's folder: the one given with -C, else the nearest from the current folder upwards.</summary>
    public string FindRepository()
    {
        if (folder is not null && !Directory.Exists(Folder))
        {
            throw new DbVcException(FailureKind.Usage, "folder.missing", $"There is no folder '{folder}'.", hint: "Check what follows -C.");
        }

        for (var candidate = Folder; candidate is not null; candidate = folder is null ? Path.GetDirectoryName(candidate) : null)
        {
            if (Directory.Exists(Path.Combine(candidate, RepositoryMark))) return candidate;
        }

        throw new DbVcException(FailureKind.Failed, "repository.missing",
            folder is null ? "There is no db-vc repository in this folder or above it." : $"There is no db-vc repository in '{folder}'.",
            Folder, "Make one with: db-vc init --database FILE");
    }

    /// <summary>The words that lead to a command.</summary>
    public static string NameOf(Command command) =>
        command.Parents.OfType<Verb>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : command.Name;

    /// <summary>Asks for a yes on a terminal; anything but y or yes is a no. Elsewhere it fails and names the flag that answers.</summary>
    public async Task<bool> ConfirmAsync(string question, string flag)
    {
        if (!Output.CanAsk)
        {
            throw new DbVcException(FailureKind.Usage, "input.no-terminal",
                $"'{question}' cannot be asked: standard input is no terminal.", hint: $"Answer it beforehand with {flag}.");
        }

        var answer = await Output.AskAsync($"{question} [y/N]: ", Interrupted).ConfigureAwait(false);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
