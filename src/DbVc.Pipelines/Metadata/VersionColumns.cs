namespace DbVc.Pipelines;

/// <summary>The columns of a table that keeps old versions of its rows: since when a version is valid, and until when; NULL while it is.</summary>
public sealed record VersionColumns(string From, string Until)
{
    public static VersionColumns Default { get; } = new("valid_from", "valid_to");
}
