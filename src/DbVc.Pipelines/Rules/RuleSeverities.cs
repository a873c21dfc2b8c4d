namespace DbVc.Pipelines;

/// <summary>The names of severities in metadata.</summary>
public static class RuleSeverities
{
    /// <summary>The canonical names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["warn", "quarantine", "drop", "fail"];

    public static string NameOf(RuleSeverity severity) => severity switch
    {
        RuleSeverity.Warn => "warn",
        RuleSeverity.Drop => "drop",
        RuleSeverity.Fail => "fail",
        _ => "quarantine",
    };

    /// <summary>The severity of a name; null for none.</summary>
    public static RuleSeverity? Find(string name) => name.Trim().ToLowerInvariant() switch
    {
        "warn" or "warning" => RuleSeverity.Warn,
        "reject" or "quarantine" or "error" => RuleSeverity.Reject,
        "drop" or "skip" or "ignore" => RuleSeverity.Drop,
        "fail" or "stop" or "abort" => RuleSeverity.Fail,
        _ => null,
    };
}
