using System.Text.Json;

namespace DbVc.Mcp;

/// <summary>A kind of resource: what a reading tool answers, under an address.</summary>
/// <param name="Template">With one variable or two, or none.</param>
/// <param name="Tool">The tool that answers.</param>
/// <param name="Parameters">Which parameters the variables are, in order.</param>
internal sealed record ResourceKind(string Name, string Template, string Description, string Tool, params IReadOnlyList<string> Parameters)
{
    /// <summary>What stands between two variables.</summary>
    public const string Separator = "..";

    public string Prefix => Template.Split('{')[0];
}

/// <summary>Addresses of what a client may read without calling a tool.</summary>
internal static class ResourceTable
{
    public const string Scheme = "db-vc://";

    public static IReadOnlyList<ResourceKind> All { get; } =
    [
        new("branches", Scheme + "branches", "The branches and their state.", "branch_list"),
        new("status", Scheme + "status", "The repository at a glance.", "status"),
        new("branch", Scheme + "branch/{name}", "One branch; / in its name is written %2F or as it is.", "branch_show", "branch"),
        new("review", Scheme + "review/{branch}", "All that a reviewer needs of a branch.", "branch_review", "branch"),
        new("report", Scheme + "report/{branch}", "The gate report of a branch, or of a merge commit.", "evidence_show", "revision"),
        new("schema", Scheme + "schema/{revision}", "Tables, columns and keys at a revision.", "schema", "revision"),
        new("diff", Scheme + "diff/{before}..{after}", "What differs between two revisions.", "diff", "before", "after"),
    ];

    /// <summary>The address of one.</summary>
    public static string AddressOf(string kind, string name) => All.First(k => k.Name == kind).Prefix + Uri.EscapeDataString(name);

    /// <summary>The tool and the arguments that an address stands for; null for an address of nothing.</summary>
    public static (Tool Tool, IReadOnlyDictionary<string, JsonElement> Arguments)? Find(string address)
    {
        foreach (var kind in All)
        {
            if (kind.Parameters.Count == 0 ? address != kind.Template : !address.StartsWith(kind.Prefix, StringComparison.Ordinal)) continue;
            var rest = address[kind.Prefix.Length..];
            string[] values = kind.Parameters.Count switch
            {
                0 => [],
                1 => [rest],
                _ => rest.Split(ResourceKind.Separator, 2),
            };
            if (values.Length != kind.Parameters.Count || values.Any(value => value.Length == 0)) return null;
            return (ToolTable.Find(kind.Tool)!, kind.Parameters.Zip(values)
                .ToDictionary(pair => pair.First, pair => JsonSerializer.SerializeToElement(Uri.UnescapeDataString(pair.Second))));
        }

        return null;
    }
}
