using System.Collections.Concurrent;
using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>
/// Visits every chunk that snapshots need, and checks what it finds: order of keys, numbers of rows, references. A subtree is visited once,
/// however many snapshots share it; what was found wrong in it is remembered, so that each of them can be named. Thread-safe.
/// </summary>
public sealed class SnapshotWalk(IChunkSource source)
{
    private const int Parallelism = 2;
    private static readonly byte[] TablePrefix = "table/"u8.ToArray();

    private readonly ConcurrentDictionary<(TreeKind Kind, Hash Hash), Found> _nodes = new();
    private readonly ConcurrentDictionary<Hash, bool> _chunks = new();
    private readonly ConcurrentDictionary<Hash, WalkProblem> _problems = new();

    /// <summary>Whether large values are read to their last byte, or only named.</summary>
    public bool ReadsValues { get; init; }

    /// <summary>Every chunk that was found to be needed.</summary>
    public ICollection<Hash> Chunks => _chunks.Keys;

    /// <summary>What is wrong, by the chunk it is wrong with.</summary>
    public IReadOnlyDictionary<Hash, WalkProblem> Problems => _problems;

    public bool Needs(Hash chunk) => _chunks.ContainsKey(chunk);

    /// <summary>Visits a snapshot; the chunks that are wrong in it, most often none.</summary>
    public IReadOnlySet<Hash> Visit(Hash snapshot)
    {
        var bad = Bad.None;
        if (!Load(snapshot, ref bad, () => SnapshotCodec.Read(source, snapshot), out var read)) return bad.Hashes;
        bad = bad.With(VisitTree(read.Objects, TreeKind.Objects).Bad);
        return bad.With(VisitTree(read.Files, TreeKind.Files).Bad).Hashes;
    }

    /// <summary>Visits one chunk that nothing below depends on, for example a gate report.</summary>
    public IReadOnlySet<Hash> VisitChunk(Hash chunk)
    {
        var bad = Bad.None;
        Load(chunk, ref bad, () => source.Read(chunk), out _);
        return bad.Hashes;
    }

    /// <summary>Which tables, objects and files of a snapshot the given chunks spoil; for those that <see cref="Visit"/> found wrong.</summary>
    public IEnumerable<string> Spoiled(Hash snapshot, IReadOnlySet<Hash> bad)
    {
        if (bad.Contains(snapshot) || TryLoad(() => SnapshotCodec.Read(source, snapshot)) is not { } read) return ["everything"];
        return Spoiled(read.Objects.Hash, TreeKind.Objects, bad).Concat(Spoiled(read.Files.Hash, TreeKind.Files, bad));
    }

    private Found VisitTree(TreeRoot root, TreeKind kind)
    {
        if (root.IsEmpty) return Found.Nothing;
        if (_nodes.TryGetValue((kind, root.Hash), out var known)) return known;
        var bad = Bad.None;
        return Load(root.Hash, ref bad, () => Node.Load(source, root.Hash), out var node)
            ? VisitNode(root.Hash, node, kind, isRoot: true)
            : Remember(kind, root.Hash, new Found(0, 0, 0, bad));
    }

    private Found VisitNode(Hash hash, Node node, TreeKind kind, bool isRoot)
    {
        if (node.Level == 0) return Remember(kind, hash, VisitLeaf(node, kind));
        var children = new Found[node.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = isRoot && kind.IsRows ? Parallelism : 1 };
        Parallel.For(0, node.Count, options, i => children[i] = VisitChild(node, i, kind));
        return Remember(kind, hash, new Found(node.Level, node.Rows, children.Sum(c => c.Counted), Bad.Union(children.Select(c => c.Bad))));
    }

    private Found VisitChild(Node parent, int index, TreeKind kind)
    {
        var hash = parent.ChildHash(index);
        var bad = Bad.None;
        if (_nodes.TryGetValue((kind, hash), out var known))
        {
            if (!known.Bad.IsEmpty || (known.Level == parent.Level - 1 && known.Rows == Node.ReadRows(parent.ValueSpan(index)))) return known;
            Report(hash, new WalkProblem("tree.node-damaged", $"Tree node {hash} is not the child that its parent describes."), ref bad);
            return known with { Bad = bad };
        }

        return Load(hash, ref bad, () => parent.LoadChild(source, index), out var child)
            ? VisitNode(hash, child, kind, isRoot: false)
            : Remember(kind, hash, new Found(parent.Level - 1, Node.ReadRows(parent.ValueSpan(index)), 0, bad));
    }

    private Found VisitLeaf(Node leaf, TreeKind kind)
    {
        if (kind.IsRows) return VisitRows(leaf, kind);
        var bad = Bad.None;
        for (var i = 0; i < leaf.Count; i++)
        {
            bad = bad.With(kind == TreeKind.Files ? VisitFile(leaf.Value(i)) : VisitObject(leaf.Key(i), leaf.Value(i)));
        }

        return new Found(0, leaf.Count, leaf.Count, bad);
    }

    private Bad VisitFile(ReadOnlyMemory<byte> value)
    {
        var bad = Bad.None;
        if (value.Length != Hash.Size) return Bad.None;
        var hash = Hash.Read(value.Span);
        Load(hash, ref bad, () => source.Read(hash), out _);
        return bad;
    }

    private Bad VisitObject(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
    {
        if (!key.Span.StartsWith(TablePrefix)) return Bad.None;
        var bad = Bad.None;
        var schema = SnapshotCodec.SchemaOf(value.Span);
        if (!Load(schema, ref bad, () => SnapshotCodec.DecodeTable(source, value.Span), out var table)) return bad;
        var found = VisitTree(table.Rows, TreeKind.RowsOf(table.Schema));
        if (found.Bad.IsEmpty && found.Counted != table.Count)
        {
            var message = $"Table {table.Schema.Name} has {found.Counted} rows; its entry says {table.Count}.";
            Report(table.Rows.Hash, new WalkProblem("tree.count", message), ref bad);
        }

        return bad.With(found.Bad);
    }

    private Found VisitRows(Node leaf, TreeKind kind)
    {
        var bad = Bad.None;
        var counted = 0L;
        var large = new List<LargeValue>();
        for (var i = 0; i < leaf.Count; i++)
        {
            counted += TableEncoder.Inspect(leaf.Key(i), leaf.Value(i), kind.KeyColumns, large);
        }

        foreach (var value in large) VisitLarge(value, ref bad);
        return new Found(0, leaf.Count, counted, bad);
    }

    private void VisitLarge(LargeValue value, ref Bad bad)
    {
        var names = new List<Hash>();
        if (!Load(value.Hash, ref bad, () => Name(value, names), out _)) return;
        foreach (var chunk in names) _chunks.TryAdd(chunk, true);
    }

    private bool Name(LargeValue value, List<Hash> names)
    {
        names.AddRange(BlobTree.Chunks(source, value.Hash, value.Length));
        if (ReadsValues) BlobTree.Read(source, value.Hash, value.Length);
        return true;
    }

    /// <summary>Reads something whose chunk is needed; what fails is noted.</summary>
    private bool Load<T>(Hash hash, ref Bad bad, Func<T> load, out T loaded)
    {
        _chunks.TryAdd(hash, true);
        loaded = default!;
        try
        {
            loaded = load();
            return true;
        }
        catch (DbVcException failure)
        {
            Report(hash, new WalkProblem(failure.Code, failure.Message), ref bad);
            return false;
        }
        catch (Exception failure) when (failure is System.Text.Json.JsonException or ArgumentException)
        {
            Report(hash, new WalkProblem("store.damaged", $"Chunk {hash} cannot be understood: {failure.Message}"), ref bad);
            return false;
        }
    }

    private void Report(Hash hash, WalkProblem problem, ref Bad bad)
    {
        _problems.TryAdd(hash, problem);
        bad = bad.With(new Bad(new HashSet<Hash> { hash }));
    }

    private Found Remember(TreeKind kind, Hash hash, Found found)
    {
        _nodes[(kind, hash)] = found;
        return found;
    }

    private IEnumerable<string> Spoiled(Hash hash, TreeKind kind, IReadOnlySet<Hash> bad)
    {
        if (hash.IsNone || !_nodes.TryGetValue((kind, hash), out var found) || !found.Bad.Overlaps(bad)) return [];
        var what = kind == TreeKind.Files ? "files" : "tables";
        if (bad.Contains(hash) || TryLoad(() => Node.Load(source, hash)) is not { } node) return ["all " + what];
        return node.Level > 0
            ? Enumerable.Range(0, node.Count).SelectMany(i => Spoiled(node.ChildHash(i), kind, bad))
            : Enumerable.Range(0, node.Count).Where(i => SpoilsEntry(node.Key(i), node.Value(i), kind, bad)).Select(i => NameOf(node.Key(i), kind));
    }

    private bool SpoilsEntry(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, TreeKind kind, IReadOnlySet<Hash> bad)
    {
        if (kind == TreeKind.Files) return bad.Contains(Hash.Read(value.Span));
        if (!key.Span.StartsWith(TablePrefix)) return false;
        if (bad.Contains(SnapshotCodec.SchemaOf(value.Span))) return true;
        // A schema that cannot be read is a problem of its own, told with its own chunk.
        return TryLoad(() => SnapshotCodec.DecodeTable(source, value.Span)) is { } table && SpoilsRows(table, bad);
    }

    private bool SpoilsRows(TableSnapshot table, IReadOnlySet<Hash> bad) =>
        bad.Contains(table.Rows.Hash)
        || (_nodes.TryGetValue((TreeKind.RowsOf(table.Schema), table.Rows.Hash), out var rows) && rows.Bad.Overlaps(bad));

    private static T? TryLoad<T>(Func<T> load)
        where T : class
    {
        try
        {
            return load();
        }
        catch (DbVcException)
        {
            return null;
        }
    }

    private static string NameOf(ReadOnlyMemory<byte> key, TreeKind kind)
    {
        var text = Encoding.UTF8.GetString(key.Span);
        return kind == TreeKind.Files ? "file " + text : text.Replace("/", " ", StringComparison.Ordinal);
    }

    /// <summary>What the entries of a tree are; the same bytes may be a node of two kinds, and need other chunks in each.</summary>
    private readonly record struct TreeKind(int Code)
    {
        public static TreeKind Objects { get; } = new(-1);

        public static TreeKind Files { get; } = new(-2);

        public bool IsRows => Code >= 0;

        public int KeyColumns => Code;

        public static TreeKind RowsOf(TableSchema table) => new(table.PrimaryKey.Count);
    }

    /// <summary>What a visit of a node found below it.</summary>
    private readonly record struct Found(int Level, long Rows, long Counted, Bad Bad)
    {
        public static Found Nothing { get; } = new(0, 0, 0, Bad.None);
    }

    /// <summary>Chunks that are wrong; almost always none.</summary>
    private readonly record struct Bad(HashSet<Hash>? Set)
    {
        private static readonly HashSet<Hash> Empty = [];

        public static Bad None => default;

        public bool IsEmpty => Set is null;

        public IReadOnlySet<Hash> Hashes => Set ?? Empty;

        public bool Overlaps(IReadOnlySet<Hash> other) => Set is not null && Set.Overlaps(other);

        public Bad With(Bad other) => other.IsEmpty ? this : IsEmpty ? other : new Bad([.. Set!, .. other.Set!]);

        public static Bad Union(IEnumerable<Bad> all) => all.Aggregate(None, (sum, next) => sum.With(next));
    }
}

/// <summary>What is wrong with a chunk.</summary>
public sealed record WalkProblem(string Kind, string Message);
