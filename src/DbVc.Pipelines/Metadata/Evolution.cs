namespace DbVc.Pipelines;

/// <summary>What a run does with a declared field that the destination has no column for.</summary>
public enum Evolution
{
    /// <summary>The pipeline is refused.</summary>
    Freeze,

    /// <summary>The column is added to the table.</summary>
    Evolve,

    /// <summary>A record with a value there is left out and counted.</summary>
    DiscardRow,

    /// <summary>The value is not loaded.</summary>
    DiscardValue,
}

/// <summary>The words of metadata for evolution; those of dlt's schema contracts.</summary>
public static class Evolutions
{
    private static readonly (string Name, Evolution Evolution, string Does)[] s_all =
    [
        ("freeze", Evolution.Freeze, "a field without a column is refused"),
        ("evolve", Evolution.Evolve, "a field without a column gets one"),
        ("discard_row", Evolution.DiscardRow, "a record with a value for which there is no column is left out"),
        ("discard_value", Evolution.DiscardValue, "a value for which there is no column is not loaded"),
    ];

    /// <summary>Every word, the default first.</summary>
    public static IReadOnlyList<string> Names => [.. s_all.Select(e => e.Name)];

    public static string NameOf(Evolution evolution) => s_all[(int)evolution].Name;

    /// <summary>The rest of a sentence.</summary>
    public static string Describe(Evolution evolution) => s_all[(int)evolution].Does;

    /// <summary>Finds one by its word, ignoring case.</summary>
    public static bool TryFind(string name, out Evolution evolution)
    {
        var index = Array.FindIndex(s_all, e => e.Name.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase));
        evolution = (Evolution)Math.Max(index, 0);
        return index >= 0;
    }
}
