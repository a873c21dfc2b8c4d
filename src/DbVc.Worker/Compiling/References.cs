using Microsoft.CodeAnalysis;

namespace DbVc.Worker;

/// <summary>What generated code compiles against: the reference assemblies shipped beside the worker, and for tests xunit.</summary>
internal static class References
{
    private static readonly Lazy<MetadataReference[]> Runtime = new(() =>
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "refs"), "*.dll").Select(Load), Load(Beside("DbVc.PipelineRuntime.dll"))]);

    private static readonly Lazy<MetadataReference[]> Xunit = new(() =>
        [Load(Beside("xunit.v3.assert.dll")), Load(Beside("xunit.v3.common.dll")), Load(Beside("xunit.v3.core.dll"))]);

    public static MetadataReference[] ForPipeline => Runtime.Value;

    public static MetadataReference[] ForTests => [.. Runtime.Value, .. Xunit.Value];

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static MetadataReference Load(string path) => MetadataReference.CreateFromFile(path);
}
