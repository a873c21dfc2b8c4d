using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Looks at the pipelines that main holds, and runs them.</summary>
internal static class PipelineCommand
{
    public static Verb Create() => new("pipeline", "Run what was merged again: sandbox, gates, and a merge that happens whole or not at all.")
    {
        List(),
        Run(),
        Generate(),
        History(),
        Quarantine(),
        ScheduleCommand.Create(),
        ScheduleCommand.CreatePause(),
    };

    private static Argument<string> Name() => new("PIPELINE") { Description = "Its name, or the table that it alone loads." };

    private static Verb List() => new Verb("list", "List the pipelines of main, with their latest run.", "db-vc pipeline list")
        .Answers<PipelinesDocument>().OnRepository((context, workspace) =>
    {
        var pipelines = workspace.Pipelines.List();
        PipelineView.Write(context.Output, pipelines);
        context.Output.Json(pipelines.ToJson());
        return 0;
    });

    private static Verb Run()
    {
        var name = Name();
        var source = new Option<string?>("--source") { Description = "Read this file instead of the one that the metadata names.", HelpName = "FILE" };
        var again = new Option<bool>("--again") { Description = "Load the source even if it was loaded before." };
        var keep = new Option<bool>("--no-merge") { Description = "Leave the rows on the run's branch, to be looked at and merged by hand." };
        return new Verb("run", "Load the source once more: on a branch, through the gates, into main.",
            "db-vc pipeline run users", "db-vc pipeline run users --source users-2026-02.csv") { name, source, again, keep }
            .Reads(source).Answers<PipelineRunDocument>().OnRepository(async (context, workspace) =>
        {
            var file = context.Get(source) is { } path ? Path.GetFullPath(path) : null;
            var request = new PipelineRunRequest(context.Get(name)!, file, context.Get(again), !context.Get(keep));
            var report = await context.Output.WithProgressAsync(
                view => Task.FromResult(workspace.Pipelines.Run(request, new AgentProgress(view, context.Interrupted), context.Interrupted)))
                .ConfigureAwait(false);
            context.Output.Json(report.ToJson());
            return PipelineView.Finish(context.Output, report);
        });
    }

    private static Verb Generate()
    {
        var name = Name();
        var metadata = new Option<string?>("--metadata", "-f") { Description = "What the code is to do from now on; otherwise as it is.", HelpName = "FILE" };
        var source = new Option<string?>("--source") { Description = "Try the code on this file instead of the metadata's source.", HelpName = "FILE" };
        var branch = new Option<string?>("--branch", "-b") { Description = "The branch to make; otherwise named after the pipeline.", HelpName = "BRANCH" };
        var conflicts = new Option<string>("--conflicts")
        {
            Description = "What becomes of edited lines that are generated otherwise now: refuse, mine, generated, or mark (both, between marks).",
            DefaultValueFactory = _ => "refuse",
            HelpName = "CHOICE",
        };
        conflicts.AcceptOnlyFromAmong("refuse", "mine", "generated", "mark");
        return new Verb("generate", "Make the code of a pipeline anew and keep the edits that people made to it.",
            "db-vc pipeline generate users --metadata metadata/users.json", "db-vc pipeline generate users --conflicts mine")
        {
            name,
            metadata,
            source,
            branch,
            conflicts,
        }.Reads(metadata, source).Answers<TaskDocument>().OnRepository((context, workspace) =>
        {
            var request = new GenerationRequest(context.Get(name)!, Full(context.Get(metadata)), Full(context.Get(source)),
                Session.Branch(context.Get(branch)), Enum.Parse<EditConflicts>(context.Get(conflicts)!, ignoreCase: true));
            return AgentView.RunAsync(context, progress => workspace.Agents.Generate(request, progress, context.Interrupted));
        });
    }

    private static string? Full(string? path) => path is null ? null : Path.GetFullPath(path);

    private static Verb Quarantine()
    {
        var name = Name();
        var run = new Option<string?>("--run") { Description = "Only records of this run.", HelpName = "RUN" };
        var rule = new Option<string?>("--rule") { Description = "Only records that broke this rule.", HelpName = "RULE" };
        var limit = new Option<int>("--limit", "-n") { Description = "Show at most so many.", DefaultValueFactory = _ => 20, HelpName = "N" };
        var export = new Option<string?>("--export") { Description = "Write the records into a new file, with their header, to be mended.", HelpName = "FILE" };
        var retry = new Option<bool>("--retry") { Description = "Run the pipeline, as it is now, on the records; what gets through is merged." };
        var from = new Option<string?>("--from") { Description = "With --retry: read this file, a mended export, in their place.", HelpName = "FILE" };
        var discard = new Option<bool>("--discard") { Description = "Take the records off the list without loading them." };
        return new Verb("quarantine", "Show the records that runs rejected, and try them again.",
            "db-vc pipeline quarantine users", "db-vc pipeline quarantine users --export bad.csv", "db-vc pipeline quarantine users --retry --from bad.csv")
        {
            name,
            run,
            rule,
            limit,
            export,
            retry,
            from,
            discard,
        }.Reads(from).Makes(export)
            .Answers<QuarantineDocument>().Answers<QuarantineExportDocument>().Answers<QuarantineDiscardDocument>().Answers<PipelineRunDocument>()
            .OnRepository(async (context, workspace) =>
        {
            var request = new QuarantineRequest(context.Get(name)!, context.Get(run), context.Get(rule));
            RequireOneWay(context.Get(export) is not null, context.Get(retry), context.Get(discard), context.Get(from) is not null);
            if (context.Get(export) is { } file)
                return PipelineView.Exported(context.Output, workspace.Quarantine.Export(request, Path.GetFullPath(file)), file);
            if (context.Get(discard)) return PipelineView.Discarded(context.Output, workspace.Quarantine.Discard(request));
            if (!context.Get(retry)) return PipelineView.Show(context.Output, workspace.Quarantine.List(request, context.Get(limit)));
            var mended = context.Get(from) is { } path ? Path.GetFullPath(path) : null;
            var report = await context.Output.WithProgressAsync(view => Task.FromResult(
                workspace.Quarantine.Retry(request, mended, new AgentProgress(view, context.Interrupted), context.Interrupted))).ConfigureAwait(false);
            context.Output.Json(report.ToJson());
            return PipelineView.Finish(context.Output, report);
        });
    }

    private static void RequireOneWay(bool export, bool retry, bool discard, bool from)
    {
        if ((export ? 1 : 0) + (retry ? 1 : 0) + (discard ? 1 : 0) > 1)
            throw new DbVcException(FailureKind.Usage, "usage", "--export, --retry and --discard exclude each other.", hint: "Give one of them.");
        if (from && !retry) throw new DbVcException(FailureKind.Usage, "usage", "--from says what --retry reads.", hint: "Give --retry, too.");
    }

    private static Verb History()
    {
        var name = Name();
        return new Verb("history", "Show the runs of a pipeline, oldest first.", "db-vc pipeline history users") { name }
            .Answers<PipelineHistoryDocument>().OnRepository((context, workspace) =>
        {
            var (pipeline, runs) = workspace.Pipelines.History(context.Get(name)!);
            PipelineView.Write(context.Output, runs);
            context.Output.Json(PipelineShapes.History(pipeline, runs));
            return 0;
        });
    }
}
