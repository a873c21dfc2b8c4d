using System.ComponentModel;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>The tools with which a model speaks to the person: it asks, or it ends the task.</summary>
internal sealed class ConversationTools(TaskSession session)
{
    private const int MaxQuestions = 5;
    private const int MaxChoices = 9;
    private const int MaxQuestionCharacters = 500;
    private const int MaxChoiceCharacters = 100;

    [Description("Ask the person who started the task. Nobody may be there: then say in finish what you assumed, or finish with success false.")]
    public ToolResult AskUser(
        [Description("One question about what metadata and data do not say")] string question,
        [Description("Answers to choose from, if there are some")] IReadOnlyList<string>? choices = null)
    {
        if (session.Questions.Count >= MaxQuestions)
            throw new DbVcException(FailureKind.Refused, "agent.questions", $"{MaxQuestions} questions were asked already.", null, "Go on with what you know.");
        var asked = OneLine.Of(question, MaxQuestionCharacters);
        if (asked.Length == 0) throw new DbVcException(FailureKind.Usage, "agent.arguments", "The question is empty.", "question");
        var answer = session.Person.Answer(asked, [.. (choices ?? []).Take(MaxChoices).Select(c => OneLine.Of(c, MaxChoiceCharacters))]);
        session.Questions.Add(new AskedQuestion(asked, answer));
        return answer is null
            ? ToolResult.Passed($"nobody answers: {asked}", new JsonObject { ["answered"] = false })
            : ToolResult.Passed($"{asked} {answer}", new JsonObject { ["answered"] = true, ["answer"] = answer });
    }

    [Description("End the task: ask for review, or report that it cannot be done.")]
    public ToolResult Finish(
        [Description("What was done, or what is wrong")] string summary, [Description("False to give up; true if left out")] bool success = true)
    {
        if (success && session.LastVerdict is not { Passed: true })
        {
            throw new DbVcException(FailureKind.Refused, "agent.not-validated",
                "The gates have not passed on what is in the branch now.", null,
                "Call execute_in_branch and validate_results, or finish with success false.");
        }

        session.Conclusion = summary;
        session.Succeeded = success;
        var content = new JsonObject { ["state"] = success ? "ready" : "failed" };
        return success ? ToolResult.Passed("ready for review", content) : ToolResult.Failed(summary, content);
    }
}
