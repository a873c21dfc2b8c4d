using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace DbVc.Server;

/// <summary>Files that somebody brings, so that verbs can name them.</summary>
internal static class FileRoutes
{
    /// <summary>Bytes of one file.</summary>
    public const long MostBytes = 4L * 1024 * 1024 * 1024;

    /// <summary>Whoever may have something made of a file may bring one.</summary>
    private const string Verb = "agent create";

    private const string Route = $"{Endpoint.Root}files/{{folder}}/{{name}}";

    public static void Map(WebApplication app, Host host)
    {
        Uploads Of(HttpContext context) => new(host.Control, ApiServer.VisitorOf(context).Name);
        app.MapGet($"{Endpoint.Root}files", context => context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["files"] = new JsonArray([.. Of(context).List().Select(f => (JsonNode)new JsonObject
            {
                ["name"] = f.Name,
                ["bytes"] = f.Bytes,
                ["time"] = f.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
            })]),
        }));
        app.MapPut(Route, async context =>
        {
            using (var workspace = host.Open(ApiServer.VisitorOf(context).Credential, context.RequestAborted)) workspace.Access.RequireVerb(Verb);
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MostBytes;
            var size = await Of(context).KeepAsync(NameOf(context), context.Request.Body, MostBytes, context.RequestAborted).ConfigureAwait(false);
            await context.Response.WriteAsJsonAsync(new JsonObject { ["name"] = NameOf(context), ["bytes"] = size }).ConfigureAwait(false);
        });
        app.MapDelete(Route, context =>
        {
            Of(context).Remove(NameOf(context));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
    }

    private static string NameOf(HttpContext context) => $"{context.GetRouteValue("folder")}/{context.GetRouteValue("name")}";
}
