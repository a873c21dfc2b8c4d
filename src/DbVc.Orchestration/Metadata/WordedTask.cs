using System.Globalization;
using System.Text;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>Makes the metadata of a task that a person described in words: read off the source, with the rules that were said.</summary>
internal static class WordedTask
{
    private const string Folder = "metadata";
    private const int MostQuestions = 5;
    private const int MostNumber = 999;

    /// <summary>The request with the metadata that was written for it; null where its words name no source. Throws <c>task.words</c>, and what
    /// <see cref="MetadataDesk.Infer"/> does; then nothing was written.</summary>
    public static AgentRequest? Read(WorkspaceContext context, AgentRequest request, IAgentProgress progress, CancellationToken cancel)
    {
        if (TaskWords.Find(request.Text ?? "") is not { } words) return null;
        var folder = Directory.CreateDirectory(Path.Combine(context.Layout.Root, Folder)).FullName;
        var path = FirstFree(folder, words);
        var query = new InferenceQuery(words.Source, path, words.Table, new Dictionary<string, string>()) { Folder = context.Layout.Root };
        try
        {
            var report = MetadataDesk.Infer(query, cancel);
            var decisions = Ask(report.Proposal.Questions, progress);
            if (decisions.Count > 0) report = MetadataDesk.Infer(query with { Decisions = decisions, Overwrites = true }, cancel);
            WholeFile.Write(path, Encoding.UTF8.GetBytes(WordedMetadata.Write(report.Proposal, words.Clauses)));
            progress.Message($"Metadata was read off {words.Source}: {Path.GetRelativePath(context.Layout.Root, path)}");
            return request with
            {
                MetadataPath = path,
                Assumptions = [.. report.Proposal.Questions.Where(q => !decisions.ContainsKey(q.Field)).Select(q => $"{q.Text} Assumed: {q.Assumed}.")],
            };
        }
        catch (Exception e) when (e is not DbVcException { Code: "metadata.exists" })
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>What the person decides; nobody may be there, and then the proposal's own choice holds.</summary>
    private static Dictionary<string, string> Ask(IReadOnlyList<OpenQuestion> questions, IAgentProgress progress)
    {
        var decisions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var question in questions.Take(MostQuestions))
        {
            var answer = progress.Ask($"{question.Field}: {question.Text}", question.Choices)?.Trim();
            if (question.Choices.FirstOrDefault(c => c.Equals(answer, StringComparison.OrdinalIgnoreCase)) is { } choice) decisions[question.Field] = choice;
        }

        return decisions;
    }

    private static string FirstFree(string folder, TaskWords words)
    {
        var stem = TaskNames.Plain(words.Table ?? Path.GetFileNameWithoutExtension(words.Source));
        for (var number = 1; number <= MostNumber; number++)
        {
            var name = number == 1 ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}-{number}");
            if (Path.Combine(folder, name + ".json") is var path && !Path.Exists(path)) return path;
        }

        throw new DbVcException(FailureKind.Usage, "metadata.exists", $"All names {stem}.json to {stem}-{MostNumber}.json are taken.", folder,
            "Remove some of them, or give the metadata with --metadata FILE.");
    }
}
