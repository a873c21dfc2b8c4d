using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Splits a CSV source (RFC 4180, any line ends) into records of UTF-8 fields, in constant memory. A record that cannot be
/// split as its header says is handed out with a <see cref="Problem"/>; nothing shifts and nothing is replaced in silence.
/// </summary>
public sealed class CsvReader
{
    private const int NeedMore = -1;
    private const int Quoted = -2;
    private const int InitialSize = 256 * 1024;

    // Vector loads may touch bytes past the end of the data; one more holds the line end that a last record may lack.
    private const int Padding = 64;
    private const int MaxColumns = 100_000;

    private readonly SourceDecoder _decoder;
    private readonly CsvOptions _options;
    private readonly byte _delimiter;
    private readonly TextSet _nullTokens;
    private readonly CsvHeader _header;

    private byte[] _buffer = new byte[InitialSize + Padding];
    private byte[] _unquoted = [];
    private int _unquotedLength;
    private int _position;
    private int _end;
    private bool _ended;
    private bool _addedLineEnd;

    // Field boundaries; a start below zero points (complemented) into _unquoted.
    private int[] _starts = new int[64];
    private int[] _ends = new int[64];
    private int _expected = int.MaxValue;
    private int _recordStart;
    private int _recordEnd;
    private bool _suspicious;
    private string? _quoteProblem;
    private long _nextLine = 1;

    /// <summary>Reads the header. Throws <see cref="PipelineException"/> for empty, binary or wrongly encoded sources.</summary>
    /// <param name="source">Read to its end, never disposed.</param>
    /// <param name="options">How the source is written.</param>
    public CsvReader(Stream source, CsvOptions options)
    {
        options.RequireUsableDelimiter();
        _options = options;
        _delimiter = (byte)options.Delimiter;
        _nullTokens = new TextSet(options.NullTokens);
        _decoder = new SourceDecoder(source, options.Encoding);
        _header = ReadHeader();
        _expected = _header.Names.Count;
        Record = 0;
    }

    /// <summary>The names of the source's fields, trimmed, in order.</summary>
    public IReadOnlyList<string> Header => _header.Names;

    /// <summary>The current record's number, from 1, the header not counted.</summary>
    public long Record { get; private set; }

    /// <summary>The physical line where the current record starts, from 1.</summary>
    public long Line { get; private set; }

    /// <summary>The current record's bytes in UTF-8, quotes included, line end excluded.</summary>
    public ReadOnlySpan<byte> Raw => _buffer.AsSpan(_recordStart, _recordEnd - _recordStart);

    /// <summary>How many fields the current record has.</summary>
    public int FieldCount { get; private set; }

    /// <summary>Why the current record must be rejected; null when it is well formed.</summary>
    public CsvProblem? Problem { get; private set; }

    /// <summary>The index of the field with this header name (exact, else ignoring case); throws <c>source.column-missing</c>.</summary>
    public int FindColumn(string name) => _header.Find(name);

    /// <summary>Like <see cref="FindColumn"/>, but -1 when the source has no such field.</summary>
    public int FindOptionalColumn(string name) => _header.FindOptional(name);

    /// <summary>Throws <c>source.changed</c> when the source has a field that it did not have when the pipeline was generated.</summary>
    public void RefuseColumn(string name)
    {
        if (FindOptionalColumn(name) < 0) return;
        throw new PipelineException("source.changed",
            $"The source has a column '{name}', which this pipeline leaves to the database. Generate the pipeline again.");
    }

    /// <summary>Counts the records of a source exactly as <see cref="Read"/> numbers them.</summary>
    public static long CountRecords(Stream source, CsvOptions options)
    {
        var reader = new CsvReader(source, options);
        while (reader.Read())
        {
        }

        return reader.Record;
    }

    /// <summary>The bytes of a field of the current record, unquoted; valid until the next <see cref="Read"/>. Empty for -1 and for fields it lacks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Field(int index)
    {
        if ((uint)index >= (uint)FieldCount || index >= _starts.Length) return default;
        var start = _starts[index];
        return start >= 0
            ? MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), start), _ends[index] - start)
            : _unquoted.AsSpan(~start, _ends[index]);
    }

    /// <summary>A field as text, NULL when it is one of the null tokens or not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Text Cell(int index)
    {
        var bytes = Field(index);
        return index < 0 || _nullTokens.Contains(bytes) ? Text.Null : new Text(bytes);
    }

    /// <summary>Moves to the next record; false at the end of the source.</summary>
    public bool Read()
    {
        if (!SkipBlankLines()) return false;
        Line = _nextLine;
        Record++;
        Problem = null;
        var end = Split();
        _recordEnd = end;
        StepOverLineEnd(end);
        if (end - _recordStart > _options.MaxRecordBytes) throw TooLong();
        if (_suspicious || FieldCount != _expected) Problem = FindProblem();
        return true;
    }

    private CsvHeader ReadHeader()
    {
        if (!SkipBlankLines()) throw new PipelineException("source.empty", "The source is empty: it has no header and no record.");
        if (!_options.HasHeader) return new CsvHeader(_options.FieldNames);
        Read();
        if (Problem is { } problem)
        {
            throw new PipelineException(problem.Rule == "nul" ? "source.binary" : "source.header", $"The header cannot be read: {problem.Message}");
        }

        var names = new string[FieldCount];
        for (var i = 0; i < names.Length; i++) names[i] = System.Text.Encoding.UTF8.GetString(Field(i)).Trim();
        return new CsvHeader(names);
    }

    private bool SkipBlankLines()
    {
        while (true)
        {
            if (_position >= _end && !Fill()) return false;
            var value = _buffer[_position];
            if (value is not ((byte)'\n' or (byte)'\r')) return true;
            if (value == '\r' && _position + 1 >= _end) Fill();
            _nextLine++;
            _position += value == '\r' && _position + 1 < _end && _buffer[_position + 1] == '\n' ? 2 : 1;
        }
    }

    private int Split()
    {
        while (true)
        {
            _recordStart = _position;
            _suspicious = false;
            _quoteProblem = null;
            var end = SplitPlain();
            if (end == Quoted) end = SplitQuoted();
            if (end != NeedMore) return end;
            Fill();
        }
    }

    /// <summary>Splits a record without quotes, 32 bytes at a time; returns its end, <see cref="NeedMore"/> or <see cref="Quoted"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SplitPlain()
    {
        ref var origin = ref MemoryMarshal.GetArrayDataReference(_buffer);
        var delimiters = Vector256.Create(_delimiter);
        var highest = Vector256<byte>.Zero;
        int[] starts = _starts, ends = _ends;
        int fieldStart = _recordStart, count = 0;
        for (var block = fieldStart; block < _end; block += Vector256<byte>.Count)
        {
            var bytes = Vector256.LoadUnsafe(ref origin, (nuint)block);
            highest |= bytes;
            var special = Vector256.Equals(bytes, delimiters) | Vector256.Equals(bytes, Vector256.Create((byte)'\n'))
                | Vector256.Equals(bytes, Vector256.Create((byte)'\r')) | Vector256.Equals(bytes, Vector256.Create((byte)'"'))
                | Vector256.Equals(bytes, Vector256<byte>.Zero);
            var mask = special.ExtractMostSignificantBits();
            while (mask != 0)
            {
                var at = block + BitOperations.TrailingZeroCount(mask);
                if (at >= _end) return NeedMore;
                mask &= mask - 1;
                var value = Unsafe.Add(ref origin, at);
                if (value == 0)
                {
                    _suspicious = true;
                    continue;
                }

                if (value == '"')
                {
                    if (at == fieldStart) return Quoted;
                    continue;
                }

                if (count >= starts.Length && count < _expected) GrowFields(ref starts, ref ends);
                if ((uint)count < (uint)starts.Length) (starts[count], ends[count]) = (fieldStart, at);
                count++;
                fieldStart = at + 1;
                if (value == _delimiter) continue;
                if (value == '\r' && at + 1 >= _end && !_ended) return NeedMore;
                FieldCount = count;
                _suspicious |= highest.ExtractMostSignificantBits() != 0;
                return at;
            }
        }

        return NeedMore;
    }

    /// <summary>Splits a record that holds quoted fields; returns its end or <see cref="NeedMore"/>.</summary>
    private int SplitQuoted()
    {
        _suspicious = true;
        _unquotedLength = 0;
        var count = 0;
        var position = _recordStart;
        while (true)
        {
            var start = position;
            var quoted = _buffer[position] == '"';
            var end = quoted ? ReadQuotedField(ref start, ref position) : NeedMore;
            if (quoted && end == NeedMore) return NeedMore;
            var rest = _buffer.AsSpan(position, _end - position).IndexOfAny(_delimiter, (byte)'\n', (byte)'\r');
            if (rest < 0 && _ended) rest = _end - position;
            if (rest < 0) return NeedMore;
            if (!quoted) end = position + rest;
            else if (_buffer.AsSpan(position, rest).ContainsAnyExcept((byte)' ', (byte)'\t')) _quoteProblem ??= "text follows a closing quote";
            position += rest;
            if (count >= _starts.Length && count < _expected) GrowFields(ref _starts, ref _ends);
            if (count < _starts.Length) (_starts[count], _ends[count]) = (start, end);
            count++;
            if (position < _end && _buffer[position] == _delimiter)
            {
                position++;
                if (position >= _end && !_ended) return NeedMore;
                continue;
            }

            if (position + 1 >= _end && !_ended) return NeedMore;
            FieldCount = count;
            return position;
        }
    }

    /// <summary>
    /// Reads one quoted field. On success <paramref name="position"/> is past the closing quote and the boundaries are returned;
    /// when more bytes are needed nothing moves.
    /// </summary>
    private int ReadQuotedField(ref int start, ref int position)
    {
        var from = position + 1;
        var segment = from;
        var copied = false;
        var copiedFrom = _unquotedLength;
        while (true)
        {
            var found = segment < _end ? _buffer.AsSpan(segment, _end - segment).IndexOf((byte)'"') : -1;
            var at = segment + found;
            if (found < 0 || (at + 1 >= _end && !_ended))
            {
                if (!_ended) return NeedMore;
                _quoteProblem = "a quote is opened and never closed";
                at = _addedLineEnd ? _end - 1 : _end;
                position = at;
            }
            else if (at + 1 < _end && _buffer[at + 1] == '"')
            {
                CopyUnquoted(_buffer.AsSpan(segment, at + 1 - segment));
                copied = true;
                segment = at + 2;
                continue;
            }
            else
            {
                position = at + 1;
            }

            if (!copied)
            {
                start = from;
                return at;
            }

            CopyUnquoted(_buffer.AsSpan(segment, at - segment));
            start = ~copiedFrom;
            return _unquotedLength - copiedFrom;
        }
    }

    private void CopyUnquoted(ReadOnlySpan<byte> bytes)
    {
        if (_unquoted.Length < _unquotedLength + bytes.Length)
        {
            Array.Resize(ref _unquoted, Math.Max(4096, (_unquotedLength + bytes.Length) * 2));
        }

        bytes.CopyTo(_unquoted.AsSpan(_unquotedLength));
        _unquotedLength += bytes.Length;
    }

    private void GrowFields(ref int[] starts, ref int[] ends)
    {
        if (starts.Length > MaxColumns) throw new PipelineException("source.columns", $"The header has more than {MaxColumns} columns.");
        Array.Resize(ref starts, starts.Length * 2);
        Array.Resize(ref ends, ends.Length * 2);
        (_starts, _ends) = (starts, ends);
    }

    private void StepOverLineEnd(int end)
    {
        if (end >= _end)
        {
            _position = _end;
            return;
        }

        _position = _buffer[end] == '\r' && end + 1 < _end && _buffer[end + 1] == '\n' ? end + 2 : end + 1;
        _nextLine++;
    }

    private CsvProblem? FindProblem()
    {
        var raw = Raw;
        if (raw.Contains((byte)'"')) _nextLine += CsvText.CountLineEnds(raw);
        if (!Utf8.IsValid(raw))
        {
            return new CsvProblem("encoding", $"Byte {CsvText.FindInvalidUtf8(raw) + 1} of the record has no meaning in the source's encoding.");
        }

        if (raw.Contains((byte)0)) return new CsvProblem("nul", $"Byte {raw.IndexOf((byte)0) + 1} of the record is NUL.");
        if (_quoteProblem is not null) return new CsvProblem("quote", $"The quotes of the record do not match: {_quoteProblem}.");
        return FieldCount == _expected || _expected == int.MaxValue
            ? null
            : new CsvProblem("ragged", $"The record has {FieldCount} fields, the header has {_expected}.");
    }

    /// <summary>Keeps the current record and reads on; false when nothing is left.</summary>
    private bool Fill()
    {
        if (_ended) return false;
        var kept = _end - _position;
        if (_position > 0)
        {
            Buffer.BlockCopy(_buffer, _position, _buffer, 0, kept);
            (_position, _end) = (0, kept);
        }

        if (kept > _options.MaxRecordBytes) throw TooLong();
        if (_end >= _buffer.Length - Padding) Array.Resize(ref _buffer, ((_buffer.Length - Padding) * 2) + Padding);
        while (_end < _buffer.Length - Padding)
        {
            var count = _decoder.Read(_buffer.AsSpan(_end, _buffer.Length - Padding - _end + 4));
            if (count == 0)
            {
                EndData();
                break;
            }

            _end += count;
        }

        return _end > _position;
    }

    private void EndData()
    {
        _ended = true;
        if (_end == 0 || _buffer[_end - 1] is (byte)'\n' or (byte)'\r') return;
        _buffer[_end++] = (byte)'\n';
        _addedLineEnd = true;
    }

    private PipelineException TooLong() => new("source.record-too-long",
        $"The record at line {_nextLine} is longer than {_options.MaxRecordBytes} bytes; probably a quote is opened there and never closed.");
}
