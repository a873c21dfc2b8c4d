namespace DbVc.Agents;

/// <summary>The person who started a task, as far as an agent may speak to them.</summary>
public interface ITaskPerson
{
    /// <summary>Asks. The question is a model's words: whoever shows it says so.</summary>
    /// <param name="question">One line.</param>
    /// <param name="choices">Answers to choose from; empty for any.</param>
    /// <returns>Null where nobody is there to answer, or nobody wants to.</returns>
    string? Answer(string question, IReadOnlyList<string> choices);
}

/// <summary>A question of an agent, and what was said to it; null where nobody answered.</summary>
public sealed record AskedQuestion(string Question, string? Answer);

/// <summary>Nobody is there.</summary>
public sealed class AbsentPerson : ITaskPerson
{
    public static AbsentPerson Instance { get; } = new();

    public string? Answer(string question, IReadOnlyList<string> choices) => null;
}
