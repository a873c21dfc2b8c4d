using System.Text;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Reads plans and metadata, and checks before anything is made what can be checked then.</summary>
internal sealed class PlanReader(WorkspaceContext context)
{
    private static readonly string[] s_endings = [".json", ".yaml", ".yml"];

    /// <summary>The tasks, each after those it waits for. Throws usage failures <c>plan.*</c>, and what is wrong with metadata or source.</summary>
    public IReadOnlyList<PlannedTask> Read(BatchRequest request, CancellationToken cancel)
    {
        var written = request.Files.SelectMany(ReadFile).ToList();
        if (written.Count == 0) throw Refuse("plan.empty", "No task is named.", null, "Name plans, metadata files, or folders of metadata files.");
        if (written.GroupBy(t => t.Metadata).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw Refuse("plan.twice", "The same metadata is named twice.", twice.Key, "Name it once; its records would be loaded twice.");
        var tasks = new List<PlannedTask>();
        var specs = new Dictionary<string, PipelineSpec>();
        foreach (var task in written)
        {
            cancel.ThrowIfCancellationRequested();
            var (planned, spec) = ReadTask(task, tasks, cancel);
            tasks.Add(planned);
            specs[planned.Name] = spec;
        }

        var ordered = TaskOrder.Arrange(Declare(tasks, request.After));
        foreach (var task in ordered) CheckReferences(task, specs[task.Name], ordered);
        return ordered;
    }

    /// <summary>Equal for equal tasks in equal order, whatever branches were named for them.</summary>
    public static string DigestOf(IEnumerable<PlannedTask> tasks, BatchRequest request) => Hash.Of(Encoding.UTF8.GetBytes(string.Join('\n', tasks
        .Select(t => string.Join('\t', t.Name, t.Metadata, t.MetadataHash, t.Branch, string.Join(',', t.After)))
        .Append(request.Model).Append(request.Limits)))).ToString();

    private static IEnumerable<WrittenTask> ReadFile(string name)
    {
        var path = Path.GetFullPath(name);
        if (Directory.Exists(path))
        {
            return [.. Directory.EnumerateFiles(path).Where(f => s_endings.Contains(Path.GetExtension(f).ToLowerInvariant()))
                .Order(StringComparer.Ordinal).Select(f => new WrittenTask(f, f))];
        }

        return PlanFile.Read(MetadataFile.ReadText(path), path) ?? [new WrittenTask(path, path)];
    }

    private (PlannedTask Task, PipelineSpec Spec) ReadTask(WrittenTask task, List<PlannedTask> before, CancellationToken cancel)
    {
        var text = MetadataFile.ReadText(task.Metadata);
        var spec = MetadataReader.Read(text, Path.GetFileName(task.Metadata));
        RefuseOther(task, "table", task.Table, spec.Destination.Table);
        RefuseOther(task, "source", task.Source, spec.Source.Location);
        if (spec.Source.Fetch is null)
        {
            // A source that is not there, or is another one, is found now and not in the middle.
            context.Options.Files?.RequireSource(spec, task.Metadata);
            spec = PipelineSource.Inspect(spec, spec.ResolveLocation(Path.GetDirectoryName(task.Metadata)!, Directory.GetCurrentDirectory()), cancel);
        }

        var planned = new PlannedTask(NameFor(task, before), spec.Destination.Table, task.Metadata)
        {
            Source = spec.Source.Location,
            Branch = task.Branch is null ? null : BranchName.Parse(task.Branch).Text,
            After = task.After,
            Why = task.Why,
            RefersTo = [.. spec.Destination.ForeignKeys.Select(k => k.ReferencedTable).Concat(spec.ReferenceRules.Select(r => r.Reference!.Table))
                .Where(t => !t.Equals(spec.Destination.Table, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase)],
            MetadataHash = Hash.Of(Encoding.UTF8.GetBytes(text)).ToString(),
        };
        if (before.Exists(t => t.Name == planned.Name))
            throw Refuse("plan.name", $"Two tasks are called '{planned.Name}'.", task.Where, "Give one of them another name.");
        if (planned.Branch is { } branch && before.Exists(t => t.Branch == branch))
            throw Refuse("plan.branch", $"Two tasks are to make the branch '{branch}'.", task.Where, "A branch is made by one task; name another one.");
        return (planned, spec);
    }

    private static string NameFor(WrittenTask task, List<PlannedTask> before)
    {
        if (task.Name is { } given)
        {
            return TaskNames.Plain(given) == given ? given
                : throw Refuse("plan.name", $"'{given}' is no name of a task.", task.Where, "Names have small letters, digits, '-', '_' and '.' in them.");
        }

        var stem = TaskNames.Plain(Path.GetFileNameWithoutExtension(task.Metadata));
        return Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? stem : $"{stem}-{i}").First(name => !before.Exists(t => t.Name == name));
    }

    /// <summary>What the plan says beside its metadata is for people; the two must not tell different stories.</summary>
    private static void RefuseOther(WrittenTask task, string what, string? said, string meant)
    {
        if (said is null || said == meant) return;
        throw Refuse("plan.contradicts", $"The plan says the {what} '{said}', its metadata says '{meant}'.", task.Where,
            $"Change it in {task.Metadata}, or leave it out of the plan.");
    }

    private static List<PlannedTask> Declare(List<PlannedTask> tasks, IReadOnlyList<string> declared)
    {
        foreach (var text in declared)
        {
            if (text.Split('=') is not [{ Length: > 0 } child, { Length: > 0 } parents])
            {
                throw Refuse("plan.after", $"'{text}' says nothing of an order.", "--after",
                    "Write --after CHILD=PARENT, for example --after orders=customers.");
            }

            var place = tasks.FindIndex(t => t.Name == child || t.Table == child);
            if (place < 0)
                throw Refuse("plan.unknown", $"There is no task '{child}'.", "--after", $"Tasks: {string.Join(", ", tasks.Select(t => t.Name))}.");
            tasks[place] = tasks[place] with { After = [.. tasks[place].After, .. parents.Split(',')] };
        }

        return tasks;
    }

    /// <summary>What a task compares its rows with must be there when it begins: in main, or made by one of those before it.</summary>
    private void CheckReferences(PlannedTask task, PipelineSpec spec, IReadOnlyList<PlannedTask> tasks)
    {
        var main = context.Repository.ReadSnapshot(context.Repository.Head(BranchName.Main)).ReadSchema();
        var missing = task.RefersTo.FirstOrDefault(table => main.FindTable(table) is null
            && !tasks.Any(t => t.Table.Equals(table, StringComparison.OrdinalIgnoreCase)));
        if (missing is not null)
        {
            throw Refuse("plan.parent", $"The rows of '{task.Name}' refer to table '{missing}', which neither main has nor one of these tasks makes.",
                task.Metadata, "Add the metadata that loads it, or take the reference out.");
        }

        if (task.After.Count == 0) Destination.Check(spec, main, context.Live.Provider.Tables);
    }

    private static DbVcException Refuse(string code, string message, string? where, string hint) => new(FailureKind.Usage, code, message, where, hint);
}
