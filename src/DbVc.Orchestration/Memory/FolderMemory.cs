using DbVc.Live;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>What the repository around a folder learned, for commands that need no repository: where there is none, where whoever asks may not read it, or
/// where it cannot be read, nothing is known, and the command goes on.</summary>
public sealed class FolderMemory(string folder, WorkspaceOptions options)
{
    /// <summary>As <see cref="MemoryDesk.Recall"/>.</summary>
    public string? Recall(string sentence) => Ask(memory => memory.Recall(sentence));

    /// <summary>As <see cref="MemoryDesk.FindDialect"/>.</summary>
    public RememberedDialect? FindDialect(string location) => Ask(memory => memory.FindDialect(location));

    private T? Ask<T>(Func<MemoryDesk, T?> ask)
        where T : class
    {
        if (RepositoryLayout.TryFind(folder) is not { } layout) return null;
        try
        {
            using var store = RepositoryStore.Open(layout.Control);
            var context = WorkspaceContext.Create(store, layout, options);
            using var analysis = context.Analysis;
            context.Guard.Require(AccessAction.Read, "db-vc memory list");
            return ask(context.Memory);
        }
        catch (DbVcException)
        {
            return null;
        }
    }
}
