using System.CommandLine;
using DbVc.Model;

namespace DbVc.Commands;

/// <summary>Lets coding agents in: hands over to the program that speaks the Model Context Protocol.</summary>
internal static class McpCommand
{
    private const string Address = "http://127.0.0.1:7420";

    public static Verb Create()
    {
        var write = new Option<string[]>("--write")
        {
            Description = "Branches that may be changed, by name or pattern; may be given several times. Without it everything is read-only.",
            HelpName = "PATTERN",
        };
        var http = new Option<bool>("--http") { Description = $"Serve over HTTP at {Address}/mcp, and not over standard input and output." };
        var urls = new Option<string[]>("--urls") { Description = "Serve over HTTP at these addresses instead.", HelpName = "URL" };
        var hosts = new Option<string[]>("--host")
        {
            Description = "Another name by which clients call the server, such as that of a proxy.",
            HelpName = "NAME",
        };
        var files = new Option<string?>("--files")
        {
            Description = "The folder whose files may be read as metadata and sources; otherwise the repository's.",
            HelpName = "DIR",
        };
        return new Verb("mcp", "Let a coding agent work in branches, over the Model Context Protocol.",
            "db-vc mcp", "db-vc mcp --write 'agent/*' --files ~/data", "db-vc mcp --http --write 'agent/*'")
        {
            write,
            http,
            urls,
            hosts,
            files,
        }.Runs(context =>
        {
            var addresses = context.Get(urls) is { Length: > 0 } given ? given : context.Get(http) ? [Address] : [];
            foreach (var url in addresses) RequireAddress(url);
            var root = FindRoot(context);
            var folder = Path.GetFullPath(context.Get(files) ?? root);
            if (!Directory.Exists(folder))
                throw new DbVcException(FailureKind.Usage, "folder.missing", $"There is no folder '{folder}'.", "--files", "Name the folder with your data.");
            var author = AuthorSource.OfProcess();
            var settings = new McpSettings(root, folder, context.Surroundings.WorkerFolder, context.Get(write) ?? [], addresses, context.Get(hosts) ?? [],
                author.Name, author.Email);
            OtherProgram.Become(Path.Combine(AppContext.BaseDirectory, "mcp", "db-vc-mcp.dll"), settings.ToString());
            return 0;
        });
    }

    /// <summary>The other program opens the repository itself, for each call; what is wrong with it is said here, where a person may read it.</summary>
    private static string FindRoot(CommandContext context)
    {
        using var workspace = Session.Open(context);
        return workspace.Root;
    }

    private static void RequireAddress(string text)
    {
        if (Uri.TryCreate(text.Replace("://*", "://any", StringComparison.Ordinal), UriKind.Absolute, out var url) && url.Scheme is "http"
            && url.PathAndQuery == "/" && url.UserInfo.Length == 0) return;
        throw new DbVcException(FailureKind.Usage, "address.invalid", $"'{text}' is no address to listen at.", "--urls",
            $"Write it as {Address}; TLS is a proxy's.");
    }
}
