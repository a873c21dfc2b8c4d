using DbVc.Model;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>What those ask who run the server.</summary>
internal static class OperationRoutes
{
    /// <summary>Whether the repository opens; why not is not told here, where nobody showed who they are.</summary>
    public static async Task ReadyAsync(HttpContext context, Host host)
    {
        try
        {
            host.Look();
            await context.Response.WriteAsync("ready").ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is DbVcException or IOException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsync("not ready").ConfigureAwait(false);
        }
    }
}
