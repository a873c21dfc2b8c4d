using DbVc.Model;
using DbVc.Store;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// Requests to merge a branch: the conversation around it, and the one place that shows whether everything is there. It decides nothing: what keeps a branch
/// out are its target's rules, what lets it in are gates, approvals and the merge, as ever.
/// </summary>
public sealed class RequestDesk
{
    private const int MostComments = 5000;

    private readonly WorkspaceContext _context;
    private readonly MergeController _merges;
    private readonly ApprovalDesk _approvals;

    internal RequestDesk(WorkspaceContext context, MergeController merges, ApprovalDesk approvals) =>
        (_context, _merges, _approvals) = (context, merges, approvals);

    private IRepositoryStore Store => _context.Repository.Store;

    private DateTimeOffset Now => _context.Repository.Clock.GetUtcNow();

    private Author Caller => _context.Guard.Caller.Author;

    /// <summary>Opens a request. Throws usage failures <c>branch.missing</c>, <c>request.itself</c>, <c>request.open</c>, <c>request.empty</c>,
    /// <c>request.title</c> and <c>request.text</c>; kind Refused, <c>access.denied</c> and <c>token.scope</c>.</summary>
    public RequestReport Open(RequestOpening opening, CancellationToken cancel) => Watch($"request open {opening.Source}", () =>
    {
        var (source, target) = (opening.Source, opening.Target);
        if (source == target) throw Usage("request.itself", $"'{source}' cannot be merged into itself.", "db-vc branch list");
        RequireWork(source, "open");
        using var held = Lock();
        var (from, into) = (RequestStanding.InstanceOf(_context, source), RequestStanding.InstanceOf(_context, target));
        var head = _context.Repository.Head(source);
        if (new OpenRequests(_context, source, target).First is { } there)
        {
            throw Usage("request.open", $"There is an open request of '{source}' into '{target}' already: {there.Number}, {there.Record.Title}.",
                $"db-vc request show {there.Number}");
        }

        if (new CommitGraph(_context.Repository).IsAncestor(head, _context.Repository.Head(target)))
        {
            throw Usage("request.empty", $"There is nothing to ask for: '{target}' holds everything of '{source}'.",
                $"Commit what it is about first: db-vc commit --branch {source} -m \"what and why\".");
        }

        var title = opening.Title is { } given ? RequestText.RequireTitle(given)
            : RequestText.TryTitle(_context.Repository.ReadCommit(head).Message) ?? $"Merge '{source}' into '{target}'";
        var text = RequestText.RequireText(opening.Text, mayBeEmpty: true);
        var number = RequestShelf.ReadAll(Store).Select(r => r.Number).DefaultIfEmpty().Max() + 1;
        var record = new RequestRecord(number, from, into, source.Text, target.Text, title, text, Caller, Now, head.ToString());
        using (var transaction = Store.Begin())
        {
            RequestShelf.Put(transaction, record);
            RequestShelf.Put(transaction, RequestNote.Look(number, record.By, record.Time, record.Head));
            Finish(transaction, $"request open {number} {source}{(target.IsMain ? "" : $" --into {target}")}");
        }

        new OpenRequests(_context, source, target).Tell(RequestEventKind.Opened);
        return Describe(Require(number), cancel);
    });

    /// <summary>By number, those that are open; with <paramref name="all"/> the others, too.</summary>
    /// <param name="all">Whether closed ones are listed.</param>
    /// <param name="branch">Only those of this branch, or into it; null for all.</param>
    public IReadOnlyList<RequestBrief> List(bool all, BranchName? branch) => Watch("request list", () =>
    {
        _context.Guard.Require(AccessAction.Read, "db-vc request list");
        var standing = new RequestStanding(_context);
        return (IReadOnlyList<RequestBrief>)[.. RequestShelf.ReadAll(Store).Select(standing.Of)
            .Where(v => (all || v.State == RequestState.Open) && (branch is not { } only || only.Text == v.SourceName || only.Text == v.TargetName))
            .Select(v => Summarize(v, RequestShelf.ReadNotes(Store, v.Number)))];
    });

    /// <summary>One request with its checks, which are asked now. Throws usage failure <c>request.missing</c>.</summary>
    /// <param name="number">Which.</param>
    /// <param name="seen">Whether the caller has seen it by that: what changed since is told from here on. It takes what commenting takes.</param>
    /// <param name="cancel">Ends it.</param>
    public RequestReport Show(long number, bool seen, CancellationToken cancel) => Watch($"request show {number}", () =>
    {
        _context.Guard.Require(AccessAction.Read, "db-vc request show");
        var report = Describe(Require(number), cancel);
        if (!seen) return report;
        _context.Guard.Require(AccessAction.Work, "db-vc request show --seen");
        using var transaction = Store.Begin();
        RequestShelf.Put(transaction, RequestNote.Look(number, Caller, Now, report.Brief.Head.ToString()));
        transaction.Commit();
        return report;
    });

    /// <summary>Says something, answers, or settles a comment; closed requests can be talked about, too. Throws usage failures <c>request.missing</c>,
    /// <c>request.comment</c>, <c>request.text</c>, and what <see cref="RequestPlaces.Find"/> does.</summary>
    public RequestReport Comment(RequestComment asked, CancellationToken cancel) => Watch($"request comment {asked.Number}", () =>
    {
        StandingRequest view;
        using (Lock())
        {
            view = Require(asked.Number);
            RequireWork(view, "comment");
            var notes = RequestShelf.ReadNotes(Store, view.Number);
            var added = MakeNotes(asked, view, notes);
            using var transaction = Store.Begin();
            foreach (var note in added) RequestShelf.Put(transaction, note);
            RequestShelf.Put(transaction, RequestNote.Look(view.Number, Caller, added[^1].Time, view.Head.ToString()));
            Finish(transaction, $"request comment {view.Number}" + (asked.Resolve is { } settled ? $" --resolve {settled}" : ""));
        }

        if (asked.Text is not null) _context.Outbox.Tell(view, RequestEventKind.Commented, null);
        return Describe(view, cancel);
    });

    /// <summary>The caller's yes to the head: that of <c>branch approve</c>, and what it throws; kind Conflict, <c>branch.moved</c>, if the head is not
    /// <paramref name="expected"/> any more.</summary>
    public RequestReport Approve(long number, string? text, string? expected, CancellationToken cancel) => Watch($"request approve {number}", () =>
    {
        var view = RequireOpen(number);
        CommitId? head = expected is null ? null : new RevisionParser(_context.Repository).Parse(expected);
        _approvals.Approve(RequireSource(view), text, cancel, head);
        return Describe(Require(number), cancel);
    });

    /// <summary>The caller's no to the head, which keeps it out until it has another one: that of <c>branch reject</c>, and what it throws.</summary>
    public RequestReport RequestChanges(long number, string? text, CancellationToken cancel) => Watch($"request changes {number}", () =>
    {
        _approvals.Reject(RequireSource(RequireOpen(number)), text);
        return Describe(Require(number), cancel);
    });

    /// <summary>Closes a request without a merge; its branch stays. Throws usage failures <c>request.missing</c> and <c>request.closed</c>; kind Refused,
    /// <c>request.other</c>, for whoever neither opened it nor is an administrator.</summary>
    public RequestReport Withdraw(long number, CancellationToken cancel) => Watch($"request withdraw {number}", () =>
    {
        using (Lock())
        {
            var view = RequireOpen(number);
            RequireWork(view, "withdraw");
            if (!view.Record.IsBy(Caller) && _context.Guard.Caller.Role < AccessTable.Of(AccessAction.Administer).Role)
            {
                throw new DbVcException(FailureKind.Refused, "request.other",
                    $"{view.Record.By.Name} opened request {number}; {Caller.Name} cannot withdraw it.",
                    hint: $"Whoever opened it, or an administrator, does. A reviewer says no: db-vc request changes {number} \"what to change\".");
            }

            using var transaction = Store.Begin();
            RequestShelf.Put(transaction, RequestNote.Make(number, RequestEventKind.Withdrawn, Caller, Now, view.Head.ToString()));
            Finish(transaction, $"request withdraw {number}");
        }

        return Describe(Require(number), cancel);
    });

    /// <summary>Merges the source as <c>branch merge</c> does, by the same rules; that closes the request. Throws usage failures <c>request.missing</c> and
    /// <c>request.closed</c>, and what a merge throws.</summary>
    public (MergeReport Merge, string Target) Merge(RequestMerge asked, CancellationToken cancel) => Watch($"request merge {asked.Number}", () =>
    {
        _context.Guard.Require(AccessAction.Merge, "db-vc request merge");
        var view = RequireOpen(asked.Number);
        var target = view.Target ?? throw Gone(view, view.TargetName);
        var request = new MergeRequest(RequireSource(view), target, asked.DryRun, asked.Policies) { AllowDestructive = asked.AllowDestructive };
        return (_merges.Merge(request, cancel), target.Text);
    });

    private List<RequestNote> MakeNotes(RequestComment asked, StandingRequest view, IReadOnlyList<RequestNote> notes)
    {
        var (by, now, head) = (Caller, Now, view.Head.ToString());
        var comments = notes.Where(n => n.Comment is not null).ToList();
        foreach (var about in new[] { asked.ReplyTo, asked.Resolve }.OfType<int>().Where(id => comments.TrueForAll(c => c.Comment != id)))
            throw Usage("request.comment", $"Request {view.Number} has no comment {about}.", $"db-vc request show {view.Number}");
        if (asked is { Text: null, Resolve: null }) throw Usage("request.text", "There is nothing said.", "db-vc request comment --help");
        if ((asked.File ?? asked.Table) is not null && (asked.ReplyTo ?? asked.Resolve) is not null)
            throw Usage("request.place", "An answer hangs on what it answers.", "Leave --file or --table out.");
        var made = new List<RequestNote>();
        if (asked.Text is not null)
        {
            if (comments.Count >= MostComments)
                throw Usage("request.full", $"Request {view.Number} has {Quantity.Of(comments.Count)} comments, and takes no more.", "Open another one.");
            var number = comments.Select(c => c.Comment!.Value).DefaultIfEmpty().Max() + 1;
            var text = RequestText.RequireText(asked.Text);
            made.Add(new RequestNote(view.Number, RequestShelf.CommentId(number), RequestEventKind.Commented, by, now, head, text)
            {
                Comment = number,
                About = asked.ReplyTo ?? asked.Resolve,
                Place = new RequestPlaces(_context).Find(asked, view),
            });
        }

        if (asked.Resolve is { } settled)
        {
            if (notes.Any(n => n.Kind == RequestEventKind.Resolved && n.About == settled))
                throw Usage("request.comment", $"Comment {settled} is settled already.", $"db-vc request show {view.Number}");
            made.Add(RequestNote.Make(view.Number, RequestEventKind.Resolved, by, now, head) with { About = settled });
        }

        return made;
    }

    private RequestReport Describe(StandingRequest view, CancellationToken cancel)
    {
        var notes = RequestShelf.ReadNotes(Store, view.Number);
        var standing = new RequestStanding(_context);
        var landing = standing.FindLanding(view);
        var history = new RequestHistory(_context, view, notes, landing);
        var places = new RequestPlaces(_context);
        var report = new RequestReport(Summarize(view, notes), view.Record.Text, [], history.List(),
            [.. notes.Where(n => n.Comment is not null).OrderBy(n => n.Comment).Select(n => new RequestCommentReport(
                n.Comment!.Value, n.By, n.Time, CommitId.Parse(n.Head), n.Text,
                n.Place is { } place ? places.Describe(place, CommitId.Parse(n.Head), view.Head) : null)
            {
                ReplyTo = n.About,
                ResolvedBy = notes.FirstOrDefault(r => r.Kind == RequestEventKind.Resolved && r.About == n.Comment)?.By.Name,
            })])
        {
            News = history.FindNews(Caller),
            Commit = landing,
        };
        return new RequestChecks(_context, _merges).AddTo(report, view, cancel);
    }

    private RequestBrief Summarize(StandingRequest view, IReadOnlyList<RequestNote> notes)
    {
        var settled = notes.Where(n => n.Kind == RequestEventKind.Resolved).Select(n => n.About).ToHashSet();
        var comments = notes.Where(n => n.Comment is not null).ToList();
        return new RequestBrief(view.Number, view.Record.Title, view.SourceName, view.TargetName, view.State, view.Record.By, view.Record.Time, view.Head,
            comments.Count, comments.Count(c => c.About is null && !settled.Contains(c.Comment)))
        {
            IsNew = RequestHistory.IsNew(notes, view.Head, Caller),
        };
    }

    private StandingRequest Require(long number) => RequestShelf.Find(Store, number) is { } record ? new RequestStanding(_context).Of(record)
        : throw Usage("request.missing", $"There is no request {number}.", "db-vc request list --all");

    private StandingRequest RequireOpen(long number)
    {
        var view = Require(number);
        if (view.State == RequestState.Open) return view;
        throw Usage("request.closed", $"Request {number} is {view.State.ToString().ToLowerInvariant()} already.", $"db-vc request show {number}");
    }

    private static BranchName RequireSource(StandingRequest view) => view.Source ?? throw Gone(view, view.SourceName);

    private static DbVcException Gone(StandingRequest view, string branch) => Usage("request.branch-gone",
        $"The branch '{branch}' of request {view.Number} was deleted.", $"db-vc branch restore {branch}, or db-vc request withdraw {view.Number}");

    /// <summary>What concerns one branch is held to what the caller may change.</summary>
    private void RequireWork(StandingRequest view, string verb)
    {
        _context.Guard.Require(AccessAction.Work, $"db-vc request {verb}");
        if (view.Source is { } source) RequireWork(source, verb);
    }

    private void RequireWork(BranchName source, string verb)
    {
        _context.Guard.Require(AccessAction.Work, $"db-vc request {verb}");
        _context.Guard.RequireReach(source);
    }

    private void Finish(IStoreTransaction transaction, string command)
    {
        transaction.AppendOperation(new OperationDraft(command, Caller.Name, Now, []));
        transaction.Commit();
    }

    private IDisposable Lock() => Store.Lock(RequestShelf.LockName, _context.Options.LockTimeout);

    private T Watch<T>(string command, Func<T> act) => Denials.Watch(_context, command, act);

    private static DbVcException Usage(string code, string message, string hint) => new(FailureKind.Usage, code, message, hint: hint);
}
