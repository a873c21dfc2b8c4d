using System.Buffers;
using System.Buffers.Binary;
using DbVc.Model;
using Microsoft.Win32.SafeHandles;

namespace DbVc.Databases;

/// <summary>
/// The changes of one table, which a delta gives only once, to be read again: packed in memory while they are few, else in a file that has no name, so
/// that nothing of it is left when the process dies.
/// </summary>
internal sealed class HeldRows(string scratchFolder) : IDisposable
{
    private const int BlockBytes = 1 << 20;
    private const long MostInMemory = 32L << 20;
    private const byte HasBefore = 1;
    private const byte HasAfter = 2;

    private static readonly long s_mostBlocksInMemory = MemoryShare.Of(MostInMemory) / BlockBytes;

    private readonly ArrayBufferWriter<byte> _last = new();
    private readonly List<Block> _blocks = [];
    private SafeFileHandle? _file;

    public long Count { get; private set; }

    /// <summary>How much of it lies in the file.</summary>
    public long FileLength { get; private set; }

    public void Add(RowChange change)
    {
        var head = _last.GetSpan(9);
        head[0] = (byte)((change.Before is null ? 0 : HasBefore) | (change.After is null ? 0 : HasAfter));
        BinaryPrimitives.WriteInt64LittleEndian(head[1..], change.Count);
        _last.Advance(9);
        if (change.Before is { } before) Write(before);
        if (change.After is { } after) Write(after);
        Count++;
        if (_last.WrittenCount >= BlockBytes) Seal();
    }

    /// <summary>Adds all of them.</summary>
    public HeldRows Fill(IEnumerable<RowChange> rows)
    {
        foreach (var row in rows) Add(row);
        return this;
    }

    /// <summary>What was added, in that order; as often as one likes.</summary>
    public IEnumerable<RowChange> Read()
    {
        foreach (var block in _blocks)
        {
            foreach (var change in Decode(block.Bytes ?? Load(block))) yield return change;
        }

        foreach (var change in Decode(_last.WrittenMemory)) yield return change;
    }

    public void Dispose() => _file?.Dispose();

    private void Seal()
    {
        if (_blocks.Count < s_mostBlocksInMemory)
        {
            _blocks.Add(new Block(_last.WrittenSpan.ToArray(), 0, 0));
        }
        else
        {
            _file ??= OpenFile();
            RandomAccess.Write(_file, _last.WrittenSpan, FileLength);
            _blocks.Add(new Block(null, FileLength, _last.WrittenCount));
            FileLength += _last.WrittenCount;
        }

        _last.ResetWrittenCount();
    }

    private byte[] Load(Block block)
    {
        var bytes = new byte[block.Length];
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(_file!, bytes.AsSpan(read), block.Offset + read);
            if (count == 0) throw new EndOfStreamException("The file of held rows is shorter than what was written to it.");
            read += count;
        }

        return bytes;
    }

    private SafeFileHandle OpenFile()
    {
        Directory.CreateDirectory(scratchFolder);
        var path = Path.Combine(scratchFolder, $"rows-{Guid.NewGuid():n}.tmp");
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Delete(path);
        return handle;
    }

    private void Write(Value[] row)
    {
        WriteNumber(row.Length);
        foreach (var value in row)
        {
            var span = _last.GetSpan(9);
            span[0] = (byte)value.Kind;
            var isFixed = value.Kind is ValueKind.Integer or ValueKind.Real;
            if (isFixed)
            {
                BinaryPrimitives.WriteInt64LittleEndian(span[1..],
                    value.Kind == ValueKind.Integer ? value.AsInteger : BitConverter.DoubleToInt64Bits(value.AsReal));
            }

            _last.Advance(isFixed ? 9 : 1);
            if (isFixed || value.IsNull) continue;
            WriteNumber(value.AsBytes.Length);
            _last.Write(value.AsBytes.Span);
        }
    }

    private void WriteNumber(int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_last.GetSpan(4), number);
        _last.Advance(4);
    }

    /// <summary>Values are copied: the buffer is written over, and one value would keep a whole block alive.</summary>
    private static IEnumerable<RowChange> Decode(ReadOnlyMemory<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var sides = bytes.Span[at];
            var count = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[(at + 1)..]);
            at += 9;
            var before = (sides & HasBefore) != 0 ? ReadRow(bytes.Span, ref at) : null;
            var after = (sides & HasAfter) != 0 ? ReadRow(bytes.Span, ref at) : null;
            yield return new RowChange(before, after, count);
        }
    }

    private static Value[] ReadRow(ReadOnlySpan<byte> bytes, ref int at)
    {
        var row = new Value[ReadNumber(bytes, ref at)];
        for (var i = 0; i < row.Length; i++)
        {
            var kind = (ValueKind)bytes[at++];
            switch (kind)
            {
                case ValueKind.Null:
                    break;
                case ValueKind.Integer or ValueKind.Real:
                    var bits = BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
                    row[i] = kind == ValueKind.Integer ? Value.Integer(bits) : Value.Real(BitConverter.Int64BitsToDouble(bits));
                    at += 8;
                    break;
                default:
                    var length = ReadNumber(bytes, ref at);
                    var copy = bytes.Slice(at, length).ToArray();
                    row[i] = kind == ValueKind.Text ? Value.Text(copy) : Value.Blob(copy);
                    at += length;
                    break;
            }
        }

        return row;
    }

    private static int ReadNumber(ReadOnlySpan<byte> bytes, ref int at)
    {
        var number = BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
        at += 4;
        return number;
    }

    /// <summary>In memory, or a part of the file.</summary>
    private sealed record Block(byte[]? Bytes, long Offset, int Length);
}
