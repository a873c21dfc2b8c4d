using System.CommandLine;
using DbVc.Model;

namespace DbVc.Commands;

/// <summary>Lets a team in: hands over to the program that serves HTTP.</summary>
internal static class ServeCommand
{
    public const string Address = "http://127.0.0.1:7421";

    public static Verb Create()
    {
        var urls = new Option<string[]>("--urls") { Description = $"Where to listen; otherwise {Address}.", HelpName = "URL" };
        var hosts = new Option<string[]>("--host")
        {
            Description = "Another name by which clients call the server, such as that of a proxy.",
            HelpName = "NAME",
        };
        var certificate = new Option<string?>("--certificate") { Description = "Its certificate with the chain, as PEM, for https.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "The certificate's key, as PEM; otherwise in the same file.", HelpName = "FILE" };
        var idle = new Option<bool>("--no-work") { Description = "Leave what waits (detached tasks, schedules, the merge queue) to db-vc work." };
        return new Verb("serve", "Serve the repository to a team over HTTP: every command, live events, the dashboard.",
            "db-vc serve", "db-vc serve --urls https://0.0.0.0:7421 --certificate server.pem --host db.example.com")
        {
            urls,
            hosts,
            certificate,
            key,
            idle,
        }.Reads(certificate, key).Runs(context =>
        {
            var addresses = context.Get(urls) is { Length: > 0 } given ? given : [Address];
            foreach (var url in addresses) RequireAddress(url, context.Get(certificate) is not null);
            var author = AuthorSource.OfProcess();
            var settings = new ServerSettings(FindRoot(context), context.Surroundings.WorkerFolder, addresses, context.Get(hosts) ?? [],
                author.Name, author.Email)
            {
                Certificate = FullPath(context.Get(certificate), "--certificate"),
                Works = !context.Get(idle),
                Key = FullPath(context.Get(key), "--key"),
            };
            OtherProgram.Become(Path.Combine(AppContext.BaseDirectory, "server", "db-vc-server.dll"), settings.ToString());
            return 0;
        });
    }

    /// <summary>The other program opens the repository itself; what is wrong with it is said here, where a person may read it.</summary>
    private static string FindRoot(CommandContext context)
    {
        using var workspace = Session.Open(context);
        return workspace.Root;
    }

    private static string? FullPath(string? file, string option) => file is null ? null
        : File.Exists(file) ? Path.GetFullPath(file)
        : throw new DbVcException(FailureKind.Usage, "file.missing", $"There is no file '{file}'.", option, "Name a file with PEM in it.");

    private static void RequireAddress(string text, bool hasCertificate)
    {
        if (Uri.TryCreate(text.Replace("://*", "://any", StringComparison.Ordinal), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url.PathAndQuery == "/" && url.UserInfo.Length == 0)
        {
            if (url.Scheme == "http" || hasCertificate) return;
            throw new DbVcException(FailureKind.Usage, "address.certificate", $"'{text}' takes a certificate.", "--urls", "--certificate FILE, as PEM.");
        }

        throw new DbVcException(FailureKind.Usage, "address.invalid", $"'{text}' is no address to listen at.", "--urls", $"Write it as {Address}.");
    }
}
