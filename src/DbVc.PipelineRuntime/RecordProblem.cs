namespace DbVc.PipelineRuntime;

/// <summary>Why a record cannot be read as what its source says it is; it is rejected as a whole.</summary>
/// <param name="Rule"><c>ragged</c>, <c>encoding</c>, <c>quote</c>, <c>nul</c>, <c>header</c>, <c>too_long</c>, <c>json</c> or <c>duplicate_key</c>.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record RecordProblem(string Rule, string Message);
