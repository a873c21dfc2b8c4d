using DbVc.Documents;
using DbVc.Model;
using DbVc.Server;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// Started by db-vc serve, which has read the command line and opened the repository once.
if (args.Length != 1 || ServerSettings.TryParse(args[0]) is not { } settings)
{
    Console.Error.WriteLine("usage: db-vc serve");
    return 2;
}

try
{
    // What a request names is found below its own folder; nothing is looked for where the server happens to stand.
    Directory.SetCurrentDirectory(settings.Folder);
    var app = ApiServer.Build(settings, logging => logging.AddJsonConsole(console => console.UseUtcTimestamp = true));
    await using (app.ConfigureAwait(false))
    {
        await app.StartAsync().ConfigureAwait(false);
        foreach (var line in ApiServer.Greeting(app, settings)) Console.Error.WriteLine(line);
        await app.WaitForShutdownAsync().ConfigureAwait(false);
    }

    return 0;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbVcException or System.Security.Cryptography.CryptographicException)
{
    Console.Error.WriteLine($"error: {failure.Message}");
    if (failure is DbVcException { Hint: { } hint }) Console.Error.WriteLine($"  try: {hint}");
    return failure is DbVcException known ? (int)known.Kind : 1;
}
