using System.Globalization;
using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>Shows that the operation log is what was written, and hands it out so that others can show it, too.</summary>
public sealed class AuditDesk
{
    private const string LiveName = "live database";
    private const string AnchorName = "operation-head";

    private readonly WorkspaceContext _context;

    internal AuditDesk(WorkspaceContext context) => _context = context;

    private IStoreUpkeep Upkeep => _context.Repository.Store.Upkeep;

    /// <summary>Checks a file that <see cref="Export"/> made; no repository is needed for it.</summary>
    public static AuditReport VerifyFile(string file) => AuditFile.Check(file);

    /// <summary>How far the log goes beyond a file that was checked: only the log itself can say whether the file holds all of it.</summary>
    public AuditFileEnd FindEnd(AuditReport file)
    {
        var log = Upkeep.CheckOperations(_ => { });
        return new AuditFileEnd(_context.Layout.Root, log.Last, Hash.TryParse(file.Head, out var head) && log.Hashes.Contains(head));
    }

    /// <summary>What is wrong with the end of the log, in the words of <see cref="Verify"/>; null where nothing is.</summary>
    public AuditProblem? FindProblemOfEnd() => Upkeep.CheckOperationsEnd() is { } found ? new AuditProblem(found.Kind, found.Place, found.Message) : null;

    /// <summary>
    /// Checks every entry of the log and their order, and asks what stands outside of it whether its end is there: the file beside the store, the refs,
    /// the live database, and a file that was exported earlier, if there is one.
    /// </summary>
    public AuditReport Verify(string? exported)
    {
        // Before the log is read: what is written meanwhile only makes it longer.
        var live = ReadLive();
        var file = exported is null ? null : AuditFile.Check(exported);
        string? sealing = null;
        var log = Upkeep.CheckOperations(entry => sealing = AccessDesk.FindSeal(entry.Operation.Command) ?? sealing);
        List<AuditProblem> problems = [.. log.Problems.Select(p => new AuditProblem(p.Kind, p.Place, p.Message)), .. file?.Problems ?? []];
        var witnesses = new List<AuditWitness> { new(AnchorName, log.HoldsAnchor) { Silence = "is missing or cannot be read" } };
        Ask(LiveName, live, $"{LiveName} {_context.Identity.Display}");
        if (sealing != SealOfAccess())
        {
            problems.Add(new AuditProblem("audit.access", "users, tokens and rules",
                $"They are not what the operation log says was written ({sealing ?? "nothing"}): they were edited past db-vc."));
        }

        if (file is { Entries: > 0, Ok: true }) Ask(exported!, file.Head, $"{Path.GetFullPath(exported!)}, operation {file.Last}");
        return new AuditReport(log.Last, log.Last == 0 ? 0 : 1, log.Last, log.Head.ToString(), problems, witnesses);

        void Ask(string name, string? head, string place)
        {
            bool? agrees = head is null ? null : Hash.TryParse(head, out var hash) && (hash.IsNone || log.Hashes.Contains(hash));
            witnesses.Add(new AuditWitness(name, agrees));
            if (agrees != false) return;
            problems.Add(new AuditProblem("audit.witness", place, $"It names an entry that the log does not hold ({head}): "
                + "the end of the log was cut off, an older store was put back, or a row was purged since."));
        }
    }

    /// <summary>Hands the log out as JSON lines, to a file or line by line, and checks it on the way. Throws kind Failed where it is damaged; a file is
    /// not made then.</summary>
    public AuditExportReport Export(AuditExportRequest request, Action<string> line, CancellationToken cancel)
    {
        var isFirst = Start(request.Since);
        if (request.File is null) return Write(line, isFirst, null, cancel);
        var path = Path.GetFullPath(request.File);
        if (File.Exists(path)) throw new DbVcException(FailureKind.Usage, "file.exists", "There is a file of that name already.", path, "Choose another name.");
        var draft = path + ".part";
        try
        {
            AuditExportReport report;
            using (var file = new StreamWriter(draft) { NewLine = "\n" }) report = Write(file.WriteLine, isFirst, path, cancel);
            File.Move(draft, path);
            return report;
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private string? SealOfAccess() =>
        _context.Repository.Store.ReadDocument(AccessRecord.Collection, AccessRecord.Id) is { } body ? Hash.Of(body).ToString() : null;

    private AuditExportReport Write(Action<string> line, Func<OperationRecord, bool> isFirst, string? path, CancellationToken cancel)
    {
        long? first = null;
        OperationRecord? last = null;
        foreach (var entry in Upkeep.ReadOperations(isFirst))
        {
            cancel.ThrowIfCancellationRequested();
            line(Encoding.UTF8.GetString(OperationLine.Write(entry)));
            first ??= entry.Record.Number;
            last = entry.Record;
        }

        return new AuditExportReport(first is null ? 0 : last!.Number - first.Value + 1, first, last?.Number, last?.Hash.ToString(), path);
    }

    private static Func<OperationRecord, bool> Start(string? since)
    {
        if (since is null) return _ => true;
        if (long.TryParse(since, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return record => record.Number >= number;
        if (DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return record => record.Operation.Time >= time;
        throw new DbVcException(FailureKind.Usage, "audit.since", $"'{since}' is neither the number of an entry nor a time.", "--since",
            "Write 17, 2026-01-31 or 2026-01-31T12:00:00Z; without a zone it is UTC.");
    }

    /// <summary>The head that the live database names; null where it cannot be asked, or says nothing of this repository.</summary>
    private string? ReadLive()
    {
        try
        {
            return _context.Publisher.ReadStanding().State is { } state && state.RepositoryId == _context.Identity.Id ? state.OperationHead : null;
        }
        catch (DbVcException)
        {
            return null;
        }
    }
}
