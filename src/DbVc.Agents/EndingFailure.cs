using DbVc.Model;

namespace DbVc.Agents;

/// <summary>Failures that end a run though nothing is wrong with model, tools or work.</summary>
public static class EndingFailure
{
    /// <summary>A budget of money has too little left for the next answer.</summary>
    public const string Budget = "model.budget";

    /// <summary>Somebody else changed the branch while the agent worked.</summary>
    public const string Disturbed = "agent.disturbed";

    /// <summary>What such a failure ends a run as; null for every other.</summary>
    public static AgentEnd? Find(Exception failure) => (failure as DbVcException)?.Code switch
    {
        Budget => AgentEnd.Money,
        Disturbed => AgentEnd.Disturbed,
        _ => null,
    };

    /// <summary>The failure in words, with its code.</summary>
    internal static string Describe(DbVcException known) => known.Message + (known.Where is { } where ? $" ({known.Code}, {where})" : $" ({known.Code})")
        + (known.Hint is { } hint ? " " + hint : "");
}
