using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Says when pipelines run by themselves.</summary>
internal static class ScheduleCommand
{
    public static Verb Create()
    {
        var name = Name(ArgumentArity.ZeroOrOne, "Its name, or the table that it alone loads; without it all schedules are listed.");
        var cron = new Option<string?>("--cron") { Description = "Minute, hour, day of the month, month, day of the week.", HelpName = "EXPRESSION" };
        var zone = new Option<string?>("--zone") { Description = "The time zone in which that is read; UTC where none was said.", HelpName = "ZONE" };
        var missed = OneOf<MissedRuns>("--missed", "Times that passed while nothing did the work: skip, once (one run for all; the default), or all.");
        var overlap = OneOf<OverlapPolicy>("--overlap", "A time at which the run before is not over: skip (the default), or queue.");
        var retries = new Option<int?>("--retries") { Description = "How often a run that failed is tried again, 0 to 10; else not.", HelpName = "N" };
        var keep = new Option<bool>("--no-merge") { Description = "Leave the rows on each run's branch, to be looked at and merged by hand." };
        var merge = new Option<bool>("--merge") { Description = "Merge what runs load, as is done unless --no-merge was said." };
        var off = new Option<bool>("--off") { Description = "Take the schedule away." };
        return new Verb("schedule", "Say when a pipeline runs by itself, or list that; db-vc work does it.",
            "db-vc pipeline schedule users --cron \"0 3 * * *\" --zone Europe/Berlin --retries 3", "db-vc pipeline schedule",
            "db-vc pipeline schedule users --off")
        {
            name,
            cron,
            zone,
            missed,
            overlap,
            retries,
            keep,
            merge,
            off,
        }.Answers<SchedulesDocument>().OnRepository((context, workspace) =>
        {
            var options = new Option[] { cron, zone, missed, overlap, retries, keep, merge };
            var given = options.FirstOrDefault(context.Has);
            if (context.Get(name) is not { } pipeline) return List(context, workspace, given ?? (context.Has(off) ? off : null));
            if (context.Get(keep) && context.Get(merge)) throw Usage("--merge and --no-merge exclude each other.", "Give one of them.");
            if (context.Get(off) && given is not null) throw Usage($"--off and {given.Name} exclude each other.", "Give one of them.");
            if (context.Get(off)) return Off(context, workspace, pipeline);
            var report = given is null ? workspace.Schedules.Show(pipeline) : workspace.Schedules.Set(
                new ScheduleRequest(pipeline, context.Get(cron), context.Get(zone))
                {
                    Missed = context.Get(missed),
                    Overlap = context.Get(overlap),
                    Retries = context.Get(retries),
                    Merge = context.Get(keep) ? false : context.Get(merge) ? true : null,
                });
            return Finish(context, report);
        });
    }

    public static Verb CreatePause()
    {
        var name = Name(ArgumentArity.ExactlyOne, "Its name, or the table that it alone loads.");
        var off = new Option<bool>("--off") { Description = "Let it run again." };
        return new Verb("pause", "Hold the runs of a schedule back; what passes meanwhile is not made up for.",
            "db-vc pipeline pause users", "db-vc pipeline pause users --off") { name, off }
            .Answers<SchedulesDocument>().OnRepository((context, workspace) =>
                Finish(context, workspace.Schedules.Pause(context.Get(name)!, !context.Get(off))));
    }

    private static int Finish(CommandContext context, ScheduleReport report)
    {
        WorkView.Write(context.Output, report);
        context.Output.Json(((IReadOnlyList<ScheduleReport>)[report]).ToJson());
        return 0;
    }

    private static int List(CommandContext context, Workspace workspace, Option? given)
    {
        if (given is not null) throw Usage($"{given.Name} is about one pipeline.", "Name it: db-vc pipeline schedule NAME.");
        var schedules = workspace.Schedules.List();
        WorkView.Write(context.Output, schedules);
        context.Output.Json(schedules.ToJson());
        return 0;
    }

    private static int Off(CommandContext context, Workspace workspace, string pipeline)
    {
        var removed = workspace.Schedules.Remove(pipeline);
        context.Output.Line(Piece.Good("✓ "), Piece.Name(removed.Pipeline), " runs by itself no more.");
        context.Output.Json(((IReadOnlyList<ScheduleReport>)[]).ToJson());
        return 0;
    }

    private static Argument<string?> Name(ArgumentArity arity, string description) => new("PIPELINE") { Description = description, Arity = arity };

    private static Option<T?> OneOf<T>(string name, string description)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().Select(value => Json.Name(value)).ToArray();
        var option = new Option<T?>(name)
        {
            Description = description,
            HelpName = string.Join('|', words),
            CustomParser = result => Enum.Parse<T>(result.Tokens[0].Value, ignoreCase: true),
        };
        return option.AcceptOnlyFromAmong(words);
    }

    private static DbVcException Usage(string message, string hint) => new(FailureKind.Usage, "usage", message, hint: hint);
}
