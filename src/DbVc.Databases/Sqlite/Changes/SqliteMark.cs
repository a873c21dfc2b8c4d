namespace DbVc.Databases;

/// <summary>What a mark of a SQLite database says; each part is empty where it says nothing.</summary>
/// <param name="Signal">Equal only where nothing can have changed.</param>
/// <param name="Pages">The name of the file with the hashes of the pages.</param>
/// <param name="Place">How far the log of changes was read.</param>
internal sealed record SqliteMark(string Signal, string Pages, string Place)
{
    private const string Version = "sqlite1";

    public bool IsEmpty => Signal.Length == 0 && Pages.Length == 0 && Place.Length == 0;

    public static SqliteMark? Parse(string text) =>
        text.Split('|') is [Version, var signal, var pages, var place] ? new SqliteMark(signal, pages, place) : null;

    public override string ToString() => $"{Version}|{Signal}|{Pages}|{Place}";
}
