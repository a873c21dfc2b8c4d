namespace DbVc.Pipelines;

/// <summary>What a run does to the rows that the destination has.</summary>
public enum Disposition
{
    /// <summary>Rows are added; one whose primary key is there is rejected.</summary>
    Append,

    /// <summary>The rows of the run take the place of all others.</summary>
    Replace,

    /// <summary>A row whose primary key is there takes its place, others are added.</summary>
    Upsert,

    /// <summary>Rows whose primary key is not there are added, others are left out.</summary>
    InsertOnly,

    /// <summary>Old versions of rows are kept (slowly changing dimension, type 2): a row that differs is added, and the one before it ends.</summary>
    Scd2,
}

/// <summary>The words of metadata for dispositions.</summary>
public static class Dispositions
{
    private static readonly (string Name, Disposition Disposition, string Does)[] s_all =
    [
        ("append", Disposition.Append, "accepted records are added"),
        ("replace", Disposition.Replace, "accepted records take the place of all rows that are there"),
        ("upsert", Disposition.Upsert, "an accepted record takes the place of the row with its key, or is added"),
        ("insert_only", Disposition.InsertOnly, "accepted records are added; one whose key is there is left out"),
        ("scd2", Disposition.Scd2, "an accepted record that differs from the present row of its key is added as a new version, and the old one ends"),
    ];

    /// <summary>Every word, the default first.</summary>
    public static IReadOnlyList<string> Names => [.. s_all.Select(d => d.Name)];

    public static string NameOf(Disposition disposition) => s_all[(int)disposition].Name;

    /// <summary>The rest of a sentence.</summary>
    public static string Describe(Disposition disposition) => s_all[(int)disposition].Does;

    /// <summary>Finds one by its word, ignoring case.</summary>
    public static bool TryFind(string name, out Disposition disposition)
    {
        var index = Array.FindIndex(s_all, d => d.Name.Equals(name.Trim(), StringComparison.OrdinalIgnoreCase));
        disposition = (Disposition)Math.Max(index, 0);
        return index >= 0;
    }
}
