using DbVc.Model;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DbVc.Orchestration;

/// <summary>
/// Reads a plan, which a person can write and edit: <c>tasks</c>, each with its <c>metadata</c>. The rest may be left out: <c>name</c>, <c>source</c>,
/// <c>table</c>,
/// <c>branch</c>, <c>after</c>, <c>why</c>. YAML or JSON.
/// </summary>
internal static class PlanFile
{
    private const int MostTasks = 1000;
    private static readonly string[] s_members = ["name", "source", "table", "metadata", "branch", "after", "why"];

    /// <summary>Null where the text is no plan: it has no <c>tasks</c>. Throws usage failure <c>plan.invalid</c>.</summary>
    /// <param name="text">The file's.</param>
    /// <param name="path">Full; relative paths in the plan begin beside it.</param>
    public static IReadOnlyList<WrittenTask>? Read(string text, string path)
    {
        if (!text.Contains("tasks", StringComparison.Ordinal) || FindTasks(text) is not { } tasks) return null;
        if (tasks is not YamlSequenceNode list) throw Invalid(path, tasks, "'tasks' is no list");
        if (list.Children.Count is 0 or > MostTasks) throw Invalid(path, tasks, $"a plan has 1 to {MostTasks} tasks, not {list.Children.Count}");
        return [.. list.Children.Select(node => ReadTask(node, path))];
    }

    private static YamlNode? FindTasks(string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents is [{ RootNode: YamlMappingNode root }] && root.Children.TryGetValue("tasks", out var tasks) ? tasks : null;
        }
        catch (YamlException)
        {
            // Who reads it as metadata says what is wrong.
            return null;
        }
    }

    private static WrittenTask ReadTask(YamlNode node, string path)
    {
        if (node is not YamlMappingNode map) throw Invalid(path, node, "a task is no mapping");
        foreach (var key in map.Children.Keys)
        {
            if (!s_members.Contains((key as YamlScalarNode)?.Value))
                throw Invalid(path, key, $"'{key}' is not known in a task", $"Known: {string.Join(", ", s_members)}.");
        }

        var metadata = Text("metadata") ?? throw Invalid(path, node, "a task has no 'metadata'", "Name its file; db-vc metadata infer makes one.");
        return new WrittenTask(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, metadata)), $"{path}:{node.Start.Line}")
        {
            Name = Text("name"),
            Source = Text("source"),
            Table = Text("table"),
            Branch = Text("branch"),
            After = Texts("after"),
            Why = Texts("why"),
        };

        YamlNode? Find(string key) => map.Children.TryGetValue(key, out var found) ? found : null;

        string? Text(string key) => Find(key) switch
        {
            null => null,
            YamlScalarNode { Value: { Length: > 0 } value } => value,
            var other => throw Invalid(path, other, $"'{key}' is no text"),
        };

        IReadOnlyList<string> Texts(string key) => Find(key) switch
        {
            null or YamlScalarNode { Value: null or "" } => [],
            YamlScalarNode { Value: { } one } => [one],
            YamlSequenceNode many when many.Children.All(n => n is YamlScalarNode { Value.Length: > 0 }) =>
                [.. many.Children.Select(n => ((YamlScalarNode)n).Value!)],
            var other => throw Invalid(path, other, $"'{key}' is no list of texts"),
        };
    }

    private static DbVcException Invalid(string path, YamlNode node, string problem, string? hint = null) => new(FailureKind.Usage, "plan.invalid",
        $"In the plan, {problem}.", $"{path}:{node.Start.Line}", hint ?? "The form of a plan is in docs/agents.md.");
}

/// <summary>A task as a plan says it, before its metadata is read.</summary>
/// <param name="Metadata">The file, as a full path.</param>
/// <param name="Where">Where it is written, for messages.</param>
internal sealed record WrittenTask(string Metadata, string Where)
{
    public string? Name { get; init; }

    public string? Source { get; init; }

    public string? Table { get; init; }

    public string? Branch { get; init; }

    public IReadOnlyList<string> After { get; init; } = [];

    public IReadOnlyList<string> Why { get; init; } = [];
}
