using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Writes branches and tags with everything they need as one file; chunk by chunk, however large they are.</summary>
public sealed class ExportWriter(Repository repository, Stream target)
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _seal = new byte[ExportFormat.SealSize];

    /// <summary>Throws what verify would report rather than write an incomplete file.</summary>
    public ExportCounts Write(ExportManifest manifest, IReadOnlyList<ExportRef> refs, IReadOnlyList<ExportDocument> documents, CancellationToken cancel)
    {
        var commits = new CommitGraph(repository).Walk(refs.Select(r => r.Commit)).Reverse().ToList();
        var chunks = Collect(commits, cancel);
        var header = new byte[ExportFormat.HeaderSize];
        ExportFormat.Magic.CopyTo(header);
        BitConverter.TryWriteBytes(header.AsSpan(ExportFormat.Magic.Length), ExportFormat.Version);
        target.Write(header);
        Write(ExportKind.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, ExportJson.Default.ExportManifest));
        foreach (var item in refs) Write(ExportKind.Ref, [.. item.Commit.Hash.ToBytes(), .. Encoding.UTF8.GetBytes(item.Name)]);
        foreach (var item in documents)
        {
            Write(ExportKind.Document, [.. Encoding.UTF8.GetBytes(item.Collection), 0, .. Encoding.UTF8.GetBytes(item.Id), 0, .. item.Body]);
        }

        foreach (var commit in commits) Write(ExportKind.Commit, repository.Store.ReadCommit(commit.Id.Hash)!);
        foreach (var chunk in chunks)
        {
            cancel.ThrowIfCancellationRequested();
            Write(ExportKind.Chunk, repository.Chunks.Read(chunk).Span);
        }

        var counts = new ExportCounts(refs.Count, documents.Count, commits.Count, chunks.Count);
        Write(ExportKind.End, JsonSerializer.SerializeToUtf8Bytes(counts, ExportJson.Default.ExportCounts));
        return counts;
    }

    private List<Hash> Collect(List<NamedCommit> commits, CancellationToken cancel)
    {
        var walk = new SnapshotWalk(repository.Chunks);
        foreach (var (_, commit) in commits)
        {
            cancel.ThrowIfCancellationRequested();
            walk.Visit(commit.Snapshot);
            if (commit.Evidence is { } evidence) walk.VisitChunk(evidence);
        }

        foreach (var problem in walk.Problems.Values)
        {
            throw new DbVcException(FailureKind.Failed, problem.Kind, problem.Message, hint: "Nothing was exported. Run db-vc verify.");
        }

        return [.. walk.Chunks.Order()];
    }

    private void Write(ExportKind kind, ReadOnlySpan<byte> content)
    {
        Span<byte> frame = stackalloc byte[ExportFormat.FrameSize];
        ExportFormat.WriteFrame(frame, kind, content.Length);
        ExportFormat.Seal(_hash, _seal, frame, content);
        target.Write(frame);
        target.Write(content);
        target.Write(_seal);
    }
}
