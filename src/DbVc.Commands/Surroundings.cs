using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>For whom commands run, and with what: for whoever started this process, or for somebody who asks a server.</summary>
/// <param name="Options">What every workspace gets. Throws where what shows who acts cannot be read.</param>
/// <param name="WorkerFolder">Where the sandboxed worker lies.</param>
internal sealed record Surroundings(Func<WorkspaceOptions> Options, string WorkerFolder)
{
    private static string WorkerBeside { get; } = Path.Combine(AppContext.BaseDirectory, "worker");

    /// <summary>Of this process.</summary>
    public static Surroundings OfProcess { get; } = new(
        () => new WorkspaceOptions(TimeProvider.System, AuthorSource.OfProcess(), WorkerBeside) { Credential = Credential.OfProcess() }, WorkerBeside);
}
