using DbVc.Agents;
using DbVc.Model;
using DbVc.Models;

namespace DbVc.Orchestration;

/// <summary>Finds and opens the models that tasks may name: the one that is built in, and those of providers.</summary>
internal sealed class ModelDesk(WorkspaceContext context)
{
    /// <summary>The model as it is written down. Throws <c>model.*</c>, for a key that is missing too, before anything was made.</summary>
    /// <param name="asked">Null: the configured one.</param>
    /// <param name="usd">US dollars that the task may cost; null for what is configured.</param>
    public string Require(string? asked, decimal? usd = null)
    {
        var name = asked ?? context.Configuration.Model;
        return name == BuiltinChatClient.ModelName ? name : FindName(name, usd);
    }

    /// <summary>Asks the model for a task, within the budgets; ended by its disposal.</summary>
    /// <param name="name">From <see cref="Require"/>.</param>
    /// <param name="task">For whom.</param>
    /// <param name="notice">Hears of what is tried again, and why.</param>
    /// <param name="mayReuse">Whether answers of before do.</param>
    /// <param name="usd">US dollars that the task may cost; null for what is configured.</param>
    public OpenedModel Open(string name, string task, Action<string> notice, bool mayReuse, decimal? usd = null) =>
        name == BuiltinChatClient.ModelName ? new OpenedModel(new BuiltinChatClient())
            : OpenProvider(name, (task, FindTerms(name, usd)), notice, mayReuse);

    // Apart, so that what a network client needs is loaded only where one is used.
    private string FindName(string name, decimal? usd)
    {
        var found = Catalog(_ => { }).Find(name).Name;
        FindTerms(found, usd);
        return found;
    }

    private OpenedModel OpenProvider(string name, (string Task, MeteredChatClient.Terms Terms) asker, Action<string> notice, bool mayReuse)
    {
        var llm = context.Configuration.Llm;
        var cache = new AnswerCache(
            context.Layout.Answers, llm.CacheMegabytes * 1_000_000L, llm.CacheAge, SecretMask.FromEnvironment(), context.Options.Clock);
        return OpenedModel.OfProvider(new MeteredChatClient(Catalog(notice).Open(name), context.Costs, asker.Task, name, asker.Terms), cache, mayReuse);
    }

    /// <summary>Nothing can be held to a budget whose price nobody knows.</summary>
    private MeteredChatClient.Terms FindTerms(string name, decimal? usd)
    {
        var llm = context.Configuration.Llm;
        var (price, budget) = (ModelPrice.Find(llm.Prices, name), new CostBudget(usd ?? llm.UsdPerTask, llm.UsdPerDay, llm.UsdInAll));
        if (price is null && !budget.IsOpen)
        {
            throw new DbVcException(FailureKind.Usage, "model.no-price", $"There is a budget, and no price of the model '{name}'.",
                hint: "Name it under llm.prices in .db-version-control/config.yaml; where it costs nothing, with input: 0 and output: 0.");
        }

        return new MeteredChatClient.Terms(price, budget, llm.MaxOutputTokens);
    }

    private ModelCatalog Catalog(Action<string> notice) => new(context.Configuration.Llm, new ModelOptions(context.Options.Clock)
    {
        Variable = context.Options.Variable,
        Notice = notice,
    });
}
