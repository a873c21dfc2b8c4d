using System.Net;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DbVc.Server;

/// <summary>
/// The repository over HTTP, for reading, on loopback only. Each endpoint opens the workspace, calls one method and renders the answer;
/// it decides nothing. Requests that name another host than loopback are refused, so no web page can reach it through a name of its own.
/// </summary>
public static class ReadOnlyApi
{
    private const int MaxCommits = 1000;

    /// <summary>Builds the server for the repository of a folder.</summary>
    /// <param name="folder">The repository, or a folder in it.</param>
    /// <param name="port">0 takes a free one.</param>
    public static WebApplication Create(string folder, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
        });
        var api = builder.Build();
        api.Use(RefuseForeignHosts);
        api.Use(ReportFailures);
        api.MapGet("/healthz", () => Results.Text("ok"));
        api.MapGet("/api/v1/status", (CancellationToken cancel) => Read(folder, cancel, workspace => ApiDocuments.Status(workspace.Status(cancel))));
        api.MapGet("/api/v1/branches", (CancellationToken cancel) => Read(folder, cancel, workspace => ApiDocuments.Branches(workspace.Branches.List())));
        api.MapGet("/api/v1/log", (CancellationToken cancel, string revision = "HEAD", int limit = 50) => Read(folder, cancel, workspace =>
            ApiDocuments.Log(workspace.History.Log(new LogRequest(revision, Math.Clamp(limit, 1, MaxCommits), null, AllBranches: false)))));
        return api;
    }

    private static IResult Read(string folder, CancellationToken cancel, Func<Workspace, System.Text.Json.Nodes.JsonNode> read)
    {
        var options = new WorkspaceOptions(TimeProvider.System, new Author("server", "", AuthorKind.System), "");
        using var workspace = Workspace.Open(folder, options, cancel);
        return Results.Text(read(workspace).ToJsonString(), "application/json");
    }

    private static Task RefuseForeignHosts(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Host.Host is "127.0.0.1" or "localhost") return next(context);
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync("This server answers on loopback only.");
    }

    /// <summary>Failures as problem details (RFC 9457).</summary>
    private static async Task ReportFailures(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (DbVcException failure)
        {
            context.Response.StatusCode = failure.Kind switch
            {
                FailureKind.Usage => StatusCodes.Status400BadRequest,
                FailureKind.Refused => StatusCodes.Status403Forbidden,
                FailureKind.Conflict or FailureKind.Locked => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status500InternalServerError,
            };
            context.Response.ContentType = "application/problem+json";
            await context.Response.WriteAsync(ApiDocuments.Problem(failure, context.Response.StatusCode).ToJsonString());
        }
    }
}
