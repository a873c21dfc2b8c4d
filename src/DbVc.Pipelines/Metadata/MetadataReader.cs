using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads metadata files, short and long form, and reports everything that is wrong with one at once.</summary>
public static class MetadataReader
{
    /// <summary>Reads a metadata file; throws one usage failure, code <c>metadata.invalid</c>, that lists all problems.</summary>
    /// <param name="text">Its content.</param>
    /// <param name="fileName">Its name, for messages.</param>
    public static PipelineSpec Read(string text, string fileName)
    {
        var (spec, problems) = Parse(text);
        if (spec is not null && problems.Count == 0) return spec;
        var count = problems.Count == 1 ? "1 problem" : $"{problems.Count} problems";
        throw new DbVcException(FailureKind.Usage, "metadata.invalid",
            $"{fileName} has {count}:\n" + string.Join("\n", problems.Select(p => "  " + p)),
            where: $"{fileName}:{problems[0].Line}", hint: "Correct the file and try again.");
    }

    /// <summary>All problems of a metadata file in order of appearance; empty when it can be used.</summary>
    public static IReadOnlyList<MetadataProblem> Check(string text) => Parse(text).Problems;

    private static (PipelineSpec? Spec, IReadOnlyList<MetadataProblem> Problems) Parse(string text)
    {
        var list = new ProblemList();
        var root = JsonParser.Parse(text, list.Problems);
        PipelineSpec? spec = null;
        if (root is { Kind: not JsonKind.Object }) list.Add(root, $"The metadata must be an object, not {root.Describe()}.");
        else if (root is not null) spec = new SpecReader(list, root).Read();
        return (spec, [.. list.Problems.OrderBy(p => p.Line).ThenBy(p => p.Column)]);
    }
}
