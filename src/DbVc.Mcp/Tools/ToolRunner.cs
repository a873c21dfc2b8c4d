using System.Text.Json;
using DbVc.Documents;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Mcp;

/// <summary>
/// Answers calls: each opens the repository as its caller, asks whether they may, and does one thing. Calls that change something come one after the
/// other; some that only read run beside them. A failure is an answer like any other.
/// </summary>
/// <param name="settings">Of the whole server.</param>
/// <param name="stop">Ends every call.</param>
internal sealed class ToolRunner(McpSettings settings, CancellationToken stop) : IAsyncDisposable
{
    private const int MostReaders = 4;

    /// <summary>So much a model can still read; and a client that asks for everything does not fill the memory.</summary>
    private const int MostCharacters = 400_000;

    private readonly SemaphoreSlim _writer = new(1);
    private readonly SemaphoreSlim _readers = new(MostReaders);
    private readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly FileBound _files = new(settings.Files);

    /// <summary>Ends what is being done, and waits for that: a task is stopped the proper way when its client is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _writer.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        for (var i = 0; i < MostReaders; i++) await _readers.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _writer.Dispose();
        _readers.Dispose();
        _ending.Dispose();
    }

    /// <summary>The repository as somebody may use it; the caller disposes it. Throws as opening it does.</summary>
    public Workspace Open(Credential credential, CancellationToken cancel) => Workspace.Open(settings.Folder,
        new WorkspaceOptions(TimeProvider.System, new Author(settings.AuthorName, settings.AuthorMail, AuthorKind.Agent), settings.WorkerFolder)
        {
            Credential = credential,
            Bound = new CallerBound(settings.Write),
            Files = _files,
        }, cancel);

    /// <summary>The tools that somebody may call.</summary>
    public IEnumerable<Tool> ListFor(Credential credential, CancellationToken cancel)
    {
        using var workspace = Open(credential, cancel);
        var role = RoleNames.Parse(workspace.Access.WhoAmI().Role);
        return [.. ToolTable.All.Where(tool => AccessTable.FindVerb(tool.Verb)!.Role <= role)];
    }

    /// <summary>Answers a call as text; never throws but when it was cancelled.</summary>
    public async Task<(string Text, bool IsError)> RunAsync(
        Tool tool, IEnumerable<KeyValuePair<string, JsonElement>> given, Credential credential, IAgentProgress progress, CancellationToken cancel)
    {
        var turn = tool.IsReadOnly ? _readers : _writer;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _ending.Token);
        await turn.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            // On a thread of its own: whoever reads the client's messages goes on reading, and so hears that a call is cancelled.
            return await Task.Run(() => Run(tool, given, credential, progress, either.Token), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private (string Text, bool IsError) Run(
        Tool tool, IEnumerable<KeyValuePair<string, JsonElement>> given, Credential credential, IAgentProgress progress, CancellationToken cancel)
    {
        try
        {
            var arguments = new ToolArguments(tool, given);
            using var workspace = Open(credential, cancel);
            if (tool.Writes is { } branch) workspace.Access.RequireBranch(tool.Verb, arguments.Branch(branch));
            else workspace.Access.RequireVerb(tool.Verb);
            var answer = tool.Body(new ToolCall(workspace, _files, arguments, progress, cancel));
            var text = answer.Text;
            return text.Length <= MostCharacters ? (text, answer.IsError) : throw new DbVcException(FailureKind.Failed, "mcp.too-large",
                $"The answer has {text.Length} characters; more than {MostCharacters} are not sent.", tool.Name, "Ask for less: fewer rows, one table.");
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return (PlainJson.Write(Failures.Tell(failure).ToJson()), true);
        }
    }
}
