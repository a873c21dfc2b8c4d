namespace DbVc.Agents;

/// <summary>An edit that a model made.</summary>
/// <param name="Before">What it replaced; null where it wrote the file as a whole.</param>
public sealed record PastEdit(string Path, string? Before, string After);

/// <summary>What gates or the execution once objected to, and what was done before they did not any more.</summary>
/// <param name="Task">Whose it was.</param>
/// <param name="Objection">As the model was told.</param>
public sealed record PastRepair(string Task, string Objection, IReadOnlyList<PastEdit> Edits);

/// <summary>What merged tasks taught, as far as a tool may offer it.</summary>
public interface ITaskMemory
{
    /// <summary>Repairs whose objection is like this one, the nearest first.</summary>
    IReadOnlyList<PastRepair> FindRepairs(string objection);
}

/// <summary>Remembers nothing.</summary>
public sealed class NoMemory : ITaskMemory
{
    public static NoMemory Instance { get; } = new();

    public IReadOnlyList<PastRepair> FindRepairs(string objection) => [];
}
