namespace DbVc.PipelineRuntime;

/// <summary>Why a record cannot be split into the fields of its header.</summary>
/// <param name="Rule"><c>ragged</c>, <c>encoding</c>, <c>quote</c> or <c>nul</c>.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record CsvProblem(string Rule, string Message);
