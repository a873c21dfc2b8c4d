using DbVc.Commands;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>What a terminal elsewhere can show, in the words of the <c>Db-Vc-Console</c> header: <c>color</c>, <c>json</c>.</summary>
internal sealed record ConsoleWish(bool HasColor, bool IsJson)
{
    public const string Header = "Db-Vc-Console";

    public static ConsoleWish Of(HttpRequest request)
    {
        var words = request.Headers[Header].ToString().Split(',', StringSplitOptions.TrimEntries);
        return new ConsoleWish(words.Contains("color"), words.Contains("json"));
    }

    /// <summary>Nobody is asked through it, and nothing moves on it.</summary>
    public Terminal Terminal(TextWriter text, TextWriter error) => new(text, error, TextReader.Null)
    {
        IsOutTerminal = HasColor,
        IsErrorTerminal = HasColor,
        AllowsColor = HasColor,
        IsStill = true,
    };
}
