namespace DbVc.Model;

/// <summary>Identifies a commit by the hash of its canonical bytes.</summary>
public readonly record struct CommitId(Hash Hash)
{
    /// <summary>The first ten digits, as people read and type them.</summary>
    public string Short => Hash.ToString()[..10];

    public static CommitId Parse(string text) => new(Hash.Parse(text));

    public override string ToString() => Hash.ToString();
}
