using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>What somebody is.</summary>
public enum IdentityKind
{
    Person,
    Agent,

    /// <summary>A program that no person sits at, such as a scheduler.</summary>
    Service,
}

/// <summary>Somebody that the repository knows.</summary>
/// <param name="Name">Unique whatever the case; the author of their commits.</param>
/// <param name="Mail">May be empty.</param>
/// <param name="Kind">Person, agent or service.</param>
/// <param name="Role">What they may do.</param>
/// <param name="Logins">Names of users of the operating system that they are recognised by.</param>
public sealed record Identity(string Name, string Mail, IdentityKind Kind, Role Role, IReadOnlyList<string> Logins)
{
    /// <summary>As author of commits; what an agent commits needs gates to reach a protected branch.</summary>
    public Author ToAuthor() => new(Name, Mail, Kind == IdentityKind.Agent ? AuthorKind.Agent : AuthorKind.Human);
}

/// <summary>A token of an identity; the token itself is known to whoever got it, and to nobody else.</summary>
/// <param name="Id">Names it in lists.</param>
/// <param name="User">The identity's name.</param>
/// <param name="Role">At most the identity's; less is the token's own bound.</param>
/// <param name="Branches">Patterns of the branches that it may change; none for all.</param>
/// <param name="Digest">SHA-256 of the token, in base64.</param>
/// <param name="End">Its last four characters.</param>
public sealed record AccessToken(
    string Id, string User, Role Role, IReadOnlyList<string> Branches, string Digest, string End, DateTimeOffset Created, DateTimeOffset? Expires)
{
    /// <summary>When it was revoked; null for not yet.</summary>
    public DateTimeOffset? Revoked { get; init; }
}

/// <summary>Who may do what in a repository, as it is kept in the store: one document, whose hash every change of it writes to the operation log.</summary>
internal sealed record AccessRecord(IReadOnlyList<Identity> Users, IReadOnlyList<AccessToken> Tokens)
{
    public const string Collection = "access";
    public const string Id = "access";

    private static AccessRecord Empty { get; } = new([], []);

    /// <summary>What was said about branches; what nothing was said about has its default.</summary>
    public IReadOnlyList<BranchRule> Rules { get; init; } = [];

    /// <summary>True where nobody is known: whoever reaches the folder is its administrator.</summary>
    [JsonIgnore]
    public bool IsOpen => Users.Count == 0;

    public static AccessRecord Read(IRepositoryStore store) =>
        store.ReadDocument(Collection, Id) is { } body ? JsonSerializer.Deserialize(body, AccessJson.Default.AccessRecord)! : Empty;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, AccessJson.Default.AccessRecord);

    public Identity? FindUser(string name) => Users.FirstOrDefault(u => u.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Patterns are names with <c>*</c> and <c>?</c>.</summary>
    public static bool Matches(string pattern, BranchName branch) => FileSystemName.MatchesSimpleExpression(pattern, branch.Text, ignoreCase: false);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AccessRecord))]
internal sealed partial class AccessJson : JsonSerializerContext;
