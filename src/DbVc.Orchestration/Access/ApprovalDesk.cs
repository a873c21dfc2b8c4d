using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Takes approvals and rejections, and takes them back.</summary>
public sealed class ApprovalDesk
{
    private const string LockName = "approvals";

    private readonly WorkspaceContext _context;

    internal ApprovalDesk(WorkspaceContext context) => _context = context;

    private IRepositoryStore Store => _context.Repository.Store;

    /// <summary>Who approved a branch's head, and who is missing.</summary>
    public ApprovalReport Show(BranchName branch, BranchName target)
    {
        var head = _context.Repository.Head(branch);
        var rule = BranchRules.Of(Store, target);
        // At least one is asked for here, so that those who approved are named where nobody had to.
        var state = Approvals.Count(_context, branch, target, head, Math.Max(1, rule.Approvals));
        return new ApprovalReport(branch.Text, head.ToString(), state with { Needed = rule.Approvals }, rule)
        {
            Rejections = branch == target ? [] : Rejections.Find(_context, target, head),
        };
    }

    /// <summary>True where the caller's yes would count for something.</summary>
    public bool IsAsked(BranchName branch, BranchName target) => BranchRules.Of(Store, target).Approvals > 0
        && Rejections.Find(_context, target, _context.Repository.Head(branch)).All(r => r.IsBy(_context.Guard.Caller.Author.Name))
        && Approvals.Read(Store, branch).All(a => !IsOf(a, _context.Guard.Caller) || a.Head != _context.Repository.Head(branch).ToString());

    /// <summary>The caller's yes to the branch's head. Throws kind Refused: <c>access.denied</c>, <c>token.scope</c>, <c>approval.agent</c>,
    /// <c>approval.service</c>, <c>approval.own</c>; usage failures <c>approval.main</c>, <c>approval.comment</c>.</summary>
    public ApprovalReport Approve(BranchName branch, string? comment, CancellationToken cancel) => Approve(branch, comment, cancel, expected: null);

    /// <summary>The same for a head that somebody looked at. Throws kind Conflict, <c>branch.moved</c>, if the branch has another one by now.</summary>
    internal ApprovalReport Approve(BranchName branch, string? comment, CancellationToken cancel, CommitId? expected)
    {
        using var held = Lock();
        var head = _context.Repository.Head(branch);
        if (expected is { } seen && seen != head)
        {
            throw new DbVcException(FailureKind.Conflict, "branch.moved", $"'{branch}' is at {head.Short} now, and no more at {seen.Short}.",
                hint: $"Look at it once more: db-vc diff {seen.Short} {head.Short}");
        }

        if (branch.IsMain) throw new DbVcException(FailureKind.Usage, "approval.main", "main is what branches are approved for.", hint: "db-vc branch list");
        var line = ReadComment(comment);
        var caller = RequirePerson(branch, "approve");
        if (new BranchMakers(_context, BranchName.Main, head).FindHand(caller.Author.Name, caller.Author.Email) is { } hand)
            throw Refuse("approval.own", $"{caller.Author.Name} {hand} and cannot approve '{branch}'.", "Somebody else has to look at it.");
        new BranchManager(_context).RequireClean(branch, cancel);
        var approval = new Approval(head.ToString(), caller.Author.Name, caller.Author.Email, line, _context.Repository.Clock.GetUtcNow());
        // Who says yes to it does not say no any more; a no to another head, that this one brings a part of, stays one to that.
        Write(branch, new Said($"branch approve {branch} {head.Short}", caller, RequestEventKind.Approved, head, line), others => [.. others, approval],
            FindOwn(caller, head, isSame: true));
        return Show(branch, BranchName.Main);
    }

    /// <summary>The caller's no to the branch's head, which keeps it out of main until it has another one, and teaches. A yes of the same person is taken back.
    /// Throws usage failures <c>rejection.main</c>, <c>rejection.reason</c> and <c>rejection.merged</c>; kind Refused: <c>access.denied</c>,
    /// <c>token.scope</c>, <c>approval.agent</c>, <c>approval.service</c>.</summary>
    public ApprovalReport Reject(BranchName branch, string? reason)
    {
        using var held = Lock();
        var head = _context.Repository.Head(branch);
        if (branch.IsMain) throw new DbVcException(FailureKind.Usage, "rejection.main", "main is what branches are kept out of.", hint: "db-vc branch list");
        var line = Rejections.RequireReason(reason);
        var caller = RequirePerson(branch, "reject");
        if (QueuedMerge.IsHeld(_context, head))
        {
            throw new DbVcException(FailureKind.Usage, "rejection.merged", $"Main holds everything of '{branch}' already.",
                hint: "Take the merge back: db-vc revert MERGE (see: db-vc log main).");
        }

        var now = _context.Repository.Clock.GetUtcNow();
        var rejection = new RejectedWork(_context, branch, head).Describe(caller.Author, line, now);
        Write(branch, new Said($"branch reject {branch} {head.Short}: {line}", caller, RequestEventKind.ChangesRequested, head, line), others => [.. others],
            FindOwn(caller, head, isSame: true), rejection);
        return Show(branch, BranchName.Main);
    }

    /// <summary>Takes back what the caller said no to and what keeps the branch out, and what that taught. Throws usage failure
    /// <c>rejection.missing</c>.</summary>
    public ApprovalReport WithdrawRejection(BranchName branch)
    {
        using var held = Lock();
        var caller = RequireReviewer(branch, "reject");
        var head = _context.Repository.Head(branch);
        var own = FindOwn(caller, head, isSame: false);
        if (own.Count == 0)
        {
            throw new DbVcException(FailureKind.Usage, "rejection.missing", $"{caller.Author.Name} has not rejected what '{branch}' is now.",
                hint: $"db-vc branch show {branch}");
        }

        var kept = Approvals.Read(Store, branch).Where(a => IsOf(a, caller)).ToList();
        var said = new Said($"branch reject {branch} --withdraw", caller, RequestEventKind.ChangesWithdrawn, head, null);
        Write(branch, said, others => [.. others, .. kept], own);
        return Show(branch, BranchName.Main);
    }

    /// <summary>Takes the caller's yes back. Throws usage failure <c>approval.missing</c>.</summary>
    public ApprovalReport Withdraw(BranchName branch)
    {
        using var held = Lock();
        var caller = RequireReviewer(branch, "approve");
        if (!Approvals.Read(Store, branch).Any(a => IsOf(a, caller)))
        {
            throw new DbVcException(FailureKind.Usage, "approval.missing", $"{caller.Author.Name} has not approved '{branch}'.",
                hint: $"db-vc branch show {branch}");
        }

        var head = _context.Repository.Head(branch);
        Write(branch, new Said($"branch approve {branch} --withdraw", caller, RequestEventKind.ApprovalWithdrawn, head, null), others => [.. others]);
        return Show(branch, BranchName.Main);
    }

    private Caller RequireReviewer(BranchName branch, string verb)
    {
        _context.Guard.Require(AccessAction.Approve, $"db-vc branch {verb}");
        _context.Guard.RequireReach(branch);
        return _context.Guard.Caller;
    }

    private Caller RequirePerson(BranchName branch, string verb)
    {
        var caller = RequireReviewer(branch, verb);
        var kind = caller.Author.Kind == AuthorKind.Agent ? IdentityKind.Agent : caller.User?.Kind ?? IdentityKind.Person;
        if (kind == IdentityKind.Person) return caller;
        var word = kind.ToString().ToLowerInvariant();
        throw Refuse($"approval.{word}", $"{caller.Author.Name} is of the kind {word}; only persons {verb}.", "A person has to look at it.");
    }

    /// <summary>What the caller said no to, and that keeps the branch out.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="head">The branch's.</param>
    /// <param name="isSame">Only what was said of exactly what the branch is.</param>
    private List<Rejection> FindOwn(Caller caller, CommitId head, bool isSame) =>
        [.. (isSame ? Rejections.FindSame(_context, BranchName.Main, head) : Rejections.Find(_context, BranchName.Main, head))
            .Where(r => r.IsBy(caller.Author.Name))];

    private static bool IsOf(Approval approval, Caller caller) => approval.Name.Equals(caller.Author.Name, StringComparison.OrdinalIgnoreCase);

    private static string? ReadComment(string? comment) => SaidLine.Read(comment) is { } line ? line.Length == 0 ? null : line
        : throw new DbVcException(FailureKind.Usage, "approval.comment",
            $"A comment has at most {SaidLine.Most:#,0} characters, and none that cannot be seen.", hint: "--comment \"what was looked at\"");

    /// <summary>What a person said before is read and replaced under it: yes and no of one person never both stand.</summary>
    private IDisposable Lock() => Store.Lock(LockName, _context.Options.LockTimeout);

    /// <summary>What somebody says, as the log and the open requests of the branch hear of it.</summary>
    private sealed record Said(string Command, Caller Caller, RequestEventKind Kind, CommitId Head, string? Text);

    private void Write(BranchName branch, Said said, Func<IEnumerable<Approval>, IReadOnlyList<Approval>> change, IReadOnlyList<Rejection>? gone = null,
        Rejection? rejection = null)
    {
        var next = change(Approvals.Read(Store, branch).Where(a => !IsOf(a, said.Caller)));
        var requests = new OpenRequests(_context, branch);
        using (var transaction = Store.Begin())
        {
            Put(transaction, branch, next, gone, rejection);
            requests.Note(transaction, said.Kind, said.Caller.Author, said.Head, said.Text);
            transaction.AppendOperation(new OperationDraft(said.Command, said.Caller.Author.Name, _context.Repository.Clock.GetUtcNow(), []));
            transaction.Commit();
        }

        requests.Tell(said.Kind);
    }

    private static void Put(IStoreTransaction transaction, BranchName branch, IReadOnlyList<Approval> next, IReadOnlyList<Rejection>? gone,
        Rejection? rejection)
    {
        if (next.Count == 0) transaction.DeleteDocument(Approvals.Collection, branch.Text);
        else transaction.PutDocument(Approvals.Collection, branch.Text, Approvals.ToBytes(next));
        foreach (var taken in gone ?? []) Rejections.Delete(transaction, taken);
        if (rejection is not null) Rejections.Put(transaction, rejection);
    }

    private static DbVcException Refuse(string code, string message, string hint) => new(FailureKind.Refused, code, message, hint: hint);
}
