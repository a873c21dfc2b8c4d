using DbVc.Documents;
using DbVc.Mcp;

// Started by db-vc mcp, which has read the command line and opened the repository once.
if (args.Length != 1 || McpSettings.TryParse(args[0]) is not { } settings)
{
    Console.Error.WriteLine("usage: db-vc mcp");
    return 2;
}

using var stop = new StopSignal();
try
{
    // Relative sources of metadata are looked for here, too; nothing else depends on it.
    Directory.SetCurrentDirectory(settings.Files);
    var runner = new ToolRunner(settings, stop.Token);
    await using (runner.ConfigureAwait(false))
    {
        if (settings.Urls.Count == 0) await StandardStreams.ServeAsync(runner, stop.Token).ConfigureAwait(false);
        else await HttpSurface.ServeAsync(settings, runner, stop.Token).ConfigureAwait(false);
    }

    return 0;
}
catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
{
    return 0;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbVc.Model.DbVcException)
{
    Console.Error.WriteLine($"db-vc mcp: {failure.Message}");
    return 1;
}
