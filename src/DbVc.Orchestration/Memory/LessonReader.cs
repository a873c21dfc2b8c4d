using System.Text;
using DbVc.Agents;
using DbVc.Live;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Reads out of a task that was merged, or a branch that was rejected, what it teaches.</summary>
internal sealed class LessonReader(WorkspaceContext context)
{
    private const int IdDigits = 10;

    /// <summary>The lessons of a merged task; none where an administrator overrode its gates: what is not good enough to pass is no example.</summary>
    public IEnumerable<Lesson> Read(AgentReport task)
    {
        if (task.Override is not null) yield break;
        if (FindMerged(task) is { } merged)
        {
            foreach (var lesson in ReadCommit(task, merged)) yield return lesson;
        }

        foreach (var (repair, i) in ReadRepairs(task).Select((r, i) => (r, i)))
        {
            yield return new Lesson($"{task.Task}/repair-{i + 1}", LessonKind.Repair, task.Task, task.Pipeline!, repair.Objection, task.Created)
            {
                Edits = [.. repair.Edits.Select(e => new LessonEdit(e.Path, e.Before, e.After))],
            };
        }
    }

    /// <summary>What a rejection teaches.</summary>
    public static Lesson Of(Rejection rejection) => new($"rejection/{rejection.Id}", LessonKind.Rejection, rejection.Task ?? "", rejection.Pipeline ?? "",
        string.Join(' ', [rejection.Reason, rejection.Branch, .. rejection.Tables]), rejection.Time)
    {
        Rejection = new LessonRejection(rejection.Name, rejection.Branch, rejection.Reason, rejection.Tables, rejection.Pieces),
    };

    /// <summary>Names all that a generator makes.</summary>
    public static string FingerprintOf(IEnumerable<KeyValuePair<string, string>> files) => Hash.Of(Encoding.UTF8.GetBytes(string.Join('\0',
        files.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => new[] { f.Key, f.Value })))).ToString();

    private IEnumerable<Lesson> ReadCommit(AgentReport task, CommitId merged)
    {
        var snapshot = context.Repository.ReadSnapshot(merged);
        var files = BranchFiles.Read(snapshot, task.Pipeline!).ToDictionary(f => f.Key, f => Encoding.UTF8.GetString(f.Value), StringComparer.Ordinal);
        if (FindGenerated(files) is { Count: > 0 } generated)
        {
            yield return new Lesson($"{task.Task}/pipeline", LessonKind.Pipeline, task.Task, task.Pipeline!, task.Text ?? task.Pipeline!, task.Created)
            {
                Fingerprint = FingerprintOf(generated),
                Files = generated.Where(g => files.TryGetValue(g.Key, out var text) && text != g.Value).ToDictionary(g => g.Key, g => files[g.Key]),
            };
        }

        if (DeployedPipeline.TryRead(snapshot, task.Pipeline!) is not { } spec) yield break;
        foreach (var rule in ReadRules(task, spec)) yield return rule;
        if (ReadDialect(task, spec, merged) is { } dialect) yield return dialect;
    }

    /// <summary>A sentence is one lesson, however many pipelines have it, so that forgetting it is enough.</summary>
    private static IEnumerable<Lesson> ReadRules(AgentReport task, PipelineSpec spec)
    {
        foreach (var sentence in spec.Rules.Where(r => r.Written is not null).GroupBy(r => r.Written!, StringComparer.OrdinalIgnoreCase))
        {
            var canonical = string.Join("; ", sentence.Select(r => r.Text));
            var code = string.Join(" && ", sentence.Where(r => r.Condition is not null && !r.IsForHost).Select(CSharpGenerator.Express));
            var id = Hash.Of(Encoding.UTF8.GetBytes($"{sentence.Key.ToLowerInvariant()}\0{canonical}")).ToString()[..IdDigits];
            yield return new Lesson($"rule/{id}", LessonKind.Rule, task.Task, task.Pipeline!, $"{sentence.Key} {canonical}", task.Created)
            {
                Rule = new LessonRule(sentence.Key, canonical, code.Length == 0 ? null : code),
            };
        }
    }

    private Lesson? ReadDialect(AgentReport task, PipelineSpec spec, CommitId merged)
    {
        var location = spec.Source.Location;
        if (!location.Contains("://", StringComparison.Ordinal))
            location = spec.ResolveLocation(Path.GetDirectoryName(task.MetadataPath) ?? context.Layout.Root, context.Layout.Root);
        if (Supplier.Of(location) is not { } supplier || DialectReader.Read(spec) is not { IsEmpty: false } dialect) return null;
        return new Lesson($"{task.Task}/dialect", LessonKind.Dialect, task.Task, task.Pipeline!,
            string.Join(' ', [supplier, .. dialect.Describe()]), task.Created)
        {
            Dialect = new LessonDialect(supplier, merged.Short, dialect),
        };
    }

    /// <summary>The commit that was merged; null where it is not kept any more.</summary>
    private CommitId? FindMerged(AgentReport task)
    {
        var merged = BranchRecord.Read(context.Repository.Store, BranchName.Parse(task.Branch)) is { } branch && branch.Task == task.Task
            ? branch.Merged : task.Made;
        return merged is null || context.Repository.Store.ReadCommit(CommitId.Parse(merged).Hash) is null ? null : CommitId.Parse(merged);
    }

    private static Dictionary<string, string> FindGenerated(Dictionary<string, string> files) =>
        files.Where(f => f.Key.StartsWith(Checkout.OriginalFolder + "/", StringComparison.Ordinal))
            .ToDictionary(f => f.Key[(Checkout.OriginalFolder.Length + 1)..], f => f.Value, StringComparer.Ordinal);

    private IReadOnlyList<PastRepair> ReadRepairs(AgentReport task)
    {
        try
        {
            return RepairFinder.Find(task.Task, File.ReadAllText(Transcript.PathOf(context.Layout.AgentLogs, TaskId.Parse(task.Task))));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or DbVcException { Code: "agent.log-damaged" })
        {
            // A log that is gone teaches nothing.
            return [];
        }
    }
}
