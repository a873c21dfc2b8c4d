using System.Buffers.Binary;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

public sealed class WireTests
{
    private static readonly PipelineColumn[] Columns =
        [new("i", CellKind.Integer), new("r", CellKind.Real), new("t", CellKind.Text), new("b", CellKind.Blob)];

    [Theory]
    [InlineData(0L)]
    [InlineData(-1L)]
    [InlineData(63L)]
    [InlineData(64L)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_number_survives_its_encoding(long value)
    {
        var bytes = new byte[Varint.MaxBytes];
        var length = Varint.Write(bytes, Varint.Zigzag(value));
        var position = 0;
        Assert.Equal(value, Varint.Unzigzag(Varint.Read(bytes.AsSpan(0, length), ref position)));
        Assert.Equal(length, position);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01 })]
    public void A_number_that_is_cut_off_or_too_long_is_refused(byte[] bytes)
    {
        Assert.Throws<WireException>(() =>
        {
            var position = 0;
            Varint.Read(bytes, ref position);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Frames_are_cut_the_same_however_the_bytes_arrive(int piece)
    {
        var random = new Random(piece);
        var payloads = Enumerable.Range(0, 20).Select(_ => RandomBytes(random, random.Next(0, 400_000))).ToList();
        var reader = new FrameReader(new PieceStream([.. payloads.SelectMany(payload => Frame(FrameKind.Batch, payload))], piece));
        foreach (var payload in payloads)
        {
            Assert.True(reader.Read());
            Assert.True(reader.Payload.Span.SequenceEqual(payload));
        }
        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, "unknown frame kind 0")]
    [InlineData(new byte[] { 8, 255, 255, 255, 255 }, "claims 4294967295")]
    [InlineData(new byte[] { 8, 1 }, "inside a frame header")]
    [InlineData(new byte[] { 8, 2, 0, 0, 0, 1 }, "inside a frame of kind Batch")]
    public void A_malformed_frame_is_named(byte[] bytes, string message) =>
        Assert.Contains(message, Assert.Throws<WireException>(() => new FrameReader(new MemoryStream(bytes)).Read()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_frame_that_claims_much_and_sends_little_costs_little()
    {
        byte[] header = [(byte)FrameKind.Compiled, 0, 0, 0, 3];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireException>(() => new FrameReader(new MemoryStream(header)).Read());
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void A_valid_batch_is_read()
    {
        var receiver = new CountingReceiver();
        Read(ValidBatch(), receiver);
        Assert.Equal((2, 1, 1, 1), (receiver.Rows, receiver.RejectedRecords, receiver.FilteredRecords, receiver.FilteredRows));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_and_damaged_batches_never_do_worse_than_a_protocol_failure(int seed)
    {
        var random = new Random(seed);
        var valid = ValidBatch();
        for (var round = 0; round < 20_000; round++)
        {
            var batch = round % 4 == 0 ? RandomBytes(random, random.Next(0, 200)) : Mutate(random, valid);
            try
            {
                Read(batch, new CountingReceiver());
            }
            catch (WireException)
            {
                // What it is there for.
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {round}, {Convert.ToHexString(batch)}: {error}");
            }
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Random_and_damaged_streams_of_frames_never_do_worse_than_a_protocol_failure(int seed)
    {
        var random = new Random(seed);
        using var stream = new MemoryStream();
        WireMessage.Write(stream, FrameKind.Columns, new ColumnsReply([new WireColumn("a", 1), new WireColumn("b", 3)]), WireJson.Default.ColumnsReply);
        stream.Write(Frame(FrameKind.Batch, ValidBatch()));
        WireMessage.Write(stream, FrameKind.RunDone, new RunReply(2, 1, 1, 0.5, 0.5, 1), WireJson.Default.RunReply);
        var tested = new TestReply([new WireTest("a", "Passed", null, 1)], true, false, 0, "");
        WireMessage.Write(stream, FrameKind.Tested, tested, WireJson.Default.TestReply, [new byte[3]]);
        WireMessage.Write(stream, FrameKind.Failed, new FailureReply("c", "t", "m", "w", 1), WireJson.Default.FailureReply);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = Mutate(random, stream.ToArray());
            try
            {
                ReadAll(new FrameReader(new PieceStream(bytes, random.Next(1, 300))));
            }
            catch (WireException)
            {
                // What it is there for.
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {round}, {Convert.ToHexString(bytes)}: {error}");
            }
        }
    }

    private static void ReadAll(FrameReader reader)
    {
        while (reader.Read())
        {
            var payload = reader.Payload.Span;
            switch (reader.Kind)
            {
                case FrameKind.Batch:
                    Read(reader.Payload, new CountingReceiver());
                    break;
                case FrameKind.Columns:
                    ReplyReader.Columns(WireMessage.Read(payload, WireJson.Default.ColumnsReply).Header);
                    break;
                case FrameKind.Tested:
                    var (reply, blobs) = WireMessage.Read(payload, WireJson.Default.TestReply);
                    var (probes, mutants) = (new CoverageMap(["a"], [new CoverageProbe(0, 1, false)]), new MutantMap(["a"], [new Mutant(0, 1, "x")]));
                    var pipeline = new CompiledPipeline("A", [], [], [1], [], probes, mutants);
                    ReplyReader.Tested(pipeline, reply, [blobs.ElementAtOrDefault(0) ?? [], blobs.ElementAtOrDefault(1) ?? []], TimeSpan.Zero);
                    break;
                case FrameKind.Failed:
                    WireMessage.Read(payload, WireJson.Default.FailureReply);
                    break;
                default:
                    WireMessage.Read(payload, WireJson.Default.RunReply);
                    break;
            }
        }
    }

    private static void Read(ReadOnlyMemory<byte> batch, CountingReceiver receiver) => new BatchReader(Columns, new RecordLedger(5), receiver).Read(batch);

    private static byte[] ValidBatch() =>
    [
        (byte)BatchEntry.Row, 2, 1, 200, 1, 2, 0, 0, 0, 0, 0, 0, 0, 64, 3, 2, 0xc3, 0xa9, 4, 1, 255,
        (byte)BatchEntry.Row, 2, 0, 0, 0, 0,
        (byte)BatchEntry.Rejected, 2, 3, 0, 2, (byte)'a', (byte)'b', 1, 1, (byte)'f', 1, (byte)'r', 1, 0xff, 0,
        (byte)BatchEntry.Filtered, 2,
        (byte)BatchEntry.FilteredRow, 2, 0, 0, 0, 0,
    ];

    private static byte[] Frame(FrameKind kind, byte[] payload)
    {
        var frame = new byte[WireLimits.HeaderBytes + payload.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame, WireLimits.HeaderBytes);
        return frame;
    }

    private static byte[] Mutate(Random random, byte[] valid)
    {
        var bytes = valid.ToList();
        for (var change = random.Next(1, 4); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, RandomBytes(random, random.Next(1, 8)));
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return [.. bytes];
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Touches every cell, as a loader would.</summary>
    private sealed class CountingReceiver : IRowReceiver
    {
        public int Rows { get; private set; }

        public int RejectedRecords { get; private set; }

        public int FilteredRecords { get; private set; }

        public int FilteredRows { get; private set; }

        public void Columns(IReadOnlyList<PipelineColumn> columns)
        {
        }

        public void Row(long record, RowView row)
        {
            Rows++;
            for (var column = 0; column < row.Count; column++)
            {
                if (row.KindAt(column) is CellKind.Text or CellKind.Blob)
                    _ = row.Bytes(column).Length;
                else if (!row.IsNull(column))
                    _ = row.Integer(column) + row.Real(column);
                else
                    Assert.Equal(0, row.Bytes(column).Length);
            }
        }

        public void Rejected(RejectedRecord rejected) => RejectedRecords++;

        public void FilteredRow(long record, RowView row) => FilteredRows++;

        public void Filtered(long record) => FilteredRecords++;
    }

    /// <summary>Gives at most a few bytes at a time, as a pipe may.</summary>
    private sealed class PieceStream(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, piece));
    }
}
