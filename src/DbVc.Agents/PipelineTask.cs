using DbVc.Model;

namespace DbVc.Agents;

/// <summary>What an agent is asked to do. The metadata is pinned here when the task starts: nothing the agent does can change it.</summary>
/// <param name="Id">The task.</param>
/// <param name="Branch">The one branch the agent works in.</param>
/// <param name="MetadataText">The metadata, byte for byte as the person gave it.</param>
/// <param name="Model">The model's name, for example <c>builtin</c>.</param>
/// <param name="Created">When the task was made, UTC.</param>
public sealed record PipelineTask(
    TaskId Id, BranchName Branch, string MetadataText, string Model, DateTimeOffset Created)
{
    /// <summary>What the person asked for in words; empty if only metadata was given.</summary>
    public string Request { get; init; } = "";

    /// <summary>What earlier work taught about the like, as <see cref="PastWork"/> writes it; empty for nothing.</summary>
    public string Past { get; init; } = "";
}
