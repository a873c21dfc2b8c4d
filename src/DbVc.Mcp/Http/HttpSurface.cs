using DbVc.Documents;
using DbVc.Http;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DbVc.Mcp;

/// <summary>
/// Serves many clients over HTTP. Each request shows a token, and is answered as whoever that stands for; no state is kept between requests, so there is
/// no session to steal or to pile up.
/// </summary>
internal static class HttpSurface
{
    public const long MostBytes = 1024 * 1024;
    private const int MostConnections = 64;
    private static readonly object s_credential = new();

    /// <summary>Serves until it is stopped.</summary>
    public static async Task ServeAsync(McpSettings settings, ToolRunner runner, CancellationToken stop)
    {
        var gate = new TokenGate(runner.Open, FindOwnToken(runner, stop));
        var app = Build(settings, runner, gate);
        await using (app.ConfigureAwait(false))
        {
            await app.StartAsync(stop).ConfigureAwait(false);
            foreach (var url in app.Urls) await Console.Error.WriteLineAsync($"db-vc mcp: serving at {url}").ConfigureAwait(false);
            if (settings.Urls.Any(url => !HostCheck.IsLoopback(url) && url.StartsWith("http://", StringComparison.OrdinalIgnoreCase)))
            {
                await Console.Error.WriteLineAsync("db-vc mcp: others on the network reach this, and tokens travel unencrypted: put TLS in front of it.")
                    .ConfigureAwait(false);
            }

            await app.WaitForShutdownAsync(stop).ConfigureAwait(false);
        }
    }

    private static WebApplication Build(McpSettings settings, ToolRunner runner, TokenGate gate)
    {
        // Nothing is read from the environment or from files of the folder that the server happens to stand in.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBytes;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
        });
        builder.Services.AddMcpServer().WithHttpTransport(http => http.ConfigureSessionOptions = (context, options, _) =>
        {
            new McpSurface(runner, (Credential)context.Items[s_credential]!).Configure(options);
            return Task.CompletedTask;
        });
        var app = builder.Build();
        var hosts = new HostCheck(settings.Urls, settings.Hosts);
        app.Use((context, next) => hosts.Allows(context.Request) ? next(context) : RefuseAsync(context, StatusCodes.Status421MisdirectedRequest,
            new FailureText("mcp.host", "This server does not answer under that name.", null, "db-vc mcp --host NAME lets it.")));
        app.Use((context, next) => hosts.AllowsOrigin(context.Request) ? next(context) : RefuseAsync(context, StatusCodes.Status403Forbidden,
            new FailureText("mcp.origin", "Pages of other sites are not answered.")));
        app.Use((context, next) => AuthenticateAsync(context, next, gate));
        app.MapMcp("/mcp");
        return app;
    }

    private static async Task AuthenticateAsync(HttpContext context, RequestDelegate next, TokenGate gate)
    {
        try
        {
            context.Items[s_credential] = gate.Admit(context.Request.Headers.Authorization, context.RequestAborted);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Refused)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer realm=\"db-vc\"";
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, Failures.Tell(failure)).ConfigureAwait(false);
            return;
        }

        await next(context).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context, int status, FailureText failure)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(PlainJson.Write(failure.ToJson()));
    }

    private static string? FindOwnToken(ToolRunner runner, CancellationToken cancel)
    {
        using var workspace = runner.Open(Credential.None, cancel);
        var own = TokenGate.FindOwnToken(workspace);
        if (own is not null && Credential.OfProcess().Token is null)
            Console.Error.WriteLine($"db-vc mcp: nobody is known to this repository; clients show this token until the server ends: {own}");
        return own;
    }
}
