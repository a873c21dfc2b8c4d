namespace DbVc.Pipelines;

/// <summary>Every format that a text field can be asked to have.</summary>
public static class FormatVocabulary
{
    private static readonly Dictionary<string, FormatDefinition> s_byName;

    static FormatVocabulary()
    {
        All = [.. AddressFormats.All, .. CodeFormats.All, .. WritingFormats.All];
        s_byName = All.SelectMany(f => f.Names.Select(n => (n, f))).ToDictionary(p => p.n, p => p.f, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>By family: addresses, codes, ways of writing.</summary>
    public static IReadOnlyList<FormatDefinition> All { get; }

    /// <summary>Every accepted name.</summary>
    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    /// <summary>Finds a format by a name, ignoring case; null if there is none.</summary>
    public static FormatDefinition? Find(string name) => s_byName.GetValueOrDefault(name.Trim());
}
