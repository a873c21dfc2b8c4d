using DbVc.Pipelines;

namespace DbVc.SystemTests;

/// <summary>The metadata of every kind in <c>tests/metadata</c>, and the code that is generated from it.</summary>
internal static class GeneratedCode
{
    private static readonly string s_folder = Path.Combine(Published.Root, "tests", "metadata");

    public static IReadOnlyList<string> Files { get; } = [.. Directory.GetFiles(s_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public static string Metadata(string file) => File.ReadAllText(Path.Combine(s_folder, file));

    /// <summary>Code and tests as the worker takes them.</summary>
    public static (string Path, string Text)[] Of(string metadata, string file) =>
    [
        .. CSharpGenerator.Generate(MetadataReader.Read(metadata, file), new GeneratorOptions())
            .Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal)).Select(f => (f.Path, f.Text)),
    ];
}
