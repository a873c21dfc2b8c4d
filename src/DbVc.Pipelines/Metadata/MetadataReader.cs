using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads metadata files, short and long form, and reports everything that is wrong with one at once.</summary>
public static class MetadataReader
{
    /// <summary>Reads a metadata file; throws one usage failure, code <c>metadata.invalid</c>, that lists all problems.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="fileName">Its name, for messages; one that ends in <c>.yaml</c> or <c>.yml</c> is YAML.</param>
    /// <param name="recall">What else is said about a rule that is not understood; null for nothing.</param>
    public static PipelineSpec Read(string text, string fileName, Func<string, string?>? recall = null)
    {
        var (spec, problems) = Parse(text, fileName, recall);
        return spec is not null && problems.Count == 0 ? spec : throw Invalid(fileName, problems);
    }

    /// <summary>Reads <c>source</c> alone of a metadata file that may have nothing else yet; throws as <see cref="Read"/> does.</summary>
    public static SourceDraft ReadSource(string text, string fileName)
    {
        var list = new ProblemList();
        var root = ParseText(text, fileName, list);
        var source = root is null ? null : new SourceReader(list, []).Read(root, []);
        return source is not null && list.Problems.Count == 0
            ? new SourceDraft(source, root!.Find("source")!)
            : throw Invalid(fileName, InOrder(list));
    }

    /// <summary>All problems of a metadata file in order of appearance; empty when it can be used.</summary>
    public static IReadOnlyList<MetadataProblem> Check(string text, string fileName = "", Func<string, string?>? recall = null) =>
        Parse(text, fileName, recall).Problems;

    /// <summary>The text as JSON: YAML is written anew, JSON stays as it is byte for byte. The file must be one that <see cref="Read"/> takes.</summary>
    public static string ToJson(string text, string fileName) =>
        IsYaml(fileName) ? JsonText.Write(YamlParser.Parse(text, [])!) : text;

    private static bool IsYaml(string fileName) => Path.GetExtension(fileName).ToLowerInvariant() is ".yaml" or ".yml";

    private static (PipelineSpec? Spec, IReadOnlyList<MetadataProblem> Problems) Parse(string text, string fileName, Func<string, string?>? recall)
    {
        var list = new ProblemList();
        var spec = ParseText(text, fileName, list) is { } root ? new SpecReader(list, root).Read() : null;
        return (spec, [.. InOrder(list).Select(p => p.Sentence is { } sentence ? p with { Suggestion = Suggest(p.Suggestion, recall?.Invoke(sentence)) } : p)]);
    }

    /// <summary>What the vocabulary suggests, and what is recalled.</summary>
    internal static string? Suggest(string? known, string? recalled) =>
        recalled is null ? known : known is null ? recalled : $"{known.TrimEnd('.')}. {recalled}";

    /// <summary>Null for what is no object; the list says why.</summary>
    private static JsonValue? ParseText(string text, string fileName, ProblemList list)
    {
        var root = IsYaml(fileName) ? YamlParser.Parse(text, list.Problems) : JsonParser.Parse(text, list.Problems);
        if (root is null or { Kind: JsonKind.Object }) return root;
        list.Add(root, $"The metadata must be an object, not {root.Describe()}.");
        return null;
    }

    private static IReadOnlyList<MetadataProblem> InOrder(ProblemList list) => [.. list.Problems.OrderBy(p => p.Line).ThenBy(p => p.Column)];

    private static DbVcException Invalid(string fileName, IReadOnlyList<MetadataProblem> problems)
    {
        var count = problems.Count == 1 ? "1 problem" : $"{problems.Count} problems";
        return new DbVcException(FailureKind.Usage, "metadata.invalid",
            $"{fileName} has {count}:\n" + string.Join("\n", problems.Select(p => "  " + p)),
            where: $"{fileName}:{problems[0].Line}", hint: "Correct the file and try again.");
    }
}

/// <summary>The source of a metadata file, as it is read and as it is written.</summary>
public sealed record SourceDraft
{
    internal SourceDraft(SourceSpec source, JsonValue written) => (Source, Written) = (source, written);

    public SourceSpec Source { get; }

    internal JsonValue Written { get; }
}
