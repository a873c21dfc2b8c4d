using System.CommandLine;
using System.Text.RegularExpressions;
using DbVc.Commands;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Cli;

/// <summary>On which server a command is to run: by option, environment, or the settings of the folder.</summary>
internal static partial class ServerAddress
{
    private const string Variable = "DBVC_SERVER";

    /// <summary>Null for none. Throws usage failure <c>server.address</c>.</summary>
    public static Uri? Find(CommandLine commands, ParseResult parsed)
    {
        if (commands.ServerOf(parsed) is { } typed) return Parse(typed, "--server");
        // Whoever names a folder means what lies there.
        if (commands.FolderOf(parsed) is not null) return FindSetting(commands.FolderOf(parsed)!, isWhole: true);
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? Parse(given, Variable) : FindSetting(".", isWhole: false);
    }

    private static Uri? FindSetting(string folder, bool isWhole)
    {
        for (var at = Path.GetFullPath(folder); at is not null; at = isWhole ? null : Path.GetDirectoryName(at))
        {
            var settings = Path.Combine(at, ".db-version-control", "config.yaml");
            if (!File.Exists(settings)) continue;
            // Reading settings takes time that most commands need not spend, and what is wrong with them is for the command to say.
            return Mentioned().IsMatch(File.ReadAllText(settings)) ? Configuration.Read(settings).Server : null;
        }

        return null;
    }

    private static Uri Parse(string text, string where) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 ? url
        : throw new DbVcException(FailureKind.Usage, "server.address", $"'{text}' is no address of a server.", where, "Write it as http://127.0.0.1:7421.");

    [GeneratedRegex("""^\s+url:\s*['"]?https?://""", RegexOptions.Multiline)]
    private static partial Regex Mentioned();
}
