using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace DbVc.Server;

/// <summary>
/// The dashboard's files, which lie beside the server. They are the same for everybody and hold nothing of the repository: what a page shows it asks for.
/// Every path that is nothing else is a page, and a page is always the same file.
/// </summary>
internal static class DashboardFiles
{
    private const string Index = "/index.html";

    /// <summary>What pages may load and do: nothing from elsewhere, and no code or style that stands in a page.</summary>
    public const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const string NotBuilt = """
        The dashboard is not built. In the source of db-vc, ./dev publish builds it; by hand:
          cd dashboard && npm ci && npm run build
        and then start the server from what was published. GET /api/v1/openapi.json describes what else is answered here.

        """;

    /// <summary>Paths below these are never pages.</summary>
    private static readonly string[] s_others = ["/api", "/login", "/logout", "/healthz", "/readyz", "/metrics"];

    /// <summary>Goes behind routing: what has an endpoint is left alone.</summary>
    public static void Use(WebApplication app, string? folder = null)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "dashboard");
        if (!File.Exists(folder + Index))
        {
            app.Use((context, next) => IsPage(context) ? WriteNotBuiltAsync(context) : next(context));
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.Use((context, next) =>
        {
            if (IsPage(context) && !files.GetFileInfo(context.Request.Path).Exists && !IsAsset(context.Request.Path)) context.Request.Path = Index;
            return next(context);
        });
        app.UseWhen(IsPage, pages => pages.UseStaticFiles(new StaticFileOptions { FileProvider = files, OnPrepareResponse = Describe }));
    }

    private static bool IsPage(HttpContext context) => context.GetEndpoint() is null
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && !s_others.Any(other => context.Request.Path.StartsWithSegments(other));

    private static bool IsAsset(PathString path) => path.StartsWithSegments("/assets");

    /// <summary>Names of assets hold a hash of what is in them; whatever else there is may be another one tomorrow.</summary>
    private static void Describe(StaticFileResponseContext context)
    {
        var headers = context.Context.Response.Headers;
        headers.CacheControl = IsAsset(context.Context.Request.Path) ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ContentSecurityPolicy = Policy;
    }

    private static Task WriteNotBuiltAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(NotBuilt);
    }
}
