namespace DbVc.Pipelines;

/// <summary>A generated file.</summary>
/// <param name="Path">Relative to the branch's folder, with forward slashes, for example <c>generated/Ingestion.cs</c>.</param>
/// <param name="Text">Its content, with line feeds.</param>
public sealed record GeneratedFile(string Path, string Text)
{
    /// <summary>The methods in it that are to be written by a model or a person.</summary>
    public IReadOnlyList<OpenMethod> Open { get; init; } = [];
}
