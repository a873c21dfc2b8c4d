using DbVc.Model;

namespace DbVc.Commands;

/// <summary>Finds out who sits at the keyboard: DBVC_AUTHOR, else git's configuration, else the login name.</summary>
internal static class AuthorSource
{
    private const string Variable = "DBVC_AUTHOR";

    public static Author OfProcess()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return Parse(given, Variable);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var config = Path.Combine(home, ".gitconfig");
        if (home.Length > 0 && File.Exists(config) && FromGit(File.ReadLines(config)) is { } author) return author;
        return new Author(Environment.UserName.Length > 0 ? Environment.UserName : "unknown", "", AuthorKind.Human);
    }

    /// <summary>Reads <c>Name &lt;mail&gt;</c> or <c>Name</c>. Throws usage failure <c>author.invalid</c>.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="where">The option or variable it comes from.</param>
    public static Author Parse(string text, string where)
    {
        var open = text.IndexOf('<', StringComparison.Ordinal);
        var close = text.IndexOf('>', StringComparison.Ordinal);
        var name = (open < 0 ? text : text[..open]).Trim();
        var isWhole = open < 0 ? close < 0 : close == text.TrimEnd().Length - 1 && close > open;
        if (name.Length == 0 || !isWhole || text.Any(char.IsControl))
        {
            throw new DbVcException(FailureKind.Usage, "author.invalid", $"'{text}' is not an author.", where, "Write it as \"Name <name@example.com>\".");
        }

        return new Author(name, open < 0 ? "" : text[(open + 1)..close].Trim(), AuthorKind.Human);
    }

    /// <summary>The name and mail of the [user] section; null where there is no name. Does what git's own format needs in practice.</summary>
    public static Author? FromGit(IEnumerable<string> lines)
    {
        string name = "", email = "", section = "";
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith('[')) section = line.Trim('[', ']', ' ').ToLowerInvariant();
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (section != "user" || equals < 0) continue;
            var value = line[(equals + 1)..].Trim().Trim('"');
            var key = line[..equals].Trim().ToLowerInvariant();
            if (key == "name") name = value;
            else if (key == "email") email = value;
        }

        return name.Length == 0 ? null : new Author(name, email, AuthorKind.Human);
    }
}
