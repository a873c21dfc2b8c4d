using System.Text.Json;
using DbVc.Agents;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Writes a pipeline in C#, bound to its pinned metadata.</summary>
internal sealed class CSharpCode(PipelineSpec spec) : ICodeGenerator
{
    public string Language => "csharp";

    public MetadataAnalysis Analyze()
    {
        using var document = JsonDocument.Parse(spec.ToCanonicalJson());
        var root = document.RootElement;
        return new MetadataAnalysis
        {
            SourceType = spec.Source.Type,
            Source = spec.Source.Location,
            Destination = spec.Destination.Table,
            Schema = root.GetProperty("schema").Clone(),
            Rules = root.GetProperty("validations").Clone(),
            Transformations = root.GetProperty("preprocessing").Clone(),
            Notes = spec.Assumptions,
            Messages =
            [
                .. spec.Rules.SelectMany(r => (string[])[r.Name, r.Message]),
                .. spec.Fields.Where(f => f.Origin is not null).SelectMany(f => (string[])[f.Origin!.Step.Name, f.Origin.Step.Problem]),
                .. spec.Fields.Select(f => $"{f.Name} must be {FieldTypes.Describe(f.Type)}"),
                "type",
                "constraint",
            ],
        };
    }

    public IReadOnlyList<BranchFile> GenerateIngestion() => Files([CSharpGenerator.GenerateIngestion(spec)]);

    public IReadOnlyList<BranchFile> GenerateValidation() => Files([CSharpGenerator.GenerateValidators(spec), .. CSharpGenerator.GenerateCustomRules(spec)]);

    public IReadOnlyList<BranchFile> GeneratePreprocessing() => Files([CSharpGenerator.GeneratePreprocessors(spec)]);

    /// <summary>Tests, and the project files with which a person opens and runs it all.</summary>
    public IReadOnlyList<BranchFile> GenerateTests() => Files(
        [.. CSharpGenerator.GenerateTests(spec), .. CSharpGenerator.GenerateProjects(spec, new GeneratorOptions { RuntimePath = RuntimeLibrary.ProjectPath })]);

    private static IReadOnlyList<BranchFile> Files(IEnumerable<GeneratedFile> files) =>
        [.. files.Select(f => new BranchFile(BranchPath.Parse(f.Path), f.Text) { Open = [.. f.Open.Select(Describe)] })];

    private static OpenItem Describe(OpenMethod method) =>
        new(BranchPath.Parse(method.Path), method.Signature, method.Body, method.Words, method.Passing, method.Failing);
}
