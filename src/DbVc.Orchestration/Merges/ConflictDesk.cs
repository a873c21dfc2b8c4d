using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Keeps merges in progress with their conflicts, and takes decisions about them.</summary>
internal sealed class ConflictDesk(WorkspaceContext context)
{
    public MergeRecord? FindOpen(BranchName target) => MergeRecord.ReadAll(context.Repository.Store).FirstOrDefault(m => m.Target == target.Text);

    /// <summary>The merge of that id, or the only one. Throws usage failure <c>merge.missing</c>.</summary>
    public MergeRecord Require(string? id)
    {
        var all = MergeRecord.ReadAll(context.Repository.Store);
        var found = id is null ? all.Count == 1 ? all[0] : null : all.FirstOrDefault(m => m.Id == id);
        return found ?? throw new DbVcException(FailureKind.Usage, "merge.missing",
            all.Count == 0 ? "No merge is in progress." : id is null ? "Several merges are in progress." : $"No merge '{id}' is in progress.",
            hint: all.Count == 0 ? "db-vc branch merge NAME starts one."
                : "Merges: " + string.Join(", ", all.Select(m => $"{m.Id} ({m.Source} into {m.Target})")) + ".");
    }

    public IReadOnlyList<MergeStatus> Status() =>
        [.. MergeRecord.ReadAll(context.Repository.Store).Select(m =>
        {
            var conflicts = Read(m).ToList();
            return new MergeStatus(m.Id, BranchName.Parse(m.Source), BranchName.Parse(m.Target), conflicts.Count,
                conflicts.Count(c => c.Resolution is null), m.Started) { Verb = m.Replay?.Name ?? "merge" };
        })];

    public ConflictPage List(string? merge, string? after, int limit)
    {
        var record = Require(merge);
        var page = context.Repository.Store.ListDocuments(record.Conflicts, after, limit + 1);
        var views = page.Take(limit).Select(d => View(record, ConflictRecord.Parse(d.Value))).ToList();
        return new ConflictPage(record.Id, views, page.Count > limit ? page[limit - 1].Key : null);
    }

    /// <summary>Throws usage failure <c>conflict.missing</c>.</summary>
    public ConflictView Show(string id)
    {
        foreach (var record in MergeRecord.ReadAll(context.Repository.Store))
        {
            if (context.Repository.Store.ReadDocument(record.Conflicts, id) is { } bytes) return View(record, ConflictRecord.Parse(bytes));
        }

        throw new DbVcException(FailureKind.Usage, "conflict.missing", $"There is no conflict '{id}'.", hint: "db-vc conflicts list shows them.");
    }

    public int Resolve(ResolveRequest request)
    {
        var record = Require(request.Merge ?? (request.Id is null ? null : Owner(request.Id)));
        var chosen = Read(record).Where(c => request.Id is null ? c.Resolution is null : c.Conflict.Id == request.Id).ToList();
        if (request.Id is not null && chosen.Count == 0) _ = Show(request.Id);
        if (request.Resolution.Kind == ResolutionKind.Value && chosen.Any(c => c.Conflict.Kind != ConflictKind.Cell))
        {
            throw new DbVcException(FailureKind.Usage, "conflict.value", "A value can only resolve a conflict of one cell.",
                hint: "Use --take source, target or base.");
        }

        using var transaction = context.Repository.Store.Begin();
        foreach (var conflict in chosen)
        {
            transaction.PutDocument(record.Conflicts, conflict.Conflict.Id, (conflict with { Resolution = request.Resolution }).ToBytes());
        }

        transaction.Commit();
        return chosen.Count;
    }

    /// <summary>Keeps a merge with its conflicts; resolutions made before for the same values stay.</summary>
    public void Keep(MergeRecord record, IReadOnlyList<Conflict> conflicts)
    {
        using var transaction = context.Repository.Store.Begin();
        transaction.PutDocument(MergeRecord.Collection, record.Id, record.ToBytes());
        var current = conflicts.Select(c => c.Id).ToHashSet();
        foreach (var stale in Read(record).Where(c => c.Resolution is null && !current.Contains(c.Conflict.Id)))
        {
            transaction.DeleteDocument(record.Conflicts, stale.Conflict.Id);
        }

        foreach (var conflict in conflicts) transaction.PutDocument(record.Conflicts, conflict.Id, new ConflictRecord(conflict, null).ToBytes());
        transaction.Commit();
    }

    public Func<string, Resolution?> Decisions(MergeRecord record)
    {
        var decided = record.Id.Length == 0
            ? []
            : Read(record).Where(c => c.Resolution is not null).ToDictionary(c => c.Conflict.Id, c => c.Resolution!);
        return id => decided.GetValueOrDefault(id);
    }

    public void Remove(MergeRecord record)
    {
        using var transaction = context.Repository.Store.Begin();
        transaction.DeleteDocument(MergeRecord.Collection, record.Id);
        transaction.DeleteCollection(record.Conflicts);
        transaction.Commit();
    }

    /// <summary>What removes a merge in progress together with the move of the branch.</summary>
    public IEnumerable<DocumentChange> Removal(MergeRecord record) =>
        context.Repository.Store.ListDocuments(record.Conflicts).Select(d => new DocumentChange(record.Conflicts, d.Key, []))
            .Prepend(new DocumentChange(MergeRecord.Collection, record.Id, []));

    private string? Owner(string conflict) =>
        MergeRecord.ReadAll(context.Repository.Store).FirstOrDefault(m => context.Repository.Store.ReadDocument(m.Conflicts, conflict) is not null)?.Id;

    private IEnumerable<ConflictRecord> Read(MergeRecord record) =>
        context.Repository.Store.ListDocuments(record.Conflicts).Select(d => ConflictRecord.Parse(d.Value));

    private ConflictView View(MergeRecord merge, ConflictRecord record) => new(record.Conflict, record.Resolution,
        CommitId.Parse(merge.SourceHead), CommitId.Parse(merge.TargetHead));
}
