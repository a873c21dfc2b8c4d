using System.Text.Json;
using System.Text.Json.Serialization;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Somebody's yes to exactly one head of a branch.</summary>
public sealed record Approval(string Head, string Name, string Mail, string? Comment, DateTimeOffset Time);

/// <summary>How far a branch is approved.</summary>
/// <param name="Needed">How many approvals its target's rules ask for.</param>
/// <param name="Given">Those that count.</param>
public sealed record ApprovalState(int Needed, IReadOnlyList<Approval> Given)
{
    internal static ApprovalState NotNeeded { get; } = new(0, []);

    /// <summary>How many are missing.</summary>
    public int Missing => Math.Max(0, Needed - Given.Count);
}

/// <summary>Keeps approvals by branch. One is of a head: the next commit leaves it behind, unless it only took the target over (<see cref="TakenOver"/>). A
/// branch that is renamed or made anew begins without.</summary>
internal static class Approvals
{
    public const string Collection = "approvals";

    public static IReadOnlyList<Approval> Read(IRepositoryStore store, BranchName branch) =>
        store.ReadDocument(Collection, branch.Text) is { } body ? JsonSerializer.Deserialize(body, ApprovalJson.Default.ListApproval)! : [];

    /// <summary>Those of all branches.</summary>
    public static IReadOnlyList<Approval> ReadAll(IRepositoryStore store) =>
        [.. store.ListDocuments(Collection).SelectMany(d => JsonSerializer.Deserialize(d.Value, ApprovalJson.Default.ListApproval)!)];

    public static byte[] ToBytes(IEnumerable<Approval> approvals) => JsonSerializer.SerializeToUtf8Bytes([.. approvals], ApprovalJson.Default.ListApproval);

    /// <summary>Counts those of people who still may approve, and had no hand in the branch.</summary>
    public static ApprovalState Count(WorkspaceContext context, BranchName source, BranchName target, CommitId head, int needed)
    {
        if (needed == 0) return ApprovalState.NotNeeded;
        var access = AccessRecord.Read(context.Repository.Store);
        var (makers, taken) = (new BranchMakers(context, target, head), new TakenOver(context, target, head));
        return new ApprovalState(needed, [.. Read(context.Repository.Store, source).Where(a => taken.IsSameAs(a.Head)
            && (access.IsOpen || access.FindUser(a.Name) is { Role: >= Role.Reviewer, Kind: IdentityKind.Person })
            && makers.FindHand(a.Name, a.Mail) is null)]);
    }
}

/// <summary>Who had a hand in what a branch brings: authors of its commits and of those they repeat, and whoever had
/// an agent at work for them: an agent signs what it finds in its branch, whoever wrote it there.</summary>
internal sealed class BranchMakers(WorkspaceContext context, BranchName target, CommitId head)
{
    private readonly Lazy<List<(string Name, string Mail, string Hand)>> _makers = new(() => List(context, target, head));

    /// <summary>What somebody did for the branch; null for nothing.</summary>
    public string? FindHand(string name, string mail)
    {
        foreach (var maker in _makers.Value)
        {
            if (maker.Name.Equals(name, StringComparison.OrdinalIgnoreCase)
                || (mail.Length > 0 && maker.Mail.Equals(mail, StringComparison.OrdinalIgnoreCase))) return maker.Hand;
        }

        return null;
    }

    private static List<(string Name, string Mail, string Hand)> List(WorkspaceContext context, BranchName target, CommitId head)
    {
        var makers = new List<(string Name, string Mail, string Hand)>();
        var tasks = new HashSet<string>();
        var taken = new TakenOver(context, target, head);
        foreach (var (id, commit) in BroughtCommits.List(context, head, context.Repository.Head(target)))
        {
            if (taken.IsMere(id, commit)) continue;
            makers.Add((commit.Author.Name, commit.Author.Email, $"made the commit {id.Short}"));
            if (commit.Provenance is { } made && tasks.Add(made.Task) && AgentTasks.Read(context, made.Task) is { } task) AddHands(makers, task);
        }

        return makers;
    }

    private static void AddHands(List<(string Name, string Mail, string Hand)> makers, AgentReport task)
    {
        if (task.Starter is { } starter) makers.Add((starter, "", $"started the task {task.Task}"));
        makers.AddRange(task.Hands.Select(hand => (hand, "", $"had a hand in the task {task.Task}")));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<Approval>))]
internal sealed partial class ApprovalJson : JsonSerializerContext;
