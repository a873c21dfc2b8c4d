using System.Text.Json.Nodes;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DbVc.Server;

/// <summary>Browsers come in with a token that a person types, or with the link that the server said when it began; and go out again.</summary>
internal static class LoginRoutes
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/login", FollowLink).WithMetadata(OpenToAll.Is);
        app.MapPost("/login", LogInAsync).WithMetadata(OpenToAll.Is);
        app.MapPost("/logout", LogOut).WithMetadata(OpenToAll.Is);
        app.MapGet($"{Endpoint.Root}me", context => WriteAsync(context, ApiServer.VisitorOf(context)));
    }

    /// <summary>The link; without a code the page of the dashboard asks for a token.</summary>
    private static void FollowLink(HttpContext context)
    {
        if (context.Request.Query["code"] is not [{ Length: > 0 and < 200 } code])
        {
            context.Response.Redirect("/");
            return;
        }

        var sessions = context.RequestServices.GetRequiredService<Sessions>();
        var credential = sessions.TakeLink(code) ?? throw new DbVcException(FailureKind.Refused, "login.wrong", "This link was used, or is too old.", "code",
            "Start the server again, or log in with a token.");
        sessions.Begin(context, credential);
        context.Response.Redirect("/");
    }

    private static async Task LogInAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
            throw new BadHttpRequestException("The body has to be application/json.", StatusCodes.Status415UnsupportedMediaType);
        if (await ReadAsync(context).ConfigureAwait(false) is not JsonObject body || body["token"] is not JsonValue given
            || !given.TryGetValue<string>(out var token))
            throw new DbVcException(FailureKind.Usage, "request.body", "The body has one member, token.", "/token", "{\"token\": \"dbvc_…\"}");
        var credential = new Credential(token.Trim(), null);
        var visitor = context.RequestServices.GetRequiredService<Doorkeeper>().Admit(credential, isSession: true, context);
        context.RequestServices.GetRequiredService<Sessions>().Begin(context, credential);
        await WriteAsync(context, visitor).ConfigureAwait(false);
    }

    private static async Task<JsonNode?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted).ConfigureAwait(false);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static void LogOut(HttpContext context)
    {
        Sessions.End(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static Task WriteAsync(HttpContext context, Visitor visitor) =>
        context.Response.WriteAsJsonAsync(new JsonObject { ["name"] = visitor.Name, ["role"] = visitor.Role });
}
