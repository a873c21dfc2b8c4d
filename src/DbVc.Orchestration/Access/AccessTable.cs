namespace DbVc.Orchestration;

/// <summary>What somebody may be allowed to do.</summary>
public enum AccessAction
{
    Read,
    Work,
    Write,
    Merge,
    Approve,
    TakeBack,
    Administer,
}

/// <summary>An action, the least role that may do it, and the commands it takes.</summary>
public sealed record AccessRule(AccessAction Action, Role Role, string Description, IReadOnlyList<string> Verbs);

/// <summary>The one place that says which role may do what, and which command is what.</summary>
public static class AccessTable
{
    /// <summary>Every action, in the order of the roles that may do it.</summary>
    public static IReadOnlyList<AccessRule> Rules { get; } =
    [
        new(AccessAction.Read, Role.Viewer, "see everything: data, history, code, evidence, the operation log",
        [
            "status", "log", "show", "diff", "blame", "history", "query", "op log", "verify", "audit verify", "audit export", "export", "doctor",
            "branch list", "branch show", "branch review", "conflicts list", "conflicts show", "merge status", "merge queue list",
            "stash list", "stash show", "tag", "invariant list", "invariant check", "agent status", "agent list", "agent log", "agent plan",
            "pipeline list", "pipeline history", "pipeline quarantine", "pipeline schedule", "request list", "request show",
            "metadata validate", "metadata explain", "metadata schema", "metadata infer", "config get", "shadow show", "tracking show",
            "evidence show", "evidence verify", "notify list", "cost report", "memory list", "memory show", "user list", "user show", "role list",
            "token list", "branch rule", "completion", "init", "mcp", "serve", "chat",
        ]),
        new(AccessAction.Work, Role.Agent, "make branches, commit to those that are not protected, run their gates, open requests and comment on them",
        [
            "branch create", "branch fetch", "commit", "gate run", "merge queue add", "agent create", "agent metadata",
                "agent retry", "agent run", "agent cancel",
            "request open", "request comment", "request withdraw",
        ]),
        new(AccessAction.Write, Role.Author, "remove, rename and combine branches, tag, stash, take in export files",
        [
            "branch delete", "branch rename", "branch restore", "conflicts propose", "conflicts resolve", "merge continue", "merge abort",
            "merge queue remove", "cherry-pick", "revert", "rollback", "undo", "stash", "stash push", "stash pop", "stash apply",
            "stash drop", "import", "pipeline generate", "token create", "token revoke", "notify send", "notify test",
            "agent replay", "memory forget",
        ]),
        new(AccessAction.Merge, Role.Author, "commit what the live database holds; merge into a protected branch what its rules allow",
            ["branch merge", "merge queue run", "pipeline run", "pipeline pause", "work", "request merge"]),
        new(AccessAction.Approve, Role.Reviewer, "approve a branch that others made, reject one",
            ["branch approve", "branch reject", "request approve", "request changes"]),
        new(AccessAction.TakeBack, Role.Reviewer, "revert, undo, roll back, stash and pick single commits on a protected branch", []),
        new(AccessAction.Administer, Role.Admin, "users, roles, tokens of others, rules of branches, overrides, settings, invariants, gc, purge",
        [
            "user add", "user role", "user login", "user remove", "branch override", "config set", "gc", "purge", "invariant add", "invariant remove",
            "tracking on", "tracking off", "shadow rebuild",
        ]),
    ];

    /// <summary>The action that a command is; null for one that is in no rule.</summary>
    public static AccessRule? FindVerb(string verb) => Rules.FirstOrDefault(rule => rule.Verbs.Contains(verb));

    /// <summary>The least role that may do something.</summary>
    public static AccessRule Of(AccessAction action) => Rules.First(rule => rule.Action == action);
}
