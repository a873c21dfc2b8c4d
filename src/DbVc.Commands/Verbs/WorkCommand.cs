using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Does the work in the background, until it is stopped or until nothing is left.</summary>
internal static class WorkCommand
{
    /// <summary>What a document tells of at most, the latest.</summary>
    private const int MostTold = 1000;

    public static Verb Create()
    {
        var once = new Option<bool>("--once") { Description = "Do what is due now, and what comes of that, and end." };
        var jobs = new Option<int?>("--jobs", "-j")
        {
            Description = "How many tasks and pipelines at once; otherwise as configured (agent.jobs).",
            HelpName = "COUNT",
        };
        return new Verb("work", "Do what waits: detached tasks, schedules, the merge queue.", "db-vc work", "db-vc work --once") { once, jobs }
            .Answers<WorkDocument>().Runs(async context =>
        {
            string root;
            int? configured;
            using (var workspace = Session.Open(context)) (root, configured) = (workspace.Root, workspace.Jobs);
            var atOnce = context.Get(jobs) ?? configured;
            if (atOnce is < 1 or > BatchDesk.MostJobs)
            {
                throw new DbVcException(FailureKind.Usage, "batch.jobs", $"From 1 to {BatchDesk.MostJobs} tasks run at once, not {atOnce}.",
                    hint: "Give --jobs a number.");
            }

            var told = new Queue<WorkEvent>();
            var loop = new WorkLoop(root, context.Options(), happened =>
            {
                WorkView.Write(context.Output, happened);
                told.Enqueue(happened);
                if (told.Count > MostTold) told.Dequeue();
            })
            {
                Jobs = atOnce,
            };
            if (context.Get(once)) await loop.RunDueAsync(context.Interrupted).ConfigureAwait(false);
            else await loop.RunAsync(context.Interrupted).ConfigureAwait(false);
            context.Output.Json(told.ToList().ToJson());
            return context.Get(once) ? WorkView.ExitCode(told) : 0;
        });
    }
}
