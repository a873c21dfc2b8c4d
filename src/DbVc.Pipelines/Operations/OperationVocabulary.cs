namespace DbVc.Pipelines;

/// <summary>Every operation of preprocessing.</summary>
public static class OperationVocabulary
{
    private static readonly Dictionary<string, OperationDefinition> s_byName;

    static OperationVocabulary()
    {
        All =
        [
            .. SpaceOperations.All, .. TextOperations.All, .. PartOperations.All, .. NullOperations.All, .. NumberOperations.All, .. TimeOperations.All,
            .. DomainOperations.All, .. LetterOperations.All, .. PlaceOperations.All,
        ];
        s_byName = All.SelectMany(o => o.Aliases.Prepend(o.Name).Select(n => (n, o))).ToDictionary(p => p.n, p => p.o, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>By family: white space, text, parts of it, NULL, numbers, times, values of a domain, letters and names, places.</summary>
    public static IReadOnlyList<OperationDefinition> All { get; }

    /// <summary>Every accepted name.</summary>
    public static IReadOnlyCollection<string> Names => s_byName.Keys;

    /// <summary>Finds an operation by its name or another name for it, ignoring case; null if there is none.</summary>
    public static OperationDefinition? Find(string name) => s_byName.GetValueOrDefault(name.Trim());
}
