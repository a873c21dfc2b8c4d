using System.Text;
using DbVc.Model;

namespace DbVc.Models;

/// <summary>What may go away when it is tried again.</summary>
internal sealed class PassingFailure(string code, string message, TimeSpan? wait = null, Exception? inner = null) : Exception(message, inner)
{
    public string Code { get; } = code;

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? Wait { get; } = wait;
}

/// <summary>The conversation is longer than the model reads.</summary>
internal sealed class ContextOverflow(string said) : Exception(said);

/// <summary>The server does not take the request as it is; it may take another.</summary>
internal sealed class RefusedRequest(DbVcException failure) : Exception(failure.Message, failure)
{
    public DbVcException Failure { get; } = failure;
}

/// <summary>Makes the failures of one model's client: each says which provider and where, and none holds the key.</summary>
internal sealed class ModelFailures(ModelChoice choice)
{
    private const int LongestQuote = 300;

    public string Where { get; } = $"{choice.Name} at {choice.Provider.BaseUrl}";

    public ModelChoice Choice => choice;

    public DbVcException Final(string code, string message, string? hint = null, Exception? inner = null) =>
        new(FailureKind.Failed, code, Mask(message), Where, hint, inner);

    public DbVcException Finally(PassingFailure failure, int attempts) => Final(failure.Code,
        $"{failure.Message.TrimEnd('.')}; it was asked {(attempts == 1 ? "once" : $"{attempts} times")}.", HintFor(failure.Code), failure.InnerException);

    /// <summary>What a server says, as one harmless line without the key.</summary>
    public string Quote(string text)
    {
        var line = new StringBuilder();
        foreach (var c in Mask(text).Trim())
        {
            if (line.Length == LongestQuote) break;
            var shown = char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c) || c is (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e')
                or (>= '\u2066' and <= '\u2069') ? ' ' : c;
            if (shown != ' ' || (line.Length > 0 && line[^1] != ' ')) line.Append(shown);
        }

        return line.Length == 0 ? "(nothing)" : $"\"{line.ToString().TrimEnd()}{(line.Length == LongestQuote ? "…" : "")}\"";
    }

    /// <summary>Whether a text holds the key.</summary>
    public bool HoldsKey(string text) => choice.Key is { Length: > 5 } key && text.Contains(key, StringComparison.Ordinal);

    private string Mask(string text) => choice.Key is { } key ? text.Replace(key, "***", StringComparison.Ordinal) : text;

    private static string HintFor(string code) => code switch
    {
        "model.rate-limited" => "Try again later with db-vc agent retry BRANCH, or raise the limit at the provider.",
        "model.timeout" => "Try again with db-vc agent retry BRANCH, or give it more time: llm.timeout_seconds, llm.idle_seconds.",
        "model.unreachable" => "Check base_url in .db-version-control/config.yaml and that the server runs; a proxy is used only if llm.proxy names it.",
        "model.empty" => "Try again with db-vc agent retry BRANCH, or use another model.",
        _ => "Try again later with db-vc agent retry BRANCH.",
    };
}
