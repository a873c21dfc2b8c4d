using DbVc.Live;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Keeps merges in progress with their conflicts, and takes decisions about them.</summary>
internal sealed class ConflictDesk(WorkspaceContext context)
{
    /// <summary>What a branch that is brought up to main is in.</summary>
    public const string BringUp = "merge queue";

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
            var (ids, decided) = (Shelf(m).ReadIds(), Shelf(m).ReadDecisions());
            return new MergeStatus(m.Id, BranchName.Parse(m.Source), m.BringsUp ? BranchName.Main : BranchName.Parse(m.Target), ids.Count,
                ids.Count(id => !decided.ContainsKey(id)), m.Started) { Verb = m.Replay?.Name ?? (m.BringsUp ? BringUp : "merge") };
        })];

    /// <summary>Throws usage failure <c>conflict.missing</c> if <paramref name="after"/> is no conflict of the merge.</summary>
    public ConflictPage List(string? merge, string? after, int limit)
    {
        var record = Require(merge);
        var ids = Shelf(record).ReadIds();
        var start = after is null ? 0 : IndexOf(ids, after) + 1;
        var view = Views(record);
        var page = Shelf(record).Read(start, limit).Select(view.Of).ToList();
        return new ConflictPage(record.Id, page, start + page.Count < ids.Count && page.Count > 0 ? page[^1].Conflict.Id : null);
    }

    /// <summary>Throws usage failure <c>conflict.missing</c>.</summary>
    public ConflictView Show(string id)
    {
        var record = Owner(id) ?? throw Missing(id);
        var conflict = Shelf(record).Read(IndexOf(Shelf(record).ReadIds(), id), 1).Single();
        return Views(record).Of(conflict);
    }

    /// <summary>Decides one conflict, or all that are open; returns how many.</summary>
    public int Resolve(ResolveRequest request)
    {
        var record = request.Merge is null && request.Id is { } sought ? Owner(sought) ?? throw Missing(sought) : Require(request.Merge);
        var shelf = Shelf(record);
        var ids = shelf.ReadIds();
        var chosen = request.Id is { } id ? [ids[IndexOf(ids, id)]] : Undecided(shelf, ids);
        if (chosen.Count == 0) return 0;
        if (request.Resolution is not { } resolution) return Accept(record, chosen, request.Id);
        RefuseUnfit(record, ids, chosen, resolution);
        using var transaction = context.Repository.Store.Begin();
        shelf.Decide(transaction, new DecisionBatch(string.Concat(chosen), resolution) { By = context.Options.User.Name });
        transaction.Commit();
        return chosen.Count;
    }

    /// <summary>Whether all conflicts of a merge in progress are about files.</summary>
    public bool AreFilesOnly(MergeRecord record) => Shelf(record).Read(0, Shelf(record).ReadIds().Count).All(c => c.Kind == ConflictKind.File);

    /// <summary>Asks for proposals about all conflicts that nobody decided; how many there are then.</summary>
    public ProposalReport Propose(string? merge, Func<MergeRecord, IReadOnlyList<Conflict>, IReadOnlyList<ConflictProposal>> ask)
    {
        var record = Require(merge);
        var (ids, decided) = (Shelf(record).ReadIds(), Shelf(record).ReadDecisions());
        var open = Shelf(record).Read(0, ids.Count).Where(c => !decided.ContainsKey(c.Id)).ToList();
        var proposals = ask(record, open);
        using var transaction = context.Repository.Store.Begin();
        Proposals(record).Write(transaction, proposals);
        transaction.Commit();
        return new ProposalReport(record.Id, open.Count, proposals.Count);
    }

    /// <summary>What people accepted of what was proposed about a merge.</summary>
    public IReadOnlyList<AcceptedProposals> Accepted(MergeRecord record) => record.Id.Length == 0 ? [] : Shelf(record).ReadAccepted();

    /// <summary>Keeps a merge with its open conflicts; those that were decided before for the same values stay.</summary>
    public void Keep(MergeRecord record, IReadOnlyList<Conflict> open)
    {
        var shelf = Shelf(record);
        var (known, decided) = (shelf.ReadIds(), shelf.ReadDecisions());
        using var transaction = context.Repository.Store.Begin();
        transaction.PutDocument(MergeRecord.Collection, record.Id, record.ToBytes());
        if (!known.Where(id => !decided.ContainsKey(id)).SequenceEqual(open.Select(c => c.Id)))
        {
            var stay = known.Any(decided.ContainsKey) ? shelf.Read(0, known.Count).Where(c => decided.ContainsKey(c.Id)) : [];
            shelf.Write(transaction, [.. stay, .. open]);
        }

        transaction.Commit();
    }

    public Func<string, Resolution?> Decisions(MergeRecord record)
    {
        var decided = record.Id.Length == 0 ? [] : Shelf(record).ReadDecisions();
        return id => decided.GetValueOrDefault(id);
    }

    public void Remove(MergeRecord record)
    {
        using var transaction = context.Repository.Store.Begin();
        transaction.DeleteDocument(MergeRecord.Collection, record.Id);
        Shelf(record).Remove(transaction);
        Proposals(record).Remove(transaction);
        transaction.Commit();
    }

    /// <summary>What removes a merge in progress together with the move of the branch.</summary>
    public IEnumerable<DocumentChange> Removal(MergeRecord record) =>
        Shelf(record).Documents().Concat(Proposals(record).Documents()).Select(d => new DocumentChange(d.Collection, d.Id, []))
            .Prepend(new DocumentChange(MergeRecord.Collection, record.Id, []));

    /// <summary>Decides as was proposed, in the name of the person who says so. Throws kind Refused, <c>proposal.person</c>, and usage failure
    /// <c>proposal.missing</c>.</summary>
    private int Accept(MergeRecord record, IReadOnlyList<string> chosen, string? id)
    {
        var caller = context.Guard.Caller.Author;
        if (caller.Kind == AuthorKind.Agent)
        {
            throw new DbVcException(FailureKind.Refused, "proposal.person", $"{caller.Name} is an agent; only persons accept what was proposed.",
                hint: "A person decides: db-vc conflicts list.");
        }

        var proposals = Proposals(record).Read();
        var accepted = chosen.Where(proposals.ContainsKey).Select(c => proposals[c]).ToList();
        if (accepted.Count == 0)
        {
            throw new DbVcException(FailureKind.Usage, "proposal.missing", $"Nothing is proposed about {id ?? "what is open"}.",
                hint: $"Ask for proposals (db-vc conflicts propose {record.Id}), or say what to take: --take source, target, base or both; or --value JSON.");
        }

        using var transaction = context.Repository.Store.Begin();
        Shelf(record).Decide(transaction, [.. accepted.GroupBy(p => (p.Resolution, p.By)).Select(group =>
            new DecisionBatch(string.Concat(group.Select(p => p.Conflict)), group.Key.Resolution) { By = caller.Name, ProposedBy = group.Key.By })]);
        transaction.Commit();
        return accepted.Count;
    }

    private ConflictViews Views(MergeRecord record) => new(context, record, Shelf(record).ReadDecisions()) { Proposals = Proposals(record).Read() };

    private ProposalShelf Proposals(MergeRecord record) => new(context.Repository.Store, record.Id);

    private static List<string> Undecided(ConflictShelf shelf, IReadOnlyList<string> ids)
    {
        var decided = shelf.ReadDecisions();
        return [.. ids.Where(id => !decided.ContainsKey(id))];
    }

    /// <summary>A value fits one cell only, a statement one definition, and two rows fit only where both sides added one.</summary>
    private void RefuseUnfit(MergeRecord record, IReadOnlyList<string> ids, IReadOnlyList<string> chosen, Resolution resolution)
    {
        var kind = resolution.Kind;
        if (kind is not (ResolutionKind.Value or ResolutionKind.Both)) return;
        var (asked, shelf) = (chosen.ToHashSet(), Shelf(record));
        var conflicts = chosen.Count == 1 ? shelf.Read(IndexOf(ids, chosen[0]), 1) : shelf.Read(0, ids.Count).Where(c => asked.Contains(c.Id));
        if (kind == ResolutionKind.Value && chosen.Count == 1 && conflicts.First() is { Kind: ConflictKind.Schema } definition)
        {
            var target = context.Repository.ReadSnapshot(CommitId.Parse(record.TargetHead)).ReadSchema();
            HandMadeDefinition.Check(context.Live.Provider.Dialect, definition, resolution.Value, target);
            return;
        }

        var unfit = conflicts.FirstOrDefault(c => kind == ResolutionKind.Value ? c.Kind != ConflictKind.Cell : !c.CanTakeBoth);
        if (unfit is null) return;
        throw kind == ResolutionKind.Value
            ? new DbVcException(FailureKind.Usage, "conflict.value", "A value can only resolve a conflict of one cell or one definition.", unfit.Id,
                "Use --take source, target or base.")
            : new DbVcException(FailureKind.Usage, "conflict.both", $"Conflict {unfit.Id} is not about two new rows under one integer key.", unfit.Id,
                "Use --take source, target or base.");
    }

    private static int IndexOf(IReadOnlyList<string> ids, string id)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            if (ids[i] == id) return i;
        }

        throw Missing(id);
    }

    private static DbVcException Missing(string id) =>
        new(FailureKind.Usage, "conflict.missing", $"There is no conflict '{id}'.", hint: "db-vc conflicts list shows them.");

    private MergeRecord? Owner(string conflict) =>
        MergeRecord.ReadAll(context.Repository.Store).FirstOrDefault(m => Shelf(m).ReadIds().Contains(conflict));

    private ConflictShelf Shelf(MergeRecord record) => new(context.Repository.Store, record.Id);
}
