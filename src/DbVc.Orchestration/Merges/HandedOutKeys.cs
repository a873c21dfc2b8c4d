using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>The highest key that the databases behind some branches ever handed out, by table.</summary>
internal static class HandedOutKeys
{
    /// <summary>Reads the databases when it is first asked.</summary>
    public static Func<string, long> Of(WorkspaceContext context, params BranchName[] branches)
    {
        var databases = new Lazy<List<IReadOnlyDictionary<string, long>>>(() => [.. branches.Where(HasDatabase).Select(Read)]);
        return table => databases.Value.Select(d => d.GetValueOrDefault(table)).DefaultIfEmpty(0).Max();

        bool HasDatabase(BranchName branch) => branch.IsMain
            || (BranchRecord.Read(context.Repository.Store, branch) is { } found && context.Instances.Exists(found));

        IReadOnlyDictionary<string, long> Read(BranchName branch)
        {
            using var database = context.Publisher.Open(branch);
            return database.ReadHighestKeys();
        }
    }
}
