using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Which task waits for which, and in what order they can be done.</summary>
internal static class TaskOrder
{
    /// <summary>
    /// Adds what follows from the metadata to what was declared: a task comes after those that load a table which its rows refer to, and after an earlier
    /// one that loads the same table. Throws usage failures <c>plan.unknown</c> and <c>plan.cycle</c>.
    /// </summary>
    /// <param name="tasks">In the order in which they were named.</param>
    /// <returns>Each after those it waits for; else as they were named.</returns>
    public static IReadOnlyList<PlannedTask> Arrange(IReadOnlyList<PlannedTask> tasks)
    {
        var linked = tasks.Select((task, i) => Link(task, i, tasks)).ToList();
        var ordered = new List<PlannedTask>();
        while (ordered.Count < linked.Count)
        {
            var next = linked.Find(t => !ordered.Contains(t) && t.After.All(name => ordered.Exists(o => o.Name == name)));
            if (next is null) throw Cycle([.. linked.Where(t => !ordered.Contains(t))]);
            ordered.Add(next);
        }

        return ordered;
    }

    private static PlannedTask Link(PlannedTask task, int place, IReadOnlyList<PlannedTask> tasks)
    {
        var (after, why) = (new List<string>(), new List<string>(task.Why));
        foreach (var name in task.After)
        {
            var declared = Require(name, task, tasks);
            if (!after.Contains(declared.Name)) after.Add(declared.Name);
        }

        foreach (var (other, i) in tasks.Select((other, i) => (other, i)).Where(pair => pair.other != task && !after.Contains(pair.other.Name)))
        {
            var isParent = task.RefersTo.Contains(other.Table, StringComparer.OrdinalIgnoreCase);
            var isSame = i < place && Same(task.Table, other.Table) && !other.After.Any(name => IsNamed(task, name));
            if (!isParent && !isSame) continue;
            after.Add(other.Name);
            Note(why, isParent ? $"after {other.Name}: its rows refer to table {other.Table}" : $"after {other.Name}: both load table {other.Table}");
        }

        return task with { After = after, Why = why };
    }

    /// <summary>A plan that was written with its reasons has them already.</summary>
    private static void Note(List<string> why, string reason)
    {
        if (!why.Contains(reason)) why.Add(reason);
    }

    private static PlannedTask Require(string name, PlannedTask task, IReadOnlyList<PlannedTask> tasks)
    {
        var found = tasks.FirstOrDefault(t => IsNamed(t, name)) ?? throw new DbVcException(FailureKind.Usage, "plan.unknown",
            $"'{task.Name}' is to come after '{name}', and there is no such task.", hint: $"Tasks: {string.Join(", ", tasks.Select(t => t.Name))}.");
        if (found.Name != task.Name) return found;
        throw new DbVcException(FailureKind.Usage, "plan.cycle", $"'{task.Name}' is to come after itself.", hint: "Leave that out.");
    }

    /// <summary>By its name, or by its table where that is how people think of it.</summary>
    private static bool IsNamed(PlannedTask task, string name) => Same(task.Name, name) || Same(task.Table, name);

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whoever is left waits for somebody who is left, so that following them leads round in a circle.</summary>
    private static DbVcException Cycle(IReadOnlyList<PlannedTask> left)
    {
        var path = new List<PlannedTask>();
        var at = left[0];
        while (!path.Contains(at))
        {
            path.Add(at);
            at = left.First(t => at.After.Contains(t.Name));
        }

        var circle = path[path.IndexOf(at)..];
        var names = string.Join(" after ", circle.Append(at).Select(t => t.Name));
        var why = string.Join("; ", circle.SelectMany(t => t.Why.Where(w => w.StartsWith("after ", StringComparison.Ordinal)).Select(w => $"{t.Name} {w}")));
        return new DbVcException(FailureKind.Usage, "plan.cycle", $"No task can be the first: {names}.",
            hint: why.Length > 0 ? $"Load one of them without its references first: {why}." : "Leave one of these out.");
    }
}
