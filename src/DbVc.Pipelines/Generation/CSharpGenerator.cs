namespace DbVc.Pipelines;

/// <summary>What the host knows and generated project files need.</summary>
public sealed record GeneratorOptions
{
    /// <summary>
    /// The path of <c>DbVc.PipelineRuntime.dll</c> as the project files name it; the MSBuild property or environment variable
    /// <c>PipelineRuntimePath</c> overrides it.
    /// </summary>
    public string RuntimePath { get; init; } = "DbVc.PipelineRuntime.dll";
}

/// <summary>Generates a pipeline in C#. The same pipeline always gives the same bytes.</summary>
public static class CSharpGenerator
{
    public const string IngestionPath = "generated/Ingestion.cs";
    public const string ValidatorsPath = "generated/Validators.cs";
    public const string PreprocessorsPath = "generated/Preprocessors.cs";
    public const string CustomRulesPath = "generated/CustomRules.cs";

    /// <summary>All files of a pipeline: code, tests and project files.</summary>
    public static IReadOnlyList<GeneratedFile> Generate(PipelineSpec spec, GeneratorOptions options) =>
    [
        GenerateIngestion(spec), GenerateValidators(spec), .. GenerateCustomRules(spec), GeneratePreprocessors(spec),
        .. GenerateTests(spec), .. GenerateProjects(spec, options),
    ];

    /// <summary>A rule's condition as the C# expression that it becomes; fields stand in it by their own names.</summary>
    public static string Express(PipelineRule rule) => new ConditionCode(f => f.Name).Write(rule, "Pattern");

    public static GeneratedFile GenerateIngestion(PipelineSpec spec) => new(IngestionPath, new IngestionWriter(spec, new PipelineNames(spec)).Write());

    public static GeneratedFile GenerateValidators(PipelineSpec spec) => new(ValidatorsPath, new ValidatorsWriter(spec, new PipelineNames(spec)).Write());

    /// <summary>The file in which the code of rules in words of their own is to be written; none where metadata has no such rule.</summary>
    public static IReadOnlyList<GeneratedFile> GenerateCustomRules(PipelineSpec spec)
    {
        var custom = new CustomRulesWriter(spec, new PipelineNames(spec));
        return custom.Methods.Count == 0 ? [] : [new GeneratedFile(CustomRulesPath, custom.Write()) { Open = custom.Methods }];
    }

    public static GeneratedFile GeneratePreprocessors(PipelineSpec spec) =>
        new(PreprocessorsPath, new PreprocessorsWriter(spec, new PipelineNames(spec)).Write());

    /// <summary>The test code, without project files.</summary>
    public static IReadOnlyList<GeneratedFile> GenerateTests(PipelineSpec spec)
    {
        var names = new PipelineNames(spec);
        return
        [
            new GeneratedFile("tests/IngestionTests.cs", new IngestionTestsWriter(spec, names).Write()),
            new GeneratedFile("tests/ValidatorsTests.cs", new ValidatorsTestsWriter(spec, names).Write()),
            new GeneratedFile("tests/PreprocessorsTests.cs", new PreprocessorsTestsWriter(spec, names).Write()),
        ];
    }

    /// <summary>Project files with which the pipeline opens in an IDE and runs with <c>dotnet test</c> in <c>tests/</c>.</summary>
    public static IReadOnlyList<GeneratedFile> GenerateProjects(PipelineSpec spec, GeneratorOptions options) =>
    [
        new GeneratedFile($"generated/{spec.Name}.csproj", ProjectFiles.Library(spec, options)),
        new GeneratedFile($"tests/{spec.Name}.Tests.csproj", ProjectFiles.Tests(spec, options)),
        new GeneratedFile("tests/global.json", ProjectFiles.GlobalJson),
    ];
}
