using DbVc.Commands;
using DbVc.Documents;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Server;

/// <summary>The repository that is served, as whoever asks may use it.</summary>
internal sealed class Host(ServerSettings settings)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(2);
    private readonly Lock _looking = new();
    private long _looked;

    public string Folder => settings.Folder;

    /// <summary>The repository's own folder.</summary>
    public string Control { get; } = Path.Combine(settings.Folder, ".db-version-control");

    /// <summary>Where files are made that are answered.</summary>
    public string Answers => Path.Combine(Control, "scratch", "answers");

    /// <summary>The caller disposes it. Throws as opening it does.</summary>
    public Workspace Open(Credential credential, CancellationToken cancel) => Workspace.Open(settings.Folder, Options(credential), cancel);

    /// <summary>Opens the repository, unless that went well a moment ago: whoever asks here showed nothing. Throws as opening it does.</summary>
    public void Look()
    {
        lock (_looking)
        {
            if (_looked != 0 && TimeProvider.System.GetElapsedTime(_looked) < s_rest) return;
            Open(Credential.None, CancellationToken.None).Dispose();
            _looked = TimeProvider.System.GetTimestamp();
        }
    }

    /// <summary>What a verb gets that somebody runs here.</summary>
    public Surroundings SurroundingsOf(Visitor visitor, FileBound files, ExpectedBranch? expected) => new(
        () => Options(visitor.Credential) with { Files = files, Expected = expected }, settings.WorkerFolder);

    /// <summary>What the server itself works as: whoever runs its process.</summary>
    public WorkspaceOptions OwnOptions() => Options(Credential.OfProcess());

    private WorkspaceOptions Options(Credential credential) =>
        new(TimeProvider.System, new Author(settings.AuthorName, settings.AuthorMail, AuthorKind.Human), settings.WorkerFolder) { Credential = credential };
}
