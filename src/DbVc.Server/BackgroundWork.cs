using DbVc.Orchestration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DbVc.Server;

/// <summary>Does what waits while the server serves: detached tasks, schedules, the merge queue, notifications. Stopped, it lets go of what goes on, and the
/// next one takes it up.</summary>
internal sealed class BackgroundWork(Host host, ILogger<BackgroundWork> log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var loop = new WorkLoop(host.Folder, host.OwnOptions(),
            happened => LogMessages.Worked(log, happened.Kind, happened.Subject, happened.State));
        return Task.Run(() => loop.RunAsync(stoppingToken), CancellationToken.None);
    }
}
