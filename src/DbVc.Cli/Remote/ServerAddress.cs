using System.CommandLine;
using System.Text.RegularExpressions;
using DbVc.Commands;
using DbVc.Model;

namespace DbVc.Cli;

/// <summary>On which server a command is to run: by option, environment, or the person's own settings.</summary>
internal static partial class ServerAddress
{
    private const string Variable = "DBVC_SERVER";

    /// <summary>Null for none, and for a command that only runs where its repository is. Throws usage failures <c>server.address</c>,
    /// <c>server.plain</c>.</summary>
    public static Uri? Find(CommandLine commands, ParseResult parsed, Verb verb)
    {
        if (commands.ServerOf(parsed) is { } typed) return Parse(typed, "--server");
        // Whoever names a folder means what lies there; and some commands are about this machine.
        if (verb.HereBecause is not null || commands.FolderOf(parsed) is not null) return null;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return Parse(given, Variable);
        return HasRepository() ? null : FindSetting();
    }

    private static bool HasRepository()
    {
        for (var at = Path.GetFullPath("."); at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(Path.Combine(at, ".db-version-control"))) return true;
        }

        return false;
    }

    /// <summary>Of the person alone: a folder that somebody else filled names nobody to whom a token is shown.</summary>
    private static Uri? FindSetting()
    {
        var home = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } set ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        var settings = Path.Combine(home, "db-vc", "config.yaml");
        return File.Exists(settings) && Setting().Match(File.ReadAllText(settings)) is { Success: true } url ? Parse(url.Groups[1].Value, settings) : null;
    }

    private static Uri Parse(string text, string where)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
            throw new DbVcException(FailureKind.Usage, "server.address", $"'{text}' is no address of a server.", where, "Write it as http://127.0.0.1:7421.");
        if (url.Scheme == "https" || url.IsLoopback) return url;
        throw new DbVcException(FailureKind.Usage, "server.plain", $"Your token would travel to {url.Host} unencrypted.", where,
            "Use https, or a tunnel to an address of this machine.");
    }

    [GeneratedRegex("""^server:[ \t]*\r?\n[ \t]+url:[ \t]*['"]?([^'"\s]+)""", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
