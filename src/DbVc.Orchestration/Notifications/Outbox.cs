using System.Security.Cryptography;
using System.Text.Json;
using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// Notifications that have not arrived yet. What is told is durable before it is sent, sent at once, and sent again by later commands with growing waits
/// until it arrives or is given up. Nothing that goes wrong here keeps a command from being done.
/// </summary>
public sealed class Outbox
{
    private const string Collection = "notifications";
    private const string LockName = "notifications";
    private const int MostKept = 1000;

    /// <summary>The first two are waited for by the command itself.</summary>
    private static readonly TimeSpan[] s_waits =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(8),
        TimeSpan.FromHours(24),
    ];

    /// <summary>How long a command waits for all of it; the rest is sent by others.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(12);

    private readonly WorkspaceContext _context;

    internal Outbox(WorkspaceContext context) => _context = context;

    private DateTimeOffset Now => _context.Options.Clock.GetUtcNow();

    private NotificationSettings Settings => _context.Configuration.Notifications;

    /// <summary>What has not arrived, oldest first.</summary>
    public IReadOnlyList<Delivery> List() =>
        [.. _context.Repository.Store.ListDocuments(Collection).Select(d => JsonSerializer.Deserialize(d.Value, NotificationJson.Default.Delivery)!)];

    /// <summary>Tries everything that has not arrived, also what was given up; returns what is still there.</summary>
    public IReadOnlyList<Delivery> SendAll(CancellationToken cancel)
    {
        Send(_ => true, cancel);
        return List();
    }

    /// <summary>Tries what is due, as every command that tells something does.</summary>
    internal void SendDue(CancellationToken cancel) => Send(d => d.Next <= Now, cancel);

    /// <summary>Whether something waits and is due.</summary>
    internal static bool IsDue(Store.IRepositoryStore store, DateTimeOffset now) => store.ListDocuments(Collection)
        .Any(d => JsonSerializer.Deserialize(d.Value, NotificationJson.Default.Delivery)!.Next <= now);

    /// <summary>Sends a notification of the event <c>test</c>, whichever events are told: nobody who acts on another one is misled.</summary>
    public IReadOnlyList<Delivery> Test(CancellationToken cancel)
    {
        if (Settings is { Webhooks.Count: 0, Commands.Count: 0 })
        {
            throw new DbVcException(FailureKind.Usage, "notify.nobody", "Nobody is to be told of anything.",
                hint: "db-vc config set notify.webhooks https://example.com/hook");
        }

        var test = Make("test", "This is a test of notifications.", null);
        Put(test);
        Send(d => d.Notification.Id == test.Id, cancel);
        return [.. List().Where(d => d.Notification.Id == test.Id)];
    }

    /// <summary>Tells whoever wants to know of a task that ended.</summary>
    internal void Tell(AgentReport report)
    {
        var (name, message) = report.State switch
        {
            TaskState.Ready => ("ready", $"'{report.Branch}' is ready for merge."),
            // No more: what went wrong may hold values of rows, and words of generated code.
            TaskState.Failed => ("failed", report.Gates.Any(g => !g.Passed) ? $"'{report.Branch}' was refused by its gates." : $"'{report.Branch}' failed."),
            _ => (null, ""),
        };
        if (name is null) return;
        Tell(name, () => Make(name, message, report.Task) with
        {
            Branch = report.Branch,
            Pipeline = report.Pipeline,
            Gates = report.Gates.Count == 0 ? null : [.. report.Gates.Select(g => new NotifiedGate(g.Name, g.Passed))],
        });
    }

    /// <summary>Tells that a branch was merged into main, and why in spite of main's rules if it was.</summary>
    internal void TellMerged(string branch, CommitId commit, string? reason) => Tell("merged", () =>
        Make("merged", $"'{branch}' was merged into main{(reason is null ? "" : " in spite of its rules")}.", null) with
        {
            Branch = branch,
            Commit = commit.ToString(),
            Override = reason is null ? null : SecretMask.FromEnvironment().Mask(reason),
        });

    /// <summary>Tells of a request: who did what, never what was said. What is only taken back is told nobody.</summary>
    internal void Tell(StandingRequest request, RequestEventKind kind, CommitId? commit)
    {
        var (name, what) = kind switch
        {
            RequestEventKind.Opened => ("request.opened", "was opened by"),
            RequestEventKind.Commented => ("request.commented", "was commented on by"),
            RequestEventKind.Approved => ("request.approved", "was approved by"),
            RequestEventKind.ChangesRequested => ("request.changes", "was sent back by"),
            RequestEventKind.Merged => ("request.merged", "was merged by"),
            _ => (null, ""),
        };
        if (name is null) return;
        var message = $"Request {request.Number} of '{request.SourceName}' into '{request.TargetName}' {what} {_context.Options.User.Name}.";
        Tell(name, () => Make(name, message, null) with
        {
            Branch = request.SourceName,
            Request = request.Number,
            Commit = commit?.ToString(),
        });
    }

    /// <summary>Tells of a run of a schedule that ended before there was a task to tell of.</summary>
    internal void TellDue(string pipeline, DateTimeOffset due) => Tell("failed", () =>
        Make("failed", $"The run of '{pipeline}' that was due at {due.UtcDateTime:yyyy-MM-dd HH:mm} UTC failed.", null) with { Pipeline = pipeline });

    /// <summary>Tells of a new commit of main.</summary>
    internal void Tell(string name, string branch, CommitId commit, string message) =>
        Tell(name, () => Make(name, message, null) with { Branch = branch, Commit = commit.ToString() });

    private void Tell(string name, Func<Notification> make)
    {
        try
        {
            if (Settings is { Webhooks.Count: 0, Commands.Count: 0 } || !Settings.Events.Contains(name)) return;
            Put(make());
            using var patience = new CancellationTokenSource(s_patience);
            Send(d => d.Next <= Now, patience.Token);
        }
        catch (Exception)
        {
            // What was to be told was done; that nobody could be told does not undo it.
        }
    }

    private Notification Make(string name, string message, string? task) => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), name, Now,
        Path.GetFileName(Path.TrimEndingDirectorySeparator(_context.Layout.Root)), SecretMask.FromEnvironment().Mask(message))
    {
        Task = task,
        Actor = _context.Options.User.Name,
    };

    private void Put(Notification notification)
    {
        using var transaction = _context.Repository.Store.Begin();
        var number = 0;
        foreach (var (target, isCommand) in Settings.Webhooks.Select(w => (w, false)).Concat(Settings.Commands.Select(c => (c, true))))
        {
            // The time first, so that the oldest is sent first.
            var id = $"{notification.Time:yyyyMMddHHmmssfff}-{notification.Id}-{number++}";
            Write(transaction, new Delivery(id, notification, target, isCommand, 0, notification.Time, null));
        }

        foreach (var old in List().Take(Math.Max(0, List().Count - MostKept))) transaction.DeleteDocument(Collection, old.Id);
        transaction.Commit();
    }

    /// <summary>Another process that sends just now sends these, too.</summary>
    private void Send(Func<Delivery, bool> isDue, CancellationToken cancel)
    {
        using var held = TryLock();
        if (held is null) return;
        var silent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var delivery in List().Where(isDue).Where(d => !Drop(d)))
        {
            cancel.ThrowIfCancellationRequested();
            // Who did not take the one before is not waited for again.
            if (silent.Contains(delivery.Target)) continue;
            var tried = Try(delivery, cancel);
            if (tried is { Attempts: 1, Problem: not null })
            {
                cancel.WaitHandle.WaitOne(s_waits[0]);
                tried = Try(tried, cancel);
            }

            if (tried.Problem is not null) silent.Add(delivery.Target);
            using var transaction = _context.Repository.Store.Begin();
            if (tried.Problem is null) transaction.DeleteDocument(Collection, delivery.Id);
            else Write(transaction, tried);
            transaction.Commit();
        }
    }

    /// <summary>Who is not named in the configuration any more is told nothing any more.</summary>
    private bool Drop(Delivery delivery)
    {
        if ((delivery.IsCommand ? Settings.Commands : Settings.Webhooks).Contains(delivery.Target)) return false;
        using var transaction = _context.Repository.Store.Begin();
        transaction.DeleteDocument(Collection, delivery.Id);
        transaction.Commit();
        return true;
    }

    private Delivery Try(Delivery delivery, CancellationToken cancel)
    {
        var problem = Courier.Deliver(delivery, Settings, Now, cancel);
        var attempts = delivery.Attempts + 1;
        return delivery with
        {
            Attempts = attempts,
            Problem = problem,
            Next = attempts <= s_waits.Length ? Now + s_waits[attempts - 1] : null,
        };
    }

    private static void Write(Store.IStoreTransaction transaction, Delivery delivery) =>
        transaction.PutDocument(Collection, delivery.Id, JsonSerializer.SerializeToUtf8Bytes(delivery, NotificationJson.Default.Delivery));

    private IDisposable? TryLock()
    {
        try
        {
            return _context.Repository.Store.Lock(LockName, TimeSpan.Zero);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Locked)
        {
            return null;
        }
    }
}
