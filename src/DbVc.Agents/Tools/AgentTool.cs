using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>A function that a model may call.</summary>
/// <param name="Declaration">Its name, description and parameters as the model sees them.</param>
/// <param name="Run">Carries it out; throws what the model should know as a <see cref="Model.DbVcException"/>.</param>
public sealed record AgentTool(AIFunctionDeclaration Declaration, Func<ToolArguments, CancellationToken, ToolResult> Run)
{
    public string Name => Declaration.Name;
}
