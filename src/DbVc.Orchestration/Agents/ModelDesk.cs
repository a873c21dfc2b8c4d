using DbVc.Agents;
using DbVc.Models;
using Microsoft.Extensions.AI;

namespace DbVc.Orchestration;

/// <summary>Finds and opens the models that tasks may name: the one that is built in, and those of providers.</summary>
internal sealed class ModelDesk(WorkspaceContext context)
{
    /// <summary>The model as it is written down. Throws <c>model.*</c>, for a key that is missing too, before anything was made.</summary>
    /// <param name="asked">Null: the configured one.</param>
    public string Require(string? asked)
    {
        var name = asked ?? context.Configuration.Model;
        return name == BuiltinChatClient.ModelName ? name : FindName(name);
    }

    /// <summary>Asks the model; ended by its disposal.</summary>
    /// <param name="name">From <see cref="Require"/>.</param>
    /// <param name="notice">Hears of what is tried again, and why.</param>
    public IChatClient Open(string name, Action<string> notice) =>
        name == BuiltinChatClient.ModelName ? new BuiltinChatClient() : OpenProvider(name, notice);

    // Apart, so that what a network client needs is loaded only where one is used.
    private string FindName(string name) => Catalog(_ => { }).Find(name).Name;

    private IChatClient OpenProvider(string name, Action<string> notice) => Catalog(notice).Open(name);

    private ModelCatalog Catalog(Action<string> notice) => new(context.Configuration.Llm, new ModelOptions(context.Options.Clock)
    {
        Variable = context.Options.Variable,
        Notice = notice,
    });
}
