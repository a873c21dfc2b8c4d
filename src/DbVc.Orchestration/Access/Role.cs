using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>What somebody may do; each role may all that the one before it may.</summary>
public enum Role
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Works on branches that are not protected.</summary>
    Agent,

    /// <summary>Merges what has passed.</summary>
    Author,

    /// <summary>Approves, and takes back what is on a protected branch.</summary>
    Reviewer,

    /// <summary>Decides who may do what, and keeps the repository.</summary>
    Admin,
}

/// <summary>Roles and kinds as they are written.</summary>
public static class RoleNames
{
    /// <summary>All roles, from the one that may least.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetNames<Role>().Select(name => name.ToLowerInvariant())];

    /// <summary>What an identity can be.</summary>
    public static IReadOnlyList<string> Kinds { get; } = [.. Enum.GetNames<IdentityKind>().Select(name => name.ToLowerInvariant())];

    /// <summary>The role's name.</summary>
    public static string Text(this Role role) => role.ToString().ToLowerInvariant();

    /// <summary>Throws usage failure <c>role.unknown</c>.</summary>
    public static Role Parse(string text) => ParseWord<Role>(text, "role.unknown", "role", All);

    /// <summary>Throws usage failure <c>user.kind</c>.</summary>
    internal static IdentityKind ParseKind(string text) => ParseWord<IdentityKind>(text, "user.kind", "kind", Kinds);

    private static T ParseWord<T>(string text, string code, string what, IReadOnlyList<string> words)
        where T : struct, Enum => words.Contains(text) && Enum.TryParse<T>(text, ignoreCase: true, out var value)
        ? value
        : throw new DbVcException(FailureKind.Usage, code, $"'{text}' is no {what}.", hint: $"One of: {string.Join(", ", words)}.");
}
