using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DbVc.Orchestration;

/// <summary>Writes a plan as people read it, in the form that <see cref="PlanFile"/> reads.</summary>
internal static partial class PlanWriter
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="tasks">Each after those it waits for.</param>
    /// <param name="folder">Where the plan will lie.</param>
    public static string Write(IReadOnlyList<PlannedTask> tasks, string folder)
    {
        var text = new StringBuilder("""
            # What is to be loaded, and in which order. Change what you like, and run it: db-vc agent run
            # What is loaded how stands in the metadata of each task; "why" is for people.
            tasks:

            """);
        foreach (var task in tasks)
        {
            text.Append("  - name: ").AppendLine(Scalar(task.Name));
            Add("source", task.Source);
            Add("table", task.Table);
            Add("metadata", Path.GetRelativePath(folder, task.Metadata));
            Add("branch", task.Branch);
            text.Append("    after: [").AppendJoin(", ", task.After.Select(Scalar)).AppendLine("]");
            if (task.Why.Count > 0) text.AppendLine("    why:");
            foreach (var why in task.Why) text.Append("      - ").AppendLine(Scalar(why));
        }

        return text.ToString().ReplaceLineEndings("\n");

        void Add(string key, string? value)
        {
            if (value is not null) text.Append("    ").Append(key).Append(": ").AppendLine(Scalar(value));
        }
    }

    /// <summary>Bare where YAML can take it for nothing but a text; else in the quotes of JSON, which are YAML's, too.</summary>
    private static string Scalar(string text) => Bare().IsMatch(text) ? text : JsonSerializer.Serialize(text, s_options);

    [GeneratedRegex(@"\A(?!(?i:null|true|false|yes|no|on|off|y|n)\z)[A-Za-z_][A-Za-z0-9_./-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Bare();
}
