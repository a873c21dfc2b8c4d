using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>Reads every chunk that any branch or tag needs, which checks its hash, and compares the live database with main's head.</summary>
internal sealed class Verifier(WorkspaceContext context)
{
    private readonly HashSet<Hash> _seen = [];
    private readonly List<VerifyProblem> _problems = [];
    private long _bytes;

    public VerifyReport Run(CancellationToken cancel)
    {
        var repository = context.Repository;
        var starts = repository.ListBranches().Concat(repository.ListTags()).Select(r => r.Value).Distinct().ToList();
        long commits = 0;
        try
        {
            foreach (var (id, commit) in new CommitGraph(repository).Walk(starts))
            {
                cancel.ThrowIfCancellationRequested();
                commits++;
                Check("commit " + id.Short, () => CheckSnapshot(commit.Snapshot));
            }
        }
        catch (DbVcException e)
        {
            _problems.Add(new VerifyProblem("commit", e.Where ?? "", e.Message));
        }

        if (_problems.Count == 0) Check("live database", () => CheckLive(cancel));
        Check("operation log", () => _problems.AddRange(new OperationAudit(context).Problems()));
        return new VerifyReport(_problems.Count == 0, commits, _seen.Count, _bytes, _problems);
    }

    private void CheckSnapshot(Hash id)
    {
        if (!Visit(id)) return;
        var snapshot = SnapshotCodec.Read(context.Repository.Chunks, id);
        VisitAll(ProllyTree.Chunks(context.Repository.Chunks, snapshot.Objects, _seen.Contains));
        VisitAll(ProllyTree.Chunks(context.Repository.Chunks, snapshot.Files, _seen.Contains));
        var reader = new SnapshotReader(context.Repository.Chunks, snapshot);
        foreach (var table in reader.Tables()) VisitAll(RowTree.Chunks(context.Repository.Chunks, new TableEncoder(table.Schema), table.Rows, _seen.Contains));
        foreach (var file in reader.Files()) _ = reader.ReadFile(file);
    }

    private void CheckLive(CancellationToken cancel)
    {
        using var chunks = context.Repository.Chunks.BeginWrite();
        _ = context.Publisher.Peek(BranchName.Main, chunks, cancel);
    }

    private void VisitAll(IEnumerable<Hash> chunks)
    {
        foreach (var chunk in chunks) Visit(chunk);
    }

    private bool Visit(Hash chunk)
    {
        if (!_seen.Add(chunk)) return false;
        _bytes += context.Repository.Chunks.Read(chunk).Length;
        return true;
    }

    private void Check(string what, Action check)
    {
        try
        {
            check();
        }
        catch (DbVcException e)
        {
            _problems.Add(new VerifyProblem(e.Code, what, e.Message));
        }
    }
}
