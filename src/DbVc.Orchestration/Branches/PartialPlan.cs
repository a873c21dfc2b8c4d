using DbVc.Databases;
using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Decides which tables a new branch's database holds, and says which it does not.</summary>
internal sealed class PartialPlan(WorkspaceContext context, CommitId start)
{
    /// <summary>
    /// The tables that a person named, with all that they need. For a task whose branch may become less than main is, only what it writes to: its budget says
    /// that a copy of everything is out of proportion. Either with what its rules ask about. Else everything.
    /// </summary>
    public BranchRecord Choose(BranchRecord branch, NewBranch made)
    {
        if (made.Terms.Tables.Count > 0)
        {
            var schema = context.Repository.ReadSnapshot(start).ReadSchema();
            return PartialContent.Choose(branch, schema, [.. Find(schema, made.Terms.Tables).Union(Find(schema, made.Asked))]);
        }

        if (made.Destination is null || branch.Budget is not { } budget || !IsBelowMain(budget)) return branch;
        var known = context.Repository.ReadSnapshot(start).ReadSchema();
        IReadOnlyList<TableSchema> destination = known.FindTable(made.Destination) is { } table ? [table] : [];
        return PartialContent.Choose(branch, known, [.. destination.Union(Find(known, made.Asked))]);
    }

    /// <summary>The tables of these names, whatever the case. Throws usage failure <c>table.missing</c>.</summary>
    public static IReadOnlyList<TableSchema> Find(DatabaseSchema schema, IEnumerable<string> names)
    {
        // A name with a comma in it is one name.
        return [.. names.SelectMany(text => schema.FindTable(text) is { } table ? [table] : text.Split(',').Select(Require)).Distinct()];

        TableSchema Require(string name) => schema.FindTable(name.Trim()) ?? throw new DbVcException(
            FailureKind.Usage, "table.missing", $"There is no table '{name.Trim()}'.",
            hint: "Tables: " + string.Join(", ", schema.Tables.Select(t => t.Name)) + ".");
    }

    /// <summary>Names of the tables that a branch's commit holds and its database does not.</summary>
    public static IReadOnlyList<string> LeftOut(WorkspaceContext context, BranchRecord branch, CommitId head) =>
        PartialContent.Of(branch) is not { } partial ? [] : [.. partial.AbsentOf(context.Repository.ReadSnapshot(head)).Tables.Select(t => t.Schema.Name)];

    /// <summary>Asks a branch's database. What fails because a table is left out is said to: throws kind Refused, <c>branch.left-out</c>.</summary>
    public static T Query<T>(WorkspaceContext context, BranchName branch, string sql, Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (DbVcException failure) when (FindAbsent(context, branch, sql) is not null)
        {
            var table = FindAbsent(context, branch, sql);
            throw new DbVcException(FailureKind.Refused, "branch.left-out",
                $"'{table}' is left out of the database of branch '{branch}', which was made for some tables only. {failure.Message}", $"branch '{branch}'",
                $"Bring it in (db-vc branch fetch {branch} \"{table}\"), or ask the branch's last commit (db-vc query --at {branch} …).", failure);
        }
    }

    public static QueryReport Query(WorkspaceContext context, BranchName branch, string sql, Func<IDatabase, QueryReport> ask) =>
        Query(context, branch, sql, () => ask(context.Publisher.Open(branch)));

    private static string? FindAbsent(WorkspaceContext context, BranchName branch, string sql) =>
        PartialContent.Of(BranchRecord.Read(context.Repository.Store, branch))
            ?.AbsentOf(context.Repository.ReadSnapshot(context.Repository.Head(branch))).FindNamed(sql);

    private bool IsBelowMain(BranchBudget budget)
    {
        if (budget.Rows is { } rows && context.Repository.ReadSnapshot(start).Tables().Sum(t => t.Count) > rows) return true;
        if (budget.Bytes is not { } bytes) return false;
        using var live = context.Publisher.Open(BranchName.Main);
        return live.ReadSize() > bytes;
    }
}
