using System.ComponentModel;

namespace DbVc.Documents;

/// <summary>A failure as it is told: what was wrong, where, and what to do.</summary>
internal sealed record FailureText(string Code, string Message, string? Where = null, string? Hint = null)
{
    public FailureDocument ToJson() => new(new ErrorDocument(Code, Message, Where, Hint));
}

[Description("What stands on standard error in place of an answer.")]
internal sealed record FailureDocument([Description("The failure.")] ErrorDocument Error) : Document;

[Description("A failure.")]
internal sealed record ErrorDocument(
    [Description("Stays what it is; for programs.")] string Code,
    [Description("What was wrong.")] string Message,
    [Description("Where; null for no place.")] string? Where,
    [Description("What to do; null for nothing to say.")] string? Hint) : Document;
