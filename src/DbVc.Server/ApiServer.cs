using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using DbVc.Documents;
using DbVc.Http;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DbVc.Server;

/// <summary>
/// The repository over HTTP. Every request passes the same checks in the same order (name of the host, origin, who asks), and then runs one verb as whoever
/// asks; the server decides nothing that the command line does not.
/// </summary>
internal static class ApiServer
{
    /// <summary>Bytes of a request for a verb.</summary>
    private const long MostBytes = 1024 * 1024;

    private const int MostConnections = 4096;

    /// <summary>Builds the server. Throws usage failures for a certificate that cannot be read, and for addresses that others reach without tokens.</summary>
    /// <param name="settings">Of the command line.</param>
    /// <param name="log">Where the log goes; null for nowhere.</param>
    public static WebApplication Build(ServerSettings settings, Action<ILoggingBuilder>? log = null)
    {
        var host = new Host(settings);
        Uploads.Sweep(host.Control);
        if (Directory.Exists(host.Answers)) Directory.Delete(host.Answers, recursive: true);
        var own = OwnToken.Find(host);
        RefuseStrangers(settings, own);
        // Nothing is read from the environment or from files of the folder that the server happens to stand in.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Services.AddDataProtection().SetApplicationName("db-vc").PersistKeysToFileSystem(Directory.CreateDirectory(
            Path.Combine(host.Control, "server-keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        builder.Services.AddSingleton(host).AddSingleton<Workload>().AddSingleton<VerbHandler>().AddSingleton<Sessions>().AddSingleton<Doorkeeper>();
        builder.Services.AddSingleton(new TokenGate(host.Open, own));
        if (settings.Works) builder.Services.AddHostedService<BackgroundWork>();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("DbVc", LogLevel.Information)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        log?.Invoke(builder.Logging);
        builder.WebHost.UseUrls([.. settings.Urls]).UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Limit(kestrel, settings));
        var app = builder.Build();
        Guard(app, settings);
        app.UseRouting();
        app.Use(AuthenticateAsync);
        Map(app, host);
        DashboardFiles.Use(app);
        return app;
    }

    /// <summary>What is said once it listens.</summary>
    public static IEnumerable<string> Greeting(WebApplication app, ServerSettings settings)
    {
        var host = app.Services.GetRequiredService<Host>();
        var url = app.Urls.First();
        yield return $"db-vc serve: {string.Join(", ", app.Urls)} serves {host.Folder}";
        if (OwnToken.Find(host) is { } token)
        {
            yield return $"  nobody is known to this repository; the token is in {Path.Combine(host.Control, OwnToken.FileName)}";
            var code = app.Services.GetRequiredService<Sessions>().MakeLink(new Credential(token, null));
            yield return $"  to log in once, within ten minutes: {url}/login?code={code}";
        }
        else
        {
            yield return "  clients show a token: db-vc token create";
        }

        if (settings.Urls.Any(address => !HostCheck.IsLoopback(address) && address.StartsWith("http://", StringComparison.OrdinalIgnoreCase)))
            yield return "  others on the network reach this, and tokens travel unencrypted: use https with --certificate, or put TLS in front of it";
    }

    /// <summary>Where nobody is known there is one token for everything: that stays on this machine.</summary>
    private static void RefuseStrangers(ServerSettings settings, string? own)
    {
        if (own is null || settings.Urls.FirstOrDefault(url => !HostCheck.IsLoopback(url)) is not { } open) return;
        throw new DbVcException(FailureKind.Refused, "serve.open", $"Others would reach {open}, and this repository knows nobody.", "--urls",
            "Make users first: db-vc user add NAME --role admin; then db-vc token create.");
    }

    private static void Limit(KestrelServerOptions kestrel, ServerSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MostBytes;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        kestrel.Limits.MinResponseDataRate = new MinDataRate(16 * 1024, TimeSpan.FromSeconds(15));
        if (settings.Certificate is not { } path) return;
        var certificate = X509Certificate2.CreateFromPemFile(path, settings.Key);
        kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate);
    }

    private static void Guard(WebApplication app, ServerSettings settings)
    {
        var hosts = new HostCheck(settings.Urls, settings.Hosts);
        app.Use(ReportAsync);
        app.Use((context, next) => hosts.Allows(context.Request) ? next(context) : new Problem(StatusCodes.Status421MisdirectedRequest,
            "serve.host", "This server does not answer under that name.", null, "db-vc serve --host NAME lets it.").WriteAsync(context.Response));
        app.Use((context, next) => hosts.AllowsOrigin(context.Request) ? next(context) : new Problem(StatusCodes.Status403Forbidden,
            "serve.origin", "Pages of other sites are not answered.").WriteAsync(context.Response));
    }

    /// <summary>Failures as problem details, and one line of the log for each request.</summary>
    private static async Task ReportAsync(HttpContext context, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        var log = context.RequestServices.GetRequiredService<ILogger<VerbHandler>>();
        SecureHeaders(context.Response);
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, HasStarted: false } missing
                && missing.ContentType is null)
            {
                await (missing.StatusCode == StatusCodes.Status404NotFound
                    ? new Problem(missing.StatusCode, "path.missing", "There is nothing here.", context.Request.Path,
                        "GET /api/v1/openapi.json lists what there is.")
                    : new Problem(missing.StatusCode, "method.other", "This is asked in another way.", context.Request.Path, missing.Headers.Allow))
                    .WriteAsync(missing).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The edge of the program: whatever happens becomes an answer.
        catch (Exception failure) when (!context.Response.HasStarted)
#pragma warning restore CA1031
        {
            var problem = Problem.Of(failure);
            if (problem.Status == StatusCodes.Status500InternalServerError) LogMessages.Failed(log, context.Request.Path, failure);
            await problem.WriteAsync(context.Response).ConfigureAwait(false);
        }

        LogMessages.Answered(log, context.Request.Method, context.Request.Path, context.Response.StatusCode,
            (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds, (context.Items[nameof(Visitor)] as Visitor)?.Name ?? "-");
    }

    private static void SecureHeaders(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
    }

    private static async Task AuthenticateAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null || !context.Request.Path.StartsWithSegments("/api"))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var visitor = context.RequestServices.GetRequiredService<Doorkeeper>().Admit(context);
        context.Items[nameof(Visitor)] = visitor;
        // A browser sends the cookie whoever wrote the page; of pages of this server it also says that they are.
        if (visitor.IsSession && !IsOwnPage(context.Request))
        {
            throw new DbVcException(FailureKind.Refused, "serve.origin", "A request of a browser that may change something says of which page it is.", "Origin",
                "Programs show a token and no cookie.");
        }

        await next(context).ConfigureAwait(false);
    }

    /// <summary>Another port of this machine is another site, and its pages are not ours.</summary>
    private static bool IsOwnPage(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method)) return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var page)
            && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }

    private static void Map(WebApplication app, Host host)
    {
        app.MapGet("/healthz", () => Results.Text("ok")).WithMetadata(OpenToAll.Is);
        app.MapGet("/readyz", context => OperationRoutes.ReadyAsync(context, host)).WithMetadata(OpenToAll.Is);
        LoginRoutes.Map(app);
        FileRoutes.Map(app, host);
        var document = new Lazy<byte[]>(() => OpenApiDocument.Write(ApiTable.All));
        app.MapGet($"{Endpoint.Root}openapi.json", () => Results.Bytes(document.Value, "application/json")).WithMetadata(OpenToAll.Is);
        var verbs = app.Services.GetRequiredService<VerbHandler>();
        foreach (var endpoint in ApiTable.All)
        {
            Task HandleAsync(HttpContext context) => verbs.HandleAsync(endpoint, context, VisitorOf(context));
            app.MapPost(endpoint.Path, HandleAsync);
            if (endpoint.Asked is not null) app.MapGet(endpoint.Path, HandleAsync);
        }
    }

    /// <summary>Who was let in.</summary>
    public static Visitor VisitorOf(HttpContext context) => (Visitor)context.Items[nameof(Visitor)]!;
}

/// <summary>Marks what is answered to whoever reaches the port: nothing that is the repository's.</summary>
internal sealed record OpenToAll
{
    public static OpenToAll Is { get; } = new();
}
