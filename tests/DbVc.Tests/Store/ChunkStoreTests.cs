using DbVc.Model;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

public sealed class ChunkStoreTests : IDisposable
{
    private readonly ScratchStore _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_chunk_is_readable_by_its_writer_at_once_and_by_others_after_publishing()
    {
        using var writer = _scratch.Store.Chunks.BeginWrite();
        var hash = writer.Write("content"u8);

        Assert.Equal(Hash.Of("content"u8), hash);
        Assert.Equal("content"u8, writer.Read(hash).Span);
        Assert.True(writer.Contains(hash));
        Assert.False(_scratch.Store.Chunks.Contains(hash));
        ScratchStore.ExpectFailure("store.chunk-missing", () => _scratch.Store.Chunks.Read(hash));

        writer.Publish();
        Assert.True(_scratch.Store.Chunks.Contains(hash));
        _scratch.Reopen();
        Assert.Equal("content"u8, _scratch.Store.Chunks.Read(hash).Span);
    }

    [Fact]
    public void A_writer_reads_what_others_published_after_its_first_question()
    {
        var first = _scratch.WriteChunk("first"u8);
        using var writer = _scratch.Store.Chunks.BeginWrite();
        Assert.True(writer.Contains(first));
        using var other = RepositoryStore.Open(_scratch.Folder);
        using var others = other.Chunks.BeginWrite();
        var later = others.Write("later"u8);
        others.Publish();

        Assert.Equal("later"u8, writer.Read(later).Span);
        Assert.Equal(later, writer.Write("later"u8));
        writer.Publish();
        Assert.Empty(_scratch.Store.Upkeep.Check(CancellationToken.None).Problems);
    }

    [Fact]
    public void A_writer_disposed_without_publishing_leaves_nothing()
    {
        using (var writer = _scratch.Store.Chunks.BeginWrite()) writer.Write(new byte[3_000_000]);
        Assert.Empty(Directory.GetFiles(_scratch.PacksFolder));
    }

    [Fact]
    public void A_writer_may_go_on_after_publishing_and_loses_only_what_it_did_not_publish()
    {
        Hash first, second, third;
        using (var writer = _scratch.Store.Chunks.BeginWrite())
        {
            first = writer.Write("first"u8);
            writer.Publish();
            second = writer.Write("second"u8);
            Assert.Equal("first"u8, writer.Read(first).Span);
            writer.Publish();
            third = writer.Write(new byte[2_000_000]);
        }

        _scratch.Reopen();
        Assert.Equal("first"u8, _scratch.Store.Chunks.Read(first).Span);
        Assert.Equal("second"u8, _scratch.Store.Chunks.Read(second).Span);
        Assert.False(_scratch.Store.Chunks.Contains(third));
        Assert.True(new FileInfo(Assert.Single(Directory.GetFiles(_scratch.PacksFolder))).Length < 1_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Chunks_of_every_size_come_back(int seed)
    {
        var random = new Random(seed);
        var chunks = new List<byte[]>();
        foreach (var size in (int[])[0, 1, 4096, (1 << 20) - 25, (1 << 20) - 24, 1 << 20, 5_000_000])
        {
            chunks.Add(new byte[size]);
            random.NextBytes(chunks[^1]);
        }

        using var writer = _scratch.Store.Chunks.BeginWrite();
        var hashes = chunks.Select(c => writer.Write(c)).ToArray();
        for (var i = 0; i < chunks.Count; i++) Assert.True(chunks[i].AsSpan().SequenceEqual(writer.Read(hashes[i]).Span));
        writer.Publish();
        for (var i = 0; i < chunks.Count; i++) Assert.True(chunks[i].AsSpan().SequenceEqual(_scratch.Store.Chunks.Read(hashes[i]).Span));
    }

    [Fact]
    public void A_known_chunk_is_not_written_again()
    {
        _scratch.WriteChunk("known"u8);
        using var writer = _scratch.Store.Chunks.BeginWrite();
        writer.Write("known"u8);
        writer.Publish();
        Assert.Single(Directory.GetFiles(_scratch.PacksFolder));
    }

    [Fact]
    public void Two_writers_of_the_same_chunk_do_not_disturb_each_other()
    {
        using var one = _scratch.Store.Chunks.BeginWrite();
        using var other = _scratch.Store.Chunks.BeginWrite();
        var hash = one.Write("shared"u8);
        other.Write("shared"u8);
        var own = other.Write("own"u8);
        one.Publish();
        other.Publish();
        Assert.Equal("shared"u8, _scratch.Store.Chunks.Read(hash).Span);
        Assert.Equal("own"u8, _scratch.Store.Chunks.Read(own).Span);
    }

    [Fact]
    public void Many_threads_may_write_and_publish_through_two_stores_at_once()
    {
        using var second = RepositoryStore.Open(_scratch.Folder);
        var hashes = new Hash[8][];
        Parallel.For(0, hashes.Length, i =>
        {
            var store = i % 2 == 0 ? _scratch.Store : second;
            using var writer = store.Chunks.BeginWrite();
            hashes[i] = Enumerable.Range(0, 200).Select(n => writer.Write(BitConverter.GetBytes(n * 1_000 + (n % 2 == 0 ? 0 : i)))).ToArray();
            writer.Publish();
        });
        foreach (var hash in hashes.SelectMany(h => h)) Assert.Equal(hash, Hash.Of(second.Chunks.Read(hash).Span));
    }

    [Fact]
    public void Every_flipped_byte_of_a_record_is_noticed()
    {
        var hash = _scratch.WriteChunk("precious"u8);
        var pack = Assert.Single(Directory.GetFiles(_scratch.PacksFolder));
        var bytes = File.ReadAllBytes(pack);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x10;
            File.WriteAllBytes(pack, damaged);
            _scratch.Reopen();
            ScratchStore.ExpectFailure("store.chunk-damaged", () => _scratch.Store.Chunks.Read(hash));
        }
    }

    [Fact]
    public void A_pack_cut_anywhere_is_noticed()
    {
        var hash = _scratch.WriteChunk("precious"u8);
        var pack = Assert.Single(Directory.GetFiles(_scratch.PacksFolder));
        var bytes = File.ReadAllBytes(pack);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(pack, bytes[..length]);
            _scratch.Reopen();
            ScratchStore.ExpectFailure("store.chunk-damaged", () => _scratch.Store.Chunks.Read(hash));
        }
    }

    [Fact]
    public void A_missing_pack_is_named()
    {
        var hash = _scratch.WriteChunk("precious"u8);
        var pack = Assert.Single(Directory.GetFiles(_scratch.PacksFolder));
        File.Delete(pack);
        _scratch.Reopen();
        var failure = ScratchStore.ExpectFailure("store.chunk-missing", () => _scratch.Store.Chunks.Read(hash));
        Assert.Contains(Path.GetFileName(pack), failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_killed_writer_left_is_invisible()
    {
        var published = _scratch.WriteChunk("published"u8);
        using var writer = _scratch.Store.Chunks.BeginWrite();
        var lost = writer.Write(new byte[3_000_000]);
        var copy = Path.Combine(Path.GetDirectoryName(_scratch.Folder)!, "copy");
        CopyFolder(_scratch.Folder, copy);

        using var survivor = RepositoryStore.Open(copy);
        Assert.Equal(2, Directory.GetFiles(Path.Combine(copy, "packs")).Length);
        Assert.False(survivor.Chunks.Contains(lost));
        Assert.Equal("published"u8, survivor.Chunks.Read(published).Span);
        using var next = survivor.Chunks.BeginWrite();
        next.Write(new byte[3_000_000]);
        next.Publish();
        Assert.Equal(3_000_000, survivor.Chunks.Read(lost).Length);
    }

    [Fact]
    public void A_pack_name_cannot_lead_out_of_the_folder()
    {
        var hash = _scratch.WriteChunk("x"u8);
        using (var connection = StoreConnection.Open(Path.Combine(_scratch.Folder, StoreDatabase.FileName), create: false))
        {
            connection.Execute("UPDATE packs SET name = '../../etc/passwd'");
        }

        _scratch.Reopen();
        ScratchStore.ExpectFailure("store.damaged", () => _scratch.Store.Chunks.Read(hash));
    }

    [Fact]
    public void More_packs_than_may_be_open_at_once_can_be_read_by_many_threads()
    {
        var hashes = new Hash[140];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = _scratch.WriteChunk(BitConverter.GetBytes(i));
        _scratch.Reopen();
        Parallel.For(0, 1_000, i =>
        {
            var number = i * 37 % hashes.Length;
            Assert.Equal(number, BitConverter.ToInt32(_scratch.Store.Chunks.Read(hashes[number]).Span));
        });
    }

    [Fact]
    public void The_cache_stays_within_its_bounds_and_keeps_what_is_used()
    {
        var cache = new ChunkCache(1_000);
        var used = Hash.Of("used"u8);
        cache.Add(used, new StoredChunk(new byte[100], 0));
        for (var i = 0; i < 100; i++)
        {
            cache.Add(Hash.Of(BitConverter.GetBytes(i)), new StoredChunk(new byte[100], 0));
            Assert.True(cache.TryGet(used, out _));
        }

        Assert.True(Enumerable.Range(0, 100).Count(i => cache.TryGet(Hash.Of(BitConverter.GetBytes(i)), out _)) <= 12);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.GetDirectories(from)) CopyFolder(folder, Path.Combine(to, Path.GetFileName(folder)));
        foreach (var file in Directory.GetFiles(from).Where(f => !f.EndsWith(".lease", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

    }
}
