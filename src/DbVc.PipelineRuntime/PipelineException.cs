namespace DbVc.PipelineRuntime;

/// <summary>The source as a whole cannot be read: it is empty, binary, lacks a column, or holds a record that is too long.</summary>
/// <param name="code">A stable dotted name such as <c>source.empty</c>.</param>
/// <param name="message">What was wrong and where, one or two sentences.</param>
public sealed class PipelineException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}
