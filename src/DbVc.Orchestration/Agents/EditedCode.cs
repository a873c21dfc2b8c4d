using DbVc.Agents;

namespace DbVc.Orchestration;

/// <summary>A generator whose files come with the edits that people made to the last generation.</summary>
internal sealed class EditedCode(ICodeGenerator generator, KeptEdits edits) : ICodeGenerator
{
    public string Language => generator.Language;

    public MetadataAnalysis Analyze() => generator.Analyze();

    public IReadOnlyList<BranchFile> GenerateIngestion() => Edited(generator.GenerateIngestion());

    public IReadOnlyList<BranchFile> GenerateValidation() => Edited(generator.GenerateValidation());

    public IReadOnlyList<BranchFile> GeneratePreprocessing() => Edited(generator.GeneratePreprocessing());

    public IReadOnlyList<BranchFile> GenerateTests() => Edited(generator.GenerateTests());

    private IReadOnlyList<BranchFile> Edited(IReadOnlyList<BranchFile> files) => [.. files.Select(edits.Of)];
}
