using System.Text.Json.Serialization;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// For whom work is done later, and the most that they might do when they asked for it. It holds no secret, and gives nothing back that was taken away: what
/// they may do then is found out when the work is done, and the lesser of both holds.
/// </summary>
/// <param name="Name">Who asked; they stay the starter of what is done.</param>
/// <param name="Mail">Of their commits; may be empty.</param>
/// <param name="Kind">Of their commits.</param>
/// <param name="Role">What they might do then.</param>
public sealed record Mandate(string Name, string Mail, AuthorKind Kind, Role Role)
{
    /// <summary>The id of the token that they showed, which bounds them as long as it holds and ends the mandate when it does not; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>The branches to which the surface held them; null for no bound.</summary>
    public IReadOnlyList<string>? Branches { get; init; }

    /// <summary>The folder to whose files the surface held them; null for no bound.</summary>
    public string? Files { get; init; }

    /// <summary>True where they are in the mandate because the repository knew them.</summary>
    public bool IsKnown { get; init; }

    [JsonIgnore]
    internal Author Author => new(Name, Mail, Kind);

    /// <summary>Of whoever acts now.</summary>
    internal static Mandate Of(WorkspaceContext context)
    {
        var (caller, files) = (context.Guard.Caller, context.Options.Files);
        return new Mandate(caller.Author.Name, caller.Author.Email, caller.Author.Kind, caller.Role)
        {
            Token = caller.Token?.Id,
            Branches = caller.Bound?.Branches,
            Files = files?.Folder,
            IsKnown = caller.User is not null,
        };
    }

    /// <summary>What a workspace needs that acts for them: nothing of what the process itself may show.</summary>
    internal WorkspaceOptions ApplyTo(WorkspaceOptions options) => options with
    {
        Mandate = this,
        User = Author,
        Credential = Credential.None,
        Bound = Branches is null ? null : new CallerBound(Branches),
        Files = Files is null ? null : new FileBound(Files),
    };

    /// <summary>Who acts, and how far. Throws kind Refused, <c>mandate.unknown</c>, <c>mandate.token</c>, where it does not hold any more.</summary>
    internal Caller Find(AccessRecord access, DateTimeOffset now)
    {
        if (access.IsOpen) return new Caller(Author, Role, null, null);
        // Asked for while nobody was known, by whoever was there: nobody's now, whatever they called themselves.
        if (!IsKnown || access.FindUser(Name) is not { } user)
            throw Refuse("mandate.unknown", $"{Name}, who asked for this, is not known to this repository{(IsKnown ? " any more" : "")}.");
        var token = Token is null ? null : access.Tokens.FirstOrDefault(t => t.Id == Token);
        if (Token is not null && (token is null || token.User != user.Name || token.Revoked is not null || token.Expires <= now))
            throw Refuse("mandate.token", $"The token {Token}, with which {Name} asked for this, does not hold any more.");
        var most = token is not null && token.Role < user.Role ? token.Role : user.Role;
        return new Caller(user.ToAuthor(), most < Role ? most : Role, user, token);
    }

    private static DbVcException Refuse(string code, string message) => new(FailureKind.Refused, code, message,
        hint: "Somebody who may asks for it again.");
}
