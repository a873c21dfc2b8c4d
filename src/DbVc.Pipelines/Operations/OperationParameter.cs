namespace DbVc.Pipelines;

/// <summary>What an operation takes beside its cell.</summary>
public enum ParameterKind
{
    /// <summary>One text.</summary>
    Text,

    /// <summary>One whole number that is not negative.</summary>
    Count,

    /// <summary>One decimal number.</summary>
    Number,

    /// <summary>One word of a list.</summary>
    Choice,

    /// <summary>A regular expression; the parameter after it is what replaces a match.</summary>
    Pattern,

    /// <summary>A form of dates and times.</summary>
    Format,

    /// <summary>One or more forms of dates and times; only the last parameter.</summary>
    Formats,

    /// <summary>One or more texts; only the last parameter.</summary>
    Texts,

    /// <summary>Texts in pairs, before and after; only the last parameter.</summary>
    Pairs,
}

/// <summary>One parameter of an operation.</summary>
/// <param name="Name">In metadata, and as a slot of the English forms.</param>
/// <param name="Kind">What it takes.</param>
/// <param name="Default">What it is when it is not given; null when it must be.</param>
/// <param name="Choice">The runtime's enumeration behind a choice; its members are the words.</param>
/// <param name="Aliases">Other names in metadata.</param>
public sealed record OperationParameter(
    string Name, ParameterKind Kind, string? Default = null, Type? Choice = null, IReadOnlyList<string>? Aliases = null)
{
    /// <summary>Whether it takes all the arguments that are left.</summary>
    public bool TakesRest => Kind is ParameterKind.Texts or ParameterKind.Pairs or ParameterKind.Formats;

    /// <summary>The words of a choice.</summary>
    public IReadOnlyList<string> Choices => Choice is null ? [] : [.. Enum.GetNames(Choice).Select(n => n.ToLowerInvariant())];
}
