using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>How a verb ended, with what is still to be sent.</summary>
/// <param name="Exit">The exit code that the command line would have.</param>
/// <param name="ContentType">Of the answer.</param>
internal sealed record VerbOutcome(int Exit, string ContentType)
{
    /// <summary>How a command ended whose answer this is: 0, or what it would have been on the command line.</summary>
    public const string ExitHeader = "Db-Vc-Exit";

    /// <summary>A short answer; null for one that was sent as it came.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The file that the answer is; null for none.</summary>
    public string? File { get; init; }

    /// <summary>Where the branch is that the answer is about; null for none.</summary>
    public string? Head { get; init; }

    public async Task SendAsync(HttpContext http)
    {
        if (Body is null && File is null) return;
        http.Response.ContentType = ContentType;
        http.Response.Headers[ExitHeader] = Exit.ToString(CultureInfo.InvariantCulture);
        if (Head is not null) http.Response.Headers.ETag = $"\"{Head}\"";
        if (File is not null)
        {
            http.Response.Headers.ContentDisposition = $"attachment; filename=\"{Path.GetFileName(File)}\"";
            await http.Response.SendFileAsync(File, http.RequestAborted).ConfigureAwait(false);
            return;
        }

        http.Response.ContentLength = Body!.Length;
        await http.Response.Body.WriteAsync(Body, http.RequestAborted).ConfigureAwait(false);
    }
}
