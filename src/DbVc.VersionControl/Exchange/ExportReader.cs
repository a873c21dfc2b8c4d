using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Reads an export file and believes none of it: seals, counts, hashes, parents, trees and large values are checked before it says that the
/// file is whole. Chunks go to a writer; who publishes it decides when they become visible.
/// </summary>
public sealed class ExportReader(Stream source, IChunkWriter chunks)
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _seal = new byte[ExportFormat.SealSize];
    private readonly List<ExportRef> _refs = [];
    private readonly List<ExportDocument> _documents = [];
    private readonly List<NamedCommit> _commits = [];
    private ExportCounts? _end;
    private long _chunks;
    private long _position;
    private long _record;

    public ExportManifest Manifest { get; private set; } = null!;

    public IReadOnlyList<ExportRef> Refs => _refs;

    public IReadOnlyList<ExportDocument> Documents => _documents;

    /// <summary>Parents before children.</summary>
    public IReadOnlyList<NamedCommit> Commits => _commits;

    /// <summary>Throws <c>export.not-an-export</c>, <c>export.newer</c>, <c>export.cut</c>, <c>export.edited</c> or <c>export.incomplete</c>,
    /// each with the byte at which it was found.</summary>
    public void Read(CancellationToken cancel)
    {
        ReadHeader();
        while (_end is null)
        {
            cancel.ThrowIfCancellationRequested();
            _record = _position;
            var (kind, content) = ReadRecord();
            if ((Manifest is null) != (kind == ExportKind.Manifest)) throw Edited("the records are out of order");
            Take(kind, content);
        }

        if (source.ReadByte() >= 0) throw Edited("something follows its end");
        if (_end != new ExportCounts(_refs.Count, _documents.Count, _commits.Count, _chunks)) throw Edited("records are missing");
        CheckContent(cancel);
    }

    private void ReadHeader()
    {
        var header = new byte[ExportFormat.HeaderSize];
        var read = source.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        _position = read;
        if (read < header.Length || !header.AsSpan().StartsWith(ExportFormat.Magic))
        {
            throw new DbVcException(FailureKind.Failed, "export.not-an-export", "The file is not an export of db-vc.", "byte 0",
                "Make one with: db-vc export FILE");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(ExportFormat.Magic.Length));
        if (version == ExportFormat.Version) return;
        throw new DbVcException(FailureKind.Failed, "export.newer", $"The file has format {version}; this program reads {ExportFormat.Version}.", "byte 8",
            version > ExportFormat.Version ? "Use the newer db-vc that wrote it." : "The file was edited or damaged; get another copy of it.");
    }

    private (ExportKind Kind, byte[] Content) ReadRecord()
    {
        var frame = ReadExactly(ExportFormat.FrameSize);
        var length = BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(1));
        if (length is < 0 or > ExportFormat.MaxContent) throw Edited($"a record cannot have {length} bytes");
        var content = ReadExactly(length);
        ExportFormat.Seal(_hash, _seal, frame, content);
        if (!ReadExactly(ExportFormat.SealSize).AsSpan().SequenceEqual(_seal)) throw Edited("a record does not match its seal");
        return ((ExportKind)frame[0], content);
    }

    private byte[] ReadExactly(int count)
    {
        var bytes = new byte[count];
        var read = source.ReadAtLeast(bytes, count, throwOnEndOfStream: false);
        _position += read;
        return read == count ? bytes : throw new DbVcException(FailureKind.Failed, "export.cut", "The file ends in the middle.", $"byte {_position}",
            "Nothing was imported. Copy the file again, or make a new one with: db-vc export FILE");
    }

    private void Take(ExportKind kind, byte[] content)
    {
        try
        {
            switch (kind)
            {
                case ExportKind.Manifest:
                    Manifest = JsonSerializer.Deserialize(content, ExportJson.Default.ExportManifest) ?? throw new JsonException();
                    break;
                case ExportKind.Ref:
                    TakeRef(content);
                    break;
                case ExportKind.Document:
                    TakeDocument(content);
                    break;
                case ExportKind.Commit:
                    TakeCommit(content);
                    break;
                case ExportKind.Chunk:
                    chunks.Write(content);
                    _chunks++;
                    break;
                case ExportKind.End:
                    _end = JsonSerializer.Deserialize(content, ExportJson.Default.ExportCounts) ?? throw new JsonException();
                    break;
                default:
                    throw Edited($"a record of kind {(byte)kind} is unknown");
            }
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException)
        {
            throw Edited("a record cannot be understood");
        }
    }

    private void TakeRef(byte[] content)
    {
        var name = Encoding.UTF8.GetString(content.AsSpan(Hash.Size));
        if (!name.StartsWith(Repository.HeadPrefix, StringComparison.Ordinal) && !name.StartsWith(Repository.TagPrefix, StringComparison.Ordinal))
        {
            throw Edited("it holds a ref that is neither a branch nor a tag");
        }

        if (_refs.Exists(r => r.Name == name)) throw Edited("it holds a ref twice");
        _refs.Add(new ExportRef(name, new CommitId(Hash.Read(content))));
    }

    private void TakeDocument(byte[] content)
    {
        var first = content.AsSpan().IndexOf((byte)0);
        var second = first < 0 ? -1 : content.AsSpan(first + 1).IndexOf((byte)0);
        if (second < 0) throw Edited("a document cannot be understood");
        var id = first + 1 + second;
        _documents.Add(new ExportDocument(
            Encoding.UTF8.GetString(content.AsSpan(0, first)), Encoding.UTF8.GetString(content.AsSpan(first + 1, second)), content[(id + 1)..]));
    }

    private void TakeCommit(byte[] content)
    {
        var id = new CommitId(Hash.Of(content));
        var commit = CommitCodec.Decode(id, content);
        if (!CommitCodec.Encode(commit).AsSpan().SequenceEqual(content)) throw Edited("a commit is not written as db-vc writes it");
        _commits.Add(new NamedCommit(id, commit));
    }

    private void CheckContent(CancellationToken cancel)
    {
        var known = new Dictionary<CommitId, Commit>();
        var walk = new SnapshotWalk(chunks) { ReadsValues = true };
        foreach (var (id, commit) in _commits)
        {
            cancel.ThrowIfCancellationRequested();
            foreach (var parent in commit.Parents)
            {
                if (!known.TryGetValue(parent, out var earlier)) throw Incomplete($"commit {id.Short} has a parent, {parent.Short}, that is not in the file");
                if (earlier.Time >= commit.Time) throw Incomplete($"commit {id.Short} is not later than its parent {parent.Short}");
            }

            known[id] = commit;
            var bad = walk.Visit(commit.Snapshot);
            if (commit.Evidence is { } evidence && bad.Count == 0) bad = walk.VisitChunk(evidence);
            foreach (var hash in bad) throw Incomplete($"commit {id.Short} needs chunk {hash}: {walk.Problems[hash].Message}");
        }

        foreach (var item in _refs.Where(r => !known.ContainsKey(r.Commit))) throw Incomplete($"{item.Name} names a commit that is not in the file");
    }

    private static DbVcException Incomplete(string reason) => new(FailureKind.Failed, "export.incomplete", $"The file does not hold together: {reason}.",
        hint: "Nothing was imported. Make a new one with: db-vc export FILE");

    private DbVcException Edited(string reason) => new(FailureKind.Failed, "export.edited", $"The file was edited or damaged: {reason}.", $"byte {_record}",
        "Nothing was imported. Copy the file again, or make a new one with: db-vc export FILE");
}
