using System.Text;
using System.Text.Json;
using DbVc.Commands;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DbVc.Server;

/// <summary>Answers requests for verbs: reads one, runs the command that it is, in process, and sends what that said.</summary>
internal sealed class VerbHandler(Host host, Workload workload, IHostApplicationLifetime life, ILogger<VerbHandler> log)
{
    private const string ReplayedHeader = "Idempotent-Replayed";

    private readonly CommandLine _commands = new();

    /// <summary>Throws what is wrong with the request, and what the command throws, unless the answer is on its way.</summary>
    public async Task HandleAsync(Endpoint endpoint, HttpContext http, Visitor visitor)
    {
        var uploads = new Uploads(host.Control, visitor.Name);
        var scratch = Path.Combine(host.Answers, Path.GetRandomFileName());
        try
        {
            var request = await VerbRequest.ReadAsync(endpoint, http, uploads, scratch).ConfigureAwait(false);
            if (request.Made is not null) Directory.CreateDirectory(scratch);
            using var turn = await workload.EnterAsync(endpoint.Asked is not null, visitor.Name, http.RequestAborted).ConfigureAwait(false);
            if (request.Key is not null) await RunOnceAsync(request, http, visitor, uploads).ConfigureAwait(false);
            else await (await RunAsync(request, http, visitor, uploads, http.RequestAborted).ConfigureAwait(false)).SendAsync(http).ConfigureAwait(false);
        }
        finally
        {
            if (Directory.Exists(scratch)) Directory.Delete(scratch, recursive: true);
        }
    }

    /// <summary>The same, unless it was done before under this key. It goes on where the client goes away, and its answer is kept before it is sent.</summary>
    private async Task RunOnceAsync(VerbRequest request, HttpContext http, Visitor visitor, Uploads uploads)
    {
        using var workspace = host.Open(visitor.Credential, http.RequestAborted);
        if (workspace.Answers.Begin(request.Key!, request.Text) is { } kept)
        {
            await ReplayAsync(kept, http.Response).ConfigureAwait(false);
            return;
        }

        var before = LatestOf(workspace);
        VerbOutcome outcome;
        try
        {
            outcome = await RunAsync(request, http, visitor, uploads, life.ApplicationStopping).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // What waited in vain, or was cut off before it did anything, may come again; all else was answered so.
            if (failure is not DbVcException { Kind: not FailureKind.Locked } && LatestOf(workspace) == before) workspace.Answers.Forget(request.Key!);
            else workspace.Answers.End(request.Key!, request.Text, KeptOf(Problem.Of(failure)));
            throw;
        }

        workspace.Answers.End(request.Key!, request.Text, new KeptAnswer("", default)
        {
            Status = StatusCodes.Status200OK,
            ContentType = outcome.ContentType,
            Exit = outcome.Exit,
            Body = outcome.Body,
        });
        await outcome.SendAsync(http).ConfigureAwait(false);
    }

    /// <summary>The number of the newest operation.</summary>
    private static long LatestOf(Workspace workspace) => workspace.History.Operations(1) is [var newest] ? newest.Number : 0;

    private static KeptAnswer KeptOf(Problem problem) => new("", default)
    {
        Status = problem.Status,
        ContentType = Problem.ContentType,
        Exit = problem.Exit,
        Body = Encoding.UTF8.GetBytes(problem.Text),
    };

    private static async Task ReplayAsync(KeptAnswer kept, HttpResponse response)
    {
        if (kept.Body is null)
        {
            throw new DbVcException(FailureKind.Conflict, "request.answered", "This was done and answered; the answer was too large to be kept.",
                "Idempotency-Key", "Look at what it did: GET /api/v1/op/log.");
        }

        response.StatusCode = kept.Status!.Value;
        response.ContentType = kept.ContentType;
        response.Headers[ReplayedHeader] = "true";
        response.Headers[VerbOutcome.ExitHeader] = kept.Exit.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await response.Body.WriteAsync(kept.Body).ConfigureAwait(false);
    }

    private async Task<VerbOutcome> RunAsync(VerbRequest request, HttpContext http, Visitor visitor, Uploads uploads, CancellationToken cancel) =>
        // On a thread of its own: a command works and waits there as it does in a process.
        await Task.Factory.StartNew(() => request.Form == AnswerForm.Console
            ? RunForConsole(request, http, visitor, uploads, cancel)
            : RunForAnswer(request, http, visitor, uploads, cancel), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .ConfigureAwait(false);

    private VerbOutcome RunForAnswer(VerbRequest request, HttpContext http, Visitor visitor, Uploads uploads, CancellationToken cancel)
    {
        var type = request.Form switch
        {
            AnswerForm.Document => "application/json",
            AnswerForm.Csv => "text/csv; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        };
        using var answer = new AnswerStream(http.Response, type, http.RequestAborted) { IsHeld = request.Key is not null };
        int exit;
        try
        {
            using var text = new StreamWriter(answer, new UTF8Encoding(false), leaveOpen: true);
            using var said = new SaidPaths(text, FoldersOf(request, uploads));
            exit = Execute(request, new Terminal(said, TextWriter.Null, TextReader.Null), visitor, uploads, cancel);
        }
        catch (Exception failure) when (answer.IsSent)
        {
            // The status is sent already: only a broken connection says that the rest is missing.
            if (failure is not OperationCanceledException) LogMessages.Broken(log, request.Endpoint.Verb, failure);
            http.Abort();
            return new VerbOutcome((int)FailureKind.Failed, type);
        }

        if (request.Made is { } file && File.Exists(file)) return new VerbOutcome(exit, "application/octet-stream") { File = file };
        if (answer.IsSent)
        {
            answer.SendHeld();
            return new VerbOutcome(exit, type);
        }

        var body = answer.Held.ToArray();
        return new VerbOutcome(exit, type) { Body = body, Head = request.Form == AnswerForm.Document ? FindHead(request, body) : null };
    }

    /// <summary>A branch's own document says where it is; that is its tag.</summary>
    private static string? FindHead(VerbRequest request, byte[] body)
    {
        if (request.Endpoint.Verb is not ("branch show" or "branch create" or "status")) return null;
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("head", out var head) ? head.GetString() : null;
    }

    private VerbOutcome RunForConsole(VerbRequest request, HttpContext http, Visitor visitor, Uploads uploads, CancellationToken cancel)
    {
        using var answer = new AnswerStream(http.Response, ConsoleFrames.ContentType, http.RequestAborted);
        var frames = new ConsoleFrames(answer);
        var wish = ConsoleWish.Of(http.Request);
        var folders = FoldersOf(request, uploads);
        using var text = new SaidPaths(frames.Out, folders);
        using var error = new SaidPaths(frames.Error, folders);
        var terminal = wish.Terminal(text, error);
        int exit;
        try
        {
            exit = Execute(request, terminal, visitor, uploads, cancel, wish.IsJson);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (failure is not DbVcException) LogMessages.Failed(log, request.Endpoint.Verb, failure);
            var told = failure as DbVcException ?? new DbVcException(FailureKind.Failed, "internal", Problem.Of(failure).Message);
            exit = FailureReport.Write(told, new Output(terminal, wish.IsJson), interrupted: false);
        }

        text.Flush();
        error.Flush();
        if (request.Made is { } file && File.Exists(file)) frames.File(file);
        frames.Exit(exit);
        return new VerbOutcome(exit, ConsoleFrames.ContentType);
    }

    /// <summary>Before names of files: the innermost first.</summary>
    private static string[] FoldersOf(VerbRequest request, Uploads uploads) =>
        [.. request.Made is { } made ? [Path.GetDirectoryName(made)!] : Array.Empty<string>(), uploads.Folder];

    private int Execute(
        VerbRequest request, Terminal terminal, Visitor visitor, Uploads uploads, CancellationToken cancel, bool isJson = false)
    {
        isJson |= request.Form == AnswerForm.Document;
        string[] options = [.. isJson ? ["--json"] : Array.Empty<string>(), .. request.Form == AnswerForm.Csv ? ["--csv"] : Array.Empty<string>()];
        var parsed = _commands.Parse(CommandWords.Of(request.Endpoint, request.Given, host.Folder, options));
        var surroundings = host.SurroundingsOf(visitor, uploads.Bound, request.Expected);
        var exit = CommandLine.RunAsync(parsed, new Output(terminal, isJson), surroundings, cancel).GetAwaiter().GetResult();
        terminal.Flush();
        return exit;
    }
}
