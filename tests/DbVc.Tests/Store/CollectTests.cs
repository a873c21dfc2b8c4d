using DbVc.Model;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

/// <summary>What gc removes from the store and what it leaves, with writers at work.</summary>
public sealed class CollectTests : IDisposable
{
    private readonly ScratchStore _scratch = new();
    private readonly Needed _needed = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void What_is_not_needed_goes_and_the_rest_can_still_be_read()
    {
        var kept = Write(1, 100);
        Write(101, 400);
        var before = PackBytes();
        _needed.Chunks.UnionWith(kept);

        var preview = Collect(new CollectOptions(DryRun: true));
        Assert.Equal(before, PackBytes());
        var report = Collect();
        Assert.Equal((300L, 0L), (report.Chunks, report.Waiting));
        Assert.Equal(before - PackBytes(), report.Bytes);
        Assert.Equal((preview.Chunks, preview.Bytes), (report.Chunks, report.Bytes));
        _scratch.Reopen();
        foreach (var hash in kept) Assert.Equal(hash, Hash.Of(_scratch.Store.Chunks.Read(hash).Span));
        Assert.Empty(_scratch.Store.Upkeep.Check(CancellationToken.None).Problems);
    }

    [Fact]
    public void A_sparse_pack_is_written_anew_and_a_dense_one_stays()
    {
        var sparse = Write(1, 100);
        var dense = Write(1_001, 1_100);
        _needed.Chunks.UnionWith(sparse.Take(10).Concat(dense.Take(90)));
        var files = Packs();
        Collect();
        Assert.Single(Packs().Intersect(files));
        Assert.Equal(2, Packs().Count);
        foreach (var hash in _needed.Chunks) Assert.Equal(hash, Hash.Of(_scratch.Store.Chunks.Read(hash).Span));
        Assert.False(_scratch.Store.Chunks.Contains(dense[^1]));
    }

    [Fact]
    public void A_thorough_collection_leaves_no_byte_of_what_is_gone()
    {
        var hashes = Write(1, 100);
        _needed.Chunks.UnionWith(hashes.Skip(1));
        Collect(new CollectOptions(Thorough: true));
        Assert.DoesNotContain(Packs(), p => File.ReadAllText(Path.Combine(_scratch.PacksFolder, p)).Contains("chunk number 1!", StringComparison.Ordinal));
    }

    [Fact]
    public void A_writer_that_began_before_keeps_what_it_may_have_found()
    {
        var old = _scratch.WriteChunk("old"u8);
        using (var other = RepositoryStore.Open(_scratch.Folder))
        {
            using var writer = other.Chunks.BeginWrite();
            Assert.Equal(old, writer.Write("old"u8));
            Assert.Equal(1, Collect().Waiting);
            writer.Publish();
            _needed.Chunks.Add(old);
            Assert.Equal(0, Collect().Waiting);
            Assert.Equal("old"u8, other.Chunks.Read(old).Span);
        }

        Assert.Equal("old"u8, _scratch.Store.Chunks.Read(old).Span);
    }

    [Fact]
    public void A_writer_that_begins_after_the_condemning_stores_the_chunk_anew()
    {
        var hash = _scratch.WriteChunk("again"u8);
        using var early = RepositoryStore.Open(_scratch.Folder);
        using (early.Chunks.BeginWrite())
        {
            Assert.Equal(1, Collect().Waiting);
            using var late = RepositoryStore.Open(_scratch.Folder);
            using var writer = late.Chunks.BeginWrite();
            writer.Write("again"u8);
            writer.Publish();
        }

        _needed.Chunks.Add(hash);
        Collect();
        Assert.Equal("again"u8, _scratch.Store.Chunks.Read(hash).Span);
    }

    [Fact]
    public void The_pack_of_a_living_writer_is_never_taken_from_it()
    {
        using var other = RepositoryStore.Open(_scratch.Folder);
        using var writer = other.Chunks.BeginWrite();
        writer.Write("first"u8);
        writer.Publish();
        Collect();
        Collect();
        var second = writer.Write("second"u8);
        writer.Publish();
        _needed.Chunks.Add(second);
        Collect();
        Assert.Equal("second"u8, _scratch.Store.Chunks.Read(second).Span);
    }

    [Fact]
    public void A_reader_that_meets_a_vanished_pack_looks_again()
    {
        var hashes = Write(1, 300);
        _needed.Chunks.UnionWith(hashes.Take(30));
        using var reader = RepositoryStore.Open(_scratch.Folder);
        Assert.Equal(hashes[0], Hash.Of(reader.Chunks.Read(hashes[0]).Span));
        Collect();
        foreach (var hash in hashes.Take(30)) Assert.Equal(hash, Hash.Of(reader.Chunks.Read(hash).Span));
    }

    [Fact]
    public void Many_small_packs_become_one()
    {
        for (var i = 0; i < 50; i++) _needed.Chunks.Add(_scratch.WriteChunk(BitConverter.GetBytes(i)));
        Collect();
        Assert.Single(Packs());
        foreach (var hash in _needed.Chunks) Assert.Equal(hash, Hash.Of(_scratch.Store.Chunks.Read(hash).Span));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_needed_chunk_is_a_difference_to_stays_or_is_written_into_it(bool thorough)
    {
        var chain = new List<Hash>();
        for (var version = 0; version < 6; version++)
        {
            using var writer = _scratch.Store.Chunks.BeginWrite();
            chain.Add(writer.Write(Encode(version), chain.Count == 0 ? Hash.None : chain[^1]));
            writer.Publish();
        }

        _needed.Chunks.Add(chain[^1]);
        var report = Collect(new CollectOptions(Thorough: thorough));
        _scratch.Reopen();
        Assert.Equal(Encode(5), _scratch.Store.Chunks.Read(chain[^1]).ToArray());
        Assert.Equal(thorough ? 5 : 0, report.Chunks);
        Assert.Equal(!thorough, _scratch.Store.Chunks.Contains(chain[0]));
        Assert.Empty(_scratch.Store.Upkeep.Check(CancellationToken.None).Problems);

        static byte[] Encode(int version) => System.Text.Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Range(0, 300).Select(i => $"row {i} of some length;")) + $"version {version}");
    }

    [Fact]
    public void Nothing_damaged_is_copied_and_nothing_is_removed_then()
    {
        var hashes = Write(1, 100);
        _needed.Chunks.UnionWith(hashes.Take(10));
        var path = Path.Combine(_scratch.PacksFolder, Assert.Single(Packs()));
        var bytes = File.ReadAllBytes(path);
        bytes[60] ^= 1;
        File.WriteAllBytes(path, bytes);
        _scratch.Reopen();
        ScratchStore.ExpectFailure("store.chunk-damaged", () => Collect());
        Assert.Equal([Path.GetFileName(path)], Packs());
        Assert.Equal(hashes[5], Hash.Of(_scratch.Store.Chunks.Read(hashes[5]).Span));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Writers_and_collections_at_once_lose_nothing_that_is_needed(int seed)
    {
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(w => Task.Run(() => WriteUntil(stop.Token, new Random(seed * 100 + w)))).ToArray();
        for (var i = 0; i < 12; i++) Collect();
        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Collect();
        _scratch.Reopen();
        foreach (var hash in _needed.Chunks) Assert.Equal(hash, Hash.Of(_scratch.Store.Chunks.Read(hash).Span));
        Assert.Empty(_scratch.Store.Upkeep.Check(CancellationToken.None).Problems);
    }

    /// <summary>Writes chunks from a small range, so that they meet again; each round names them or lets them go.</summary>
    private void WriteUntil(CancellationToken stop, Random random)
    {
        while (!stop.IsCancellationRequested)
        {
            using var store = RepositoryStore.Open(_scratch.Folder);
            using var writer = store.Chunks.BeginWrite();
            var written = Enumerable.Range(0, 20).Select(_ => writer.Write(Content(random.Next(200)))).ToList();
            writer.Publish();
            lock (_needed.Chunks)
            {
                if (random.Next(2) == 0) _needed.Chunks.UnionWith(written);
                else if (_needed.Chunks.Count > 150) _needed.Chunks.Clear();
            }
        }
    }

    private CollectReport Collect(CollectOptions? options = null) =>
        _scratch.Store.Upkeep.Collect(_needed, options ?? new CollectOptions(), CancellationToken.None);

    private List<Hash> Write(int from, int to)
    {
        using var writer = _scratch.Store.Chunks.BeginWrite();
        var hashes = Enumerable.Range(from, to - from + 1).Select(i => writer.Write(Content(i))).ToList();
        writer.Publish();
        return hashes;
    }

    private static byte[] Content(int number) => System.Text.Encoding.UTF8.GetBytes($"chunk number {number}! " + new string('x', 200));

    private List<string> Packs() => [.. Directory.GetFiles(_scratch.PacksFolder).Select(p => Path.GetFileName(p)).Order(StringComparer.Ordinal)];

    private long PackBytes() => Directory.GetFiles(_scratch.PacksFolder).Sum(p => new FileInfo(p).Length);

    /// <summary>Needs exactly these chunks, as they were when the store last asked.</summary>
    private sealed class Needed : INeeds
    {
        private HashSet<Hash> _known = [];

        public HashSet<Hash> Chunks { get; } = [];

        public void Refresh(CancellationToken cancel)
        {
            lock (Chunks) _known = [.. Chunks];
        }

        public bool NeedsCommit(Hash commit) => true;

        public bool NeedsChunk(Hash chunk) => _known.Contains(chunk);
    }
}
