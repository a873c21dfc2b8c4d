using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads metadata files, short and long form, and reports everything that is wrong with one at once.</summary>
public static class MetadataReader
{
    /// <summary>Reads a metadata file; throws one usage failure, code <c>metadata.invalid</c>, that lists all problems.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="fileName">Its name, for messages; one that ends in <c>.yaml</c> or <c>.yml</c> is YAML.</param>
    public static PipelineSpec Read(string text, string fileName)
    {
        var (spec, problems) = Parse(text, fileName);
        if (spec is not null && problems.Count == 0) return spec;
        var count = problems.Count == 1 ? "1 problem" : $"{problems.Count} problems";
        throw new DbVcException(FailureKind.Usage, "metadata.invalid",
            $"{fileName} has {count}:\n" + string.Join("\n", problems.Select(p => "  " + p)),
            where: $"{fileName}:{problems[0].Line}", hint: "Correct the file and try again.");
    }

    /// <summary>All problems of a metadata file in order of appearance; empty when it can be used.</summary>
    public static IReadOnlyList<MetadataProblem> Check(string text, string fileName = "") => Parse(text, fileName).Problems;

    /// <summary>The text as JSON: YAML is written anew, JSON stays as it is byte for byte. The file must be one that <see cref="Read"/> takes.</summary>
    public static string ToJson(string text, string fileName) =>
        IsYaml(fileName) ? JsonText.Write(YamlParser.Parse(text, [])!) : text;

    private static bool IsYaml(string fileName) => Path.GetExtension(fileName).ToLowerInvariant() is ".yaml" or ".yml";

    private static (PipelineSpec? Spec, IReadOnlyList<MetadataProblem> Problems) Parse(string text, string fileName)
    {
        var list = new ProblemList();
        var root = IsYaml(fileName) ? YamlParser.Parse(text, list.Problems) : JsonParser.Parse(text, list.Problems);
        PipelineSpec? spec = null;
        if (root is { Kind: not JsonKind.Object }) list.Add(root, $"The metadata must be an object, not {root.Describe()}.");
        else if (root is not null) spec = new SpecReader(list, root).Read();
        return (spec, [.. list.Problems.OrderBy(p => p.Line).ThenBy(p => p.Column)]);
    }
}
