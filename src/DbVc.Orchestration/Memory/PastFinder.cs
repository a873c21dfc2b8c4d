using System.Globalization;
using DbVc.Agents;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Finds what earlier work says to a task that begins: to whoever started it, and to its model.</summary>
internal static class PastFinder
{
    private const int MostSaid = 3;

    /// <summary>The report with what its model is to be told. Rejections are said to the person, too, whichever model works.</summary>
    public static AgentReport Tell(WorkspaceContext context, PipelineSpec spec, AgentReport report, IAgentProgress progress)
    {
        try
        {
            return Find(context, spec, report, progress);
        }
        catch (DbVcException failure) when (failure.Code == "memory.unreadable")
        {
            // No task needs it.
            progress.Message($"{failure.Message} {failure.Hint}");
            return report with { Past = "" };
        }
    }

    private static AgentReport Find(WorkspaceContext context, PipelineSpec spec, AgentReport report, IAgentProgress progress)
    {
        var rejections = context.Memory.FindRejections(spec);
        foreach (var lesson in rejections.Take(MostSaid))
        {
            var no = lesson.Rejection!;
            progress.Message($"A merge of the like was rejected: {no.Reason} ({no.By}, {DayOf(lesson)}, branch {no.Branch}; db-vc memory show {lesson.Id})");
        }

        if (report.Model == BuiltinChatClient.ModelName) return report with { Past = "" };
        var words = string.Join(' ', spec.Rules.Where(r => !r.FromSchema).Select(r => r.Written ?? r.Text).Append(report.Text ?? ""));
        var past = new PastWork(
            [.. rejections.Select(l => new PastRejection(l.Rejection!.Reason, l.Rejection.By, DayOf(l), l.Rejection.Tables))],
            [.. context.Memory.FindRules(words).Select(l => new PastRule(l.Rule!.Sentence, l.Rule.Canonical, l.Rule.Code))]);
        return report with { Past = SecretMask.FromEnvironment().Mask(past.Write(PreparedRun.DisclosureOf(context, report))) };
    }

    private static string DayOf(Lesson lesson) => lesson.Learned.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
