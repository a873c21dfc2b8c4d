namespace DbVc.Databases;

/// <summary>What a mark of a SQLite database says.</summary>
/// <param name="Signal">Equal only where nothing can have changed; empty without.</param>
/// <param name="Pages">The name of the file with the hashes of the pages; empty without.</param>
internal sealed record SqliteMark(string Signal, string Pages)
{
    private const string Version = "sqlite1";

    public bool IsEmpty => Signal.Length == 0 && Pages.Length == 0;

    public static SqliteMark? Parse(string text) => text.Split('|') is [Version, var signal, var pages] ? new SqliteMark(signal, pages) : null;

    public override string ToString() => $"{Version}|{Signal}|{Pages}";
}
