using System.Globalization;
using System.Text;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Names of branches and pipelines that people did not name.</summary>
internal static class TaskNames
{
    private const int MaxWords = 4;
    private const int MaxNumber = 999;

    /// <summary>For example <c>agent-ingest-users-001</c>.</summary>
    /// <param name="context">The repository.</param>
    /// <param name="table">The destination.</param>
    /// <param name="taken">Names that were given away and are no branches yet.</param>
    public static BranchName ForTable(WorkspaceContext context, string table, IReadOnlySet<string>? taken = null) =>
        FirstFree(context, "agent-ingest-" + Plain(table), taken);

    /// <summary>The first words of the task, for example <c>agent-ingest-customer-data-from-001</c>.</summary>
    public static BranchName ForText(WorkspaceContext context, string text) =>
        FirstFree(context, "agent-" + string.Join('-', Plain(text).Split('-', StringSplitOptions.RemoveEmptyEntries).Take(MaxWords)));

    /// <summary>For example <c>run-users-001</c>.</summary>
    public static BranchName ForRun(WorkspaceContext context, string pipeline) => FirstFree(context, "run-" + Plain(pipeline));

    /// <summary>For example <c>generate-users-001</c>.</summary>
    public static BranchName ForGeneration(WorkspaceContext context, string pipeline) => FirstFree(context, "generate-" + Plain(pipeline));

    /// <summary>A name that can be a folder: letters, digits, '-', '_' and '.'.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '_' or '.') plain.Append(char.ToLowerInvariant(c));
            else if (plain.Length > 0 && plain[^1] != '-') plain.Append('-');
        }

        var name = plain.ToString().Trim('-', '.').Replace("..", ".", StringComparison.Ordinal);
        return name.Length == 0 ? "data" : name[..Math.Min(name.Length, 60)].TrimEnd('-', '.');
    }

    private static BranchName FirstFree(WorkspaceContext context, string stem, IReadOnlySet<string>? taken = null)
    {
        for (var number = 1; number <= MaxNumber; number++)
        {
            var name = BranchName.Parse(string.Create(CultureInfo.InvariantCulture, $"{stem}-{number:000}"));
            if (context.Repository.FindHead(name) is null && taken?.Contains(name.Text) is not true) return name;
        }

        throw new DbVcException(FailureKind.Usage, "branch.exists", $"All names {stem}-001 to -{MaxNumber} are taken.", hint: "Name the branch with --branch.");
    }
}
