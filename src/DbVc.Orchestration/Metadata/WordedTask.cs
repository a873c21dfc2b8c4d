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
        var query = QueryOf(context, words, path);
        try
        {
            var report = MetadataDesk.Infer(query, cancel);
            var decisions = Ask(report.Proposal.Questions, progress);
            if (decisions.Count > 0) report = MetadataDesk.Infer(query with { Decisions = decisions, Overwrites = true }, cancel);
            WholeFile.Write(path, Encoding.UTF8.GetBytes(WordedMetadata.Write(report.Proposal, words.Clauses, context.Memory.Recall)));
            progress.Message($"Metadata was read off {words.Source}: {Path.GetRelativePath(context.Layout.Root, path)}");
            return request with
            {
                MetadataPath = path,
                Assumptions =
                [
                    .. report.Proposal.Questions.Where(q => !decisions.ContainsKey(q.Field)).Select(q => $"{q.Text} Assumed: {q.Assumed}."),
                    .. report.Proposal.Recalled,
                ],
            };
        }
        catch (Exception e) when (e is not DbVcException { Code: "metadata.exists" })
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>What <see cref="Read"/> would write, and what it would ask; writes nothing. Throws as it does.</summary>
    public static WordedPreview Preview(WorkspaceContext context, TaskWords words, CancellationToken cancel)
    {
        var path = FirstFree(Path.Combine(context.Layout.Root, Folder), words);
        var query = QueryOf(context, words, null);
        var report = MetadataDesk.Propose(query, path, cancel);
        var text = WordedMetadata.Write(report.Proposal, words.Clauses, context.Memory.Recall);
        return new WordedPreview(path, text, MetadataExplanation.Of(MetadataReader.Read(text, Path.GetFileName(path)), null, null), report.Proposal);
    }

    private static InferenceQuery QueryOf(WorkspaceContext context, TaskWords words, string? path) =>
        new(words.Source, path, words.Table, new Dictionary<string, string>())
        {
            Folder = context.Layout.Root,
            Files = context.Options.Files,
            Recall = context.Memory.FindDialect,
        };

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

/// <summary>The metadata of a task in words before it is written.</summary>
/// <param name="Path">Where it would lie.</param>
/// <param name="Text">As it would be written, if every question is answered as it is assumed.</param>
/// <param name="Explained">What it means.</param>
/// <param name="Proposal">What it was made from.</param>
internal sealed record WordedPreview(string Path, string Text, MetadataExplanation Explained, MetadataProposal Proposal);
