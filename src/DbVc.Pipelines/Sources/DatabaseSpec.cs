using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Another database: a table of it, or what one reading statement gives.</summary>
/// <param name="Location">The path of a SQLite file, or an address without password.</param>
public sealed record DatabaseSpec(string Location) : FetchSpec
{
    /// <summary>Parts separated by dots, each as the database writes it; null for a query.</summary>
    public string? Table { get; init; }

    public string? Query { get; init; }

    public override string Subject => Table is { } table ? table[(table.LastIndexOf('.') + 1)..]
        : Path.GetFileNameWithoutExtension(Location.Split('?')[0].TrimEnd('/'));

    public override string Describe()
    {
        var what = Table is null ? $"what {Query!.Trim().TrimEnd(';')} gives" : $"the rows of {Table}";
        var from = Increment is null ? "" : $", {Increment.Describe()}";
        return $"fetched from a database, {what} in one view of it{from}, bytes as base64, at most {Limits.Megabytes} MiB and {Limits.Seconds} seconds";
    }

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("location", Location);
        if (Table is not null) json.WriteString("table", Table);
        if (Query is not null) json.WriteString("query", Query);
        Increment?.Write(json);
        Limits.Write(json);
    }
}
