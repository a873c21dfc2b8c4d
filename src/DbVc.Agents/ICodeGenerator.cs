using System.Text.Json;

namespace DbVc.Agents;

/// <summary>
/// Writes the code of one pipeline in one language. It is bound to the pinned metadata when it is made, so no argument of a model
/// can make it generate anything else. The seam for languages.
/// </summary>
public interface ICodeGenerator
{
    /// <summary>For example <c>csharp</c>.</summary>
    string Language { get; }

    /// <summary>Reads and checks the metadata; throws what is wrong with it, with the JSON path.</summary>
    MetadataAnalysis Analyze();

    IReadOnlyList<BranchFile> GenerateIngestion();

    IReadOnlyList<BranchFile> GenerateValidation();

    IReadOnlyList<BranchFile> GeneratePreprocessing();

    IReadOnlyList<BranchFile> GenerateTests();

    /// <summary>All of it.</summary>
    IReadOnlyList<BranchFile> GenerateAll() => [.. GenerateIngestion(), .. GenerateValidation(), .. GeneratePreprocessing(), .. GenerateTests()];
}

/// <summary>A file to be written into a branch.</summary>
public sealed record BranchFile(BranchPath Path, string Text)
{
    /// <summary>What the generator made, where the text has edits of people besides; null where it is the text.</summary>
    public string? Original { get; init; }

    /// <summary>The methods in it that the generator could not write.</summary>
    public IReadOnlyList<OpenItem> Open { get; init; } = [];

    public int Lines => Text.Count(c => c == '\n') + (Text.Length > 0 && Text[^1] != '\n' ? 1 : 0);
}

/// <summary>The metadata in its normal form: what the short form leaves out is filled in.</summary>
public sealed record MetadataAnalysis
{
    /// <summary><c>csv</c>, <c>json</c>, …</summary>
    public required string SourceType { get; init; }

    /// <summary>The source for people, without secrets.</summary>
    public required string Source { get; init; }

    /// <summary>The destination table.</summary>
    public required string Destination { get; init; }

    /// <summary>An object: field name to its type and constraints.</summary>
    public required JsonElement Schema { get; init; }

    /// <summary>An array of rules.</summary>
    public required JsonElement Rules { get; init; }

    /// <summary>An array of preprocessing steps.</summary>
    public required JsonElement Transformations { get; init; }

    /// <summary>Findings that are no errors.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What the host says about records that break the metadata: names and messages of rules and steps.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];
}
