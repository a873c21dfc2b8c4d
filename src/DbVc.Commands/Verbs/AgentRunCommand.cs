using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Runs many tasks at once.</summary>
internal static class AgentRunCommand
{
    public static Verb Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "Plans, metadata files, or folders of metadata files.", Arity = ArgumentArity.ZeroOrMore };
        var jobs = new Option<int?>("--jobs", "-j") { Description = "How many tasks at once; otherwise as configured (agent.jobs).", HelpName = "COUNT" };
        var after = new Option<string[]>("--after")
        {
            Description = "What comes after what, beside what metadata says; may be given several times.",
            HelpName = "CHILD=PARENT",
        };
        var resume = new Option<string?>("--resume")
        {
            Description = "Go on with a batch that did not come to its end; otherwise with the latest.",
            HelpName = "BATCH",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var model = new Option<string?>("--model") { Description = "The model that works; otherwise the configured one.", HelpName = "MODEL" };
        var limits = AgentCreateCommand.Limits();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask." };
        return new Verb("run", "Run many tasks at once, each on a branch of its own and after those it needs; go on with what was cut off.",
            "db-vc agent run metadata/customers.json metadata/orders.json", "db-vc agent run plan.yaml --jobs 4 --yes",
            "db-vc agent run metadata --after orders=customers", "db-vc agent run --resume")
        { files, jobs, after, resume, model, limits, yes }.Reads(files).Answers<BatchDocument>().OnRepository(async (context, workspace) =>
        {
            var named = context.Get(files) ?? [];
            if (context.Has(resume) == (named.Length > 0))
                throw new DbVcException(FailureKind.Usage, "usage", "Name what is to be run, or give --resume; one of the two.", hint: "db-vc agent run PLAN");
            var batch = context.Has(resume) ? workspace.Batches.Find(context.Get(resume)) : workspace.Batches.Prepare(new BatchRequest(named)
            {
                After = context.Get(after) ?? [],
                Model = context.Get(model),
                Limits = context.Get(limits),
            }, context.Interrupted);
            return await RunAsync(context, workspace, batch, context.Get(jobs), context.Get(yes), "Nothing was done.").ConfigureAwait(false);
        });
    }

    /// <summary>Shows a batch, asks, runs it, and shows what became of it.</summary>
    /// <param name="left">What to say after a no.</param>
    public static async Task<int> RunAsync(CommandContext context, Workspace workspace, BatchReport batch, int? jobs, bool isAgreed, string left)
    {
        BatchTable.WritePlan(context.Output, batch);
        if (!isAgreed && !await context.ConfirmAsync($"Run {Shown.Count(batch.Tasks.Count, "task")}?", "--yes").ConfigureAwait(false))
        {
            context.Output.Line(left);
            return 0;
        }

        var done = await context.Output.WithBoardAsync(batch.Tasks.Select(t => t.Name), board =>
            workspace.Batches.Run(batch, jobs, new BatchProgress(board, context.Interrupted), context.Interrupted)).ConfigureAwait(false);
        context.Output.Json(done.ToJson());
        BatchTable.WriteResult(context.Output, done);
        return BatchTable.ExitCode(done, context.Interrupted.IsCancellationRequested);
    }
}
