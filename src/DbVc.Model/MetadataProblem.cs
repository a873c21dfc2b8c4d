namespace DbVc.Model;

/// <summary>One thing that is wrong with a metadata file.</summary>
/// <param name="Path">The JSON path, for example <c>$.schema.age.type</c>.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in characters.</param>
/// <param name="Message">One sentence.</param>
/// <param name="Suggestion">What was probably meant, or null.</param>
public sealed record MetadataProblem(string Path, int Line, int Column, string Message, string? Suggestion = null)
{
    /// <summary>The English rule that is not understood; null for any other problem.</summary>
    public string? Sentence { get; init; }

    public override string ToString() =>
        $"{Path} (line {Line}): {Message}{(Suggestion is null ? "" : " " + char.ToUpperInvariant(Suggestion[0]) + Suggestion[1..])}";
}
