namespace DbVc.Model;

/// <summary>Who or what made a commit.</summary>
public enum AuthorKind
{
    Human,
    Agent,

    /// <summary>Somebody who wrote to the live database past db-vc.</summary>
    External,
    System,
}

/// <summary>The author of a commit.</summary>
public sealed record Author(string Name, string Email, AuthorKind Kind)
{
    /// <summary>Changes that were found in the live database and that nobody committed.</summary>
    public static Author External { get; } = new("external", "", AuthorKind.External);

    public override string ToString() => Email.Length == 0 ? Name : $"{Name} <{Email}>";
}
