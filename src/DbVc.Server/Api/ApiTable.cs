using DbVc.Commands;
using DbVc.Orchestration;

namespace DbVc.Server;

/// <summary>
/// Every verb of the command line over HTTP, under its own words: <c>db-vc branch merge x --dry-run</c> is
/// <c>POST /api/v1/branch/merge {"name": "x", "dryRun": true}</c>, and what a viewer may do is also a GET. What stands here is only what differs from that.
/// </summary>
internal static class ApiTable
{
    /// <summary>Parameters that are not offered: they name places of the host, or let it ask what only the one who runs it may have it ask.</summary>
    private static readonly HashSet<string> s_withheld =
    [
        "import database", "metadata infer metadata", "metadata infer privateHost", "metadata infer query", "metadata infer from", "metadata infer force",
        "agent plan task", "agent plan force", "agent plan out",
    ];

    /// <summary>Parameters with which a verb that else only reads changes something, or does not end: they are no part of a GET.</summary>
    private static readonly HashSet<string> s_changing =
    [
        "tag name", "tag rev", "tag delete", "branch rule protected", "branch rule noProtected", "branch rule approvals", "branch rule gates",
        "branch rule request", "branch rule noRequest", "doctor fix", "request show seen",
        "pipeline quarantine export", "pipeline quarantine retry", "pipeline quarantine from", "pipeline quarantine discard",
            "agent log follow", "pipeline schedule cron",
        "pipeline schedule zone", "pipeline schedule missed", "pipeline schedule overlap", "pipeline schedule retries", "pipeline schedule noMerge",
        "pipeline schedule merge", "pipeline schedule off",
    ];

    /// <summary>Verbs that change nothing of the repository, and yet are no GET: they ask other hosts, or work for long.</summary>
    private static readonly HashSet<string> s_posted = ["metadata infer", "agent plan", "evidence verify"];

    /// <summary>Verbs whose NAME is that of a branch; of others it is a user's, a tag's, an invariant's.</summary>
    private static readonly string[] s_named = ["branch ", "gate run", "merge queue remove"];

    /// <summary>Every endpoint, in the order of the help.</summary>
    public static IReadOnlyList<Endpoint> All { get; } =
        [.. Verbs(new CommandLine().Root).Where(v => v.Verb.HereBecause is null).Select(v => Of(v.Name, v.Verb))];

    /// <summary>All verbs with code, by their words.</summary>
    internal static IEnumerable<(string Name, Verb Verb)> Verbs(System.CommandLine.Command parent) =>
        from verb in parent.Subcommands.OfType<Verb>()
        from found in verb.Body is null ? Verbs(verb) : Verbs(verb).Prepend((CommandContext.NameOf(verb), verb))
        select found;

    private static Endpoint Of(string name, Verb verb)
    {
        var offered = Parameter.Of(verb).Where(p => !s_withheld.Contains($"{name} {p.Name}")).ToList();
        var reads = AccessTable.FindVerb(name) is { Action: AccessAction.Read } && !s_posted.Contains(name);
        return new Endpoint(name, verb)
        {
            Parameters = offered,
            Asked = reads ? [.. offered.Where(p => !s_changing.Contains($"{name} {p.Name}"))] : null,
            Ref = offered.Find(p => !p.IsList && (p.Name == "branch" || (p.Name == "name" && IsOfBranch(name))))?.Name,
        };
    }

    private static bool IsOfBranch(string verb) => s_named.Any(words => verb.StartsWith(words, StringComparison.Ordinal));
}
