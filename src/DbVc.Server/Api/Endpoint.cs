using DbVc.Commands;

namespace DbVc.Server;

/// <summary>A verb over HTTP.</summary>
/// <param name="Verb">Its words, as <c>branch create</c>.</param>
/// <param name="Command">The verb itself.</param>
internal sealed record Endpoint(string Verb, Verb Command)
{
    public const string Root = "/api/v1/";

    /// <summary>As requests write them, without those that are not offered.</summary>
    public required IReadOnlyList<Parameter> Parameters { get; init; }

    /// <summary>Those of a GET, which changes nothing; null where there is no GET.</summary>
    public IReadOnlyList<Parameter>? Asked { get; init; }

    /// <summary>The parameter that names the branch to which <c>If-Match</c> holds the request; null where there is none.</summary>
    public string? Ref { get; init; }

    public string Path => Root + Verb.Replace(' ', '/');

    public string Description => Command.Description ?? "";
}
