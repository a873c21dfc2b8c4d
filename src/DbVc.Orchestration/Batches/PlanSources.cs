using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Finds the sources behind files, folders, patterns and addresses.</summary>
internal static class PlanSources
{
    private const int MostSources = 1000;
    private const string Known = "Name files, folders, patterns such as 'data/*.csv', or addresses.";
    private static readonly string[] s_endings =
        [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".geojson", ".xlsx", ".parquet", ".gz", ".zip"];

    /// <summary>Throws usage failures <c>plan.sources</c> and <c>plan.words</c>.</summary>
    public static IReadOnlyList<string> Find(DraftRequest request)
    {
        var found = new List<string>();
        foreach (var name in request.Sources)
        {
            var behind = Expand(name);
            if (behind.Count == 0) throw Refuse($"There is no file, and none in a folder, called '{name}'.", Known);
            found.AddRange(behind);
        }

        if (request.Task is { } task) found.AddRange(PlanWords.Read(task, Expand));
        found = [.. found.Distinct(StringComparer.Ordinal)];
        if (found.Count is > 0 and <= MostSources) return found;
        throw Refuse(found.Count == 0 ? "No source is named." : $"{found.Count} sources are more than a plan takes ({MostSources}).", Known);
    }

    /// <summary>Whether a task in words is one large request, to be split into tasks.</summary>
    public static bool AreMany(string task) => PlanWords.AreAboutMany(task, Expand);

    private static IReadOnlyList<string> Expand(string name)
    {
        if (name.Contains("://", StringComparison.Ordinal) || File.Exists(name)) return [name];
        if (Directory.Exists(name))
            return [.. Directory.EnumerateFiles(name).Where(f => s_endings.Contains(Path.GetExtension(f).ToLowerInvariant())).Order(StringComparer.Ordinal)];
        var (folder, pattern) = (Path.GetDirectoryName(name) is { Length: > 0 } parent ? parent : ".", Path.GetFileName(name));
        if (pattern.AsSpan().IndexOfAny('*', '?') < 0 || !Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateFiles(folder, pattern).Select(f => folder == "." ? Path.GetFileName(f) : f).Order(StringComparer.Ordinal)];
    }

    private static DbVcException Refuse(string message, string hint) => new(FailureKind.Usage, "plan.sources", message, hint: hint);
}
