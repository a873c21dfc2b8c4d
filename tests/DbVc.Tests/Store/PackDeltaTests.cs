using System.Text;
using DbVc.Model;
using DbVc.Store;
using Xunit;

namespace DbVc.Tests;

public sealed class PackDeltaTests : IDisposable
{
    private readonly ScratchStore _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_chunk_based_on_another_costs_little_and_comes_back()
    {
        var (first, second) = (RandomBytes(1, 4_000), RandomBytes(1, 4_000));
        second[1_234] ^= 1;
        var known = Write(first);
        var size = PacksSize();
        var hash = Write(second, known);
        Assert.InRange(PacksSize() - size, 1, 100);
        Assert.Equal(Hash.Of(second), hash);
        _scratch.Reopen();
        Assert.Equal(second, _scratch.Store.Chunks.Read(hash).ToArray());
        Assert.Equal(first, _scratch.Store.Chunks.Read(known).ToArray());
    }

    [Fact]
    public void A_base_may_be_in_the_same_pack_and_not_published_yet()
    {
        using var writer = _scratch.Store.Chunks.BeginWrite();
        var (first, second) = (RandomBytes(2, 4_000), RandomBytes(2, 4_100));
        var hash = writer.Write(second, writer.Write(first));
        Assert.Equal(second, writer.Read(hash).ToArray());
        writer.Publish();
        Assert.Equal(second, _scratch.Store.Chunks.Read(hash).ToArray());
        Assert.True(PacksSize() < 5_000);
    }

    [Fact]
    public void A_hint_that_leads_nowhere_or_does_not_help_is_ignored()
    {
        var chunk = RandomBytes(3, 3_000);
        Write(chunk, Hash.Of("unknown"u8));
        Write(RandomBytes(4, 3_000), Hash.Of(chunk));
        Write(RandomBytes(5, 3), Hash.Of(chunk));
        Write([], Hash.Of(chunk));
        Write(chunk, Hash.Of(chunk));
        _scratch.Reopen();
        Assert.Equal(chunk, _scratch.Store.Chunks.Read(Hash.Of(chunk)).ToArray());
        Assert.Equal(RandomBytes(4, 3_000), _scratch.Store.Chunks.Read(Hash.Of(RandomBytes(4, 3_000))).ToArray());
        Assert.Equal(0L, Query("SELECT count(base) FROM chunks"));
    }

    [Fact]
    public void Chains_of_differences_stay_short_however_many_versions_there_are()
    {
        var chunk = RandomBytes(6, 4_000);
        var hashes = new List<Hash> { Write(chunk) };
        for (var version = 1; version <= 40; version++)
        {
            chunk[version * 90]++;
            hashes.Add(Write(chunk, hashes[^1]));
        }

        _scratch.Reopen();
        var store = (ChunkStore)_scratch.Store.Chunks;
        Assert.All(hashes, h => Assert.InRange(store.Load(h, 0).Depth, 0, PackRecord.MaxDepth));
        Assert.Equal(5L, Query("SELECT count(*) FROM chunks WHERE base IS NULL"));
        Assert.Equal(chunk, store.Read(hashes[^1]).ToArray());
    }

    [Fact]
    public void Every_flipped_byte_of_a_difference_is_noticed()
    {
        var (first, second) = (RandomBytes(7, 600), RandomBytes(7, 600));
        second[300] ^= 1;
        var known = Write(first);
        ExpectNoticed(Write(second, known), 1);
    }

    [Fact]
    public void Every_flipped_byte_of_a_compressed_chunk_is_noticed()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("compressible ", 3_000)));
        var hash = Write(text);
        Assert.True(PacksSize() < 2_000);
        _scratch.Reopen();
        Assert.Equal(text, _scratch.Store.Chunks.Read(hash).ToArray());
        ExpectNoticed(hash, 0);
    }

    [Fact]
    public void A_damaged_base_damages_what_is_based_on_it_and_nothing_is_served()
    {
        var (first, second) = (RandomBytes(8, 600), RandomBytes(8, 600));
        second[300] ^= 1;
        var known = Write(first);
        var hash = Write(second, known);
        var pack = Packs()[0];
        var bytes = File.ReadAllBytes(pack);
        bytes[^1] ^= 1;
        File.WriteAllBytes(pack, bytes);
        _scratch.Reopen();
        ScratchStore.ExpectFailure("store.chunk-damaged", () => _scratch.Store.Chunks.Read(hash));
        Assert.Equal(Hash.Of("new"u8), Write("new"u8.ToArray(), known));
    }

    [Fact]
    public void A_circle_of_differences_ends_in_an_error()
    {
        var (one, other) = (Hash.Of("one"u8), Hash.Of("other"u8));
        using (var writer = new PackAppender(_scratch.PacksFolder, "forged-" + Path.GetRandomFileName() + ".pack", new StoreProbe(null)))
        {
            var places = new Dictionary<Hash, ChunkPlace>
            {
                [one] = writer.Append(one, PackCodec.Delta, PackRecord.WrapDelta(other, [3, 7, 0])),
                [other] = writer.Append(other, PackCodec.Delta, PackRecord.WrapDelta(one, [3, 7, 0])),
            };
            writer.MakeDurable();
            ((ChunkStore)_scratch.Store.Chunks).Index.Publish(writer.Name, places);
        }

        var failure = ScratchStore.ExpectFailure("store.chunk-damaged", () => _scratch.Store.Chunks.Read(one));
        Assert.Contains("no end", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(1, "00000000")]
    [InlineData(2, "00000000ffffff7f")]
    [InlineData(2, "00")]
    [InlineData(3, "00")]
    public void A_forged_record_is_refused(int codec, string stored)
    {
        var hash = Hash.Of("forged"u8);
        using (var writer = new PackAppender(_scratch.PacksFolder, "forged-" + Path.GetRandomFileName() + ".pack", new StoreProbe(null)))
        {
            var place = writer.Append(hash, (PackCodec)codec, Convert.FromHexString(stored));
            writer.MakeDurable();
            ((ChunkStore)_scratch.Store.Chunks).Index.Publish(writer.Name, new Dictionary<Hash, ChunkPlace> { [hash] = place });
        }

        ScratchStore.ExpectFailure("store.chunk-damaged", () => _scratch.Store.Chunks.Read(hash));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_difference_to_any_chunk_gives_the_chunk_back(int seed)
    {
        var random = new Random(seed);
        var encoder = new DeltaEncoder();
        for (var round = 0; round < 500; round++)
        {
            var other = RandomBytes(random.Next(), random.Next(6_000));
            var chunk = Alter(random, other);
            var limit = chunk.Length + 64;
            if (!encoder.TryEncode(other, chunk, limit, out var delta)) continue;
            Assert.True(delta.Length <= limit);
            Assert.Equal(chunk, ChunkDelta.Apply(other, delta));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_forged_difference_never_does_more_than_fail(int seed)
    {
        var random = new Random(seed);
        var encoder = new DeltaEncoder();
        var other = RandomBytes(seed, 500);
        for (var round = 0; round < 20_000; round++)
        {
            byte[] delta;
            if (round % 2 == 0 && encoder.TryEncode(other, Alter(random, other), 2_000, out var valid))
            {
                delta = valid.ToArray();
                delta[random.Next(delta.Length)] = (byte)random.Next(256);
            }
            else
            {
                delta = RandomBytes(random.Next(), random.Next(30));
            }

            var result = ChunkDelta.Apply(other, delta);
            Assert.True(result is null || result.Length <= ChunkDelta.MaxLength, $"seed {seed}, round {round}");
        }
    }

    private static byte[] Alter(Random random, byte[] bytes)
    {
        var altered = bytes.ToList();
        for (var change = random.Next(6); change > 0; change--)
        {
            var at = random.Next(altered.Count + 1);
            if (random.Next(2) == 0) altered.InsertRange(at, RandomBytes(random.Next(), random.Next(60)));
            else altered.RemoveRange(at, Math.Min(altered.Count - at, random.Next(60)));
            if (altered.Count > 0) altered[random.Next(altered.Count)]++;
        }

        return [.. altered];
    }

    private void ExpectNoticed(Hash hash, int packNumber)
    {
        var pack = Packs()[packNumber];
        var bytes = File.ReadAllBytes(pack);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0x01;
            File.WriteAllBytes(pack, damaged);
            _scratch.Reopen();
            ScratchStore.ExpectFailure("store.chunk-damaged", () => _scratch.Store.Chunks.Read(hash));
        }
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private Hash Write(byte[] chunk, Hash basedOn = default)
    {
        using var writer = _scratch.Store.Chunks.BeginWrite();
        var hash = writer.Write(chunk, basedOn);
        writer.Publish();
        return hash;
    }

    private string[] Packs() => [.. Directory.GetFiles(_scratch.PacksFolder).Order(StringComparer.Ordinal)];

    private long PacksSize() => Packs().Sum(p => new FileInfo(p).Length);

    private long Query(string sql)
    {
        using var connection = StoreConnection.Open(Path.Combine(_scratch.Folder, StoreDatabase.FileName), create: false);
        using var query = connection.Use(sql);
        return query.Step() ? query.Integer(0) : -1;
    }
}
