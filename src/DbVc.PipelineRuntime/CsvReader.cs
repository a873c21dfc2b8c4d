using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Splits a CSV source (RFC 4180, any line ends) into records of UTF-8 fields, in constant memory. A record that cannot be
/// split as its header says is handed out with a <see cref="Problem"/>; nothing shifts and nothing is replaced in silence.
/// </summary>
public sealed partial class CsvReader : IRecordReader
{
    private const int InitialSize = 256 * 1024;

    // Vector loads may touch bytes past the end of the data; one more holds the line end that a last record may lack.
    private const int Padding = 64;
    private const int DecoderRoom = 16;
    private const int MaxColumns = 100_000;

    private readonly SourceDecoder _decoder;
    private readonly FooterTrimmer? _trimmer;
    private readonly CsvOptions _options;
    private readonly TextSet _nullTokens;
    private readonly CsvHeader _header;
    private byte[][] _headerRecords = [];

    private byte[] _buffer = new byte[InitialSize + Padding];
    private int _position;
    private int _end;
    private bool _ended;
    private bool _addedLineEnd;
    private long _nextLine = 1;

    /// <summary>Reads the header. Throws <see cref="PipelineException"/> for empty, binary or wrongly encoded sources.</summary>
    /// <param name="source">Read to its end, never disposed.</param>
    /// <param name="options">How the source is written.</param>
    public CsvReader(Stream source, CsvOptions options)
    {
        options.RequireUsableMarks();
        _options = options;
        _delimiter = (byte)options.Delimiter;
        (_quote, _escape, _comment) = (options.Quote ?? None, options.Escape == options.Quote ? None : options.Escape ?? None, options.Comment ?? None);
        _nullTokens = new TextSet(options.NullTokens);
        _decoder = new SourceDecoder(source, options.Encoding);
        if (options.FooterRows > 0 || options.FooterText is not null) _trimmer = new FooterTrimmer(_decoder, options.FooterRows, options.FooterText);
        SkipDelimiterLine();
        for (var i = 0; i < options.SkipRows; i++) SkipLine();
        _header = ReadHeader();
        _expected = _header.Names.Count;
        Record = 0;
    }

    /// <summary>The names of the source's fields, trimmed, in order.</summary>
    public IReadOnlyList<string> Header => _header.Names;

    /// <inheritdoc/>
    public long Record { get; private set; }

    /// <inheritdoc/>
    public long Line { get; private set; }

    /// <summary>The current record's bytes in UTF-8, quotes included, line end excluded; of one that is too long only the beginning.</summary>
    public ReadOnlySpan<byte> Raw => _cut is null ? _buffer.AsSpan(_recordStart, _recordEnd - _recordStart) : _cut;

    /// <summary>How many fields the current record has.</summary>
    public int FieldCount { get; private set; }

    /// <inheritdoc/>
    public RecordProblem? Problem { get; private set; }

    /// <summary>The index of the field with this header name (exact, else ignoring case); throws <c>source.column-missing</c>.</summary>
    public int FindColumn(string name) => _header.Find(name);

    /// <inheritdoc/>
    public int FindOptionalColumn(string name) => _header.FindOptional(name);

    /// <summary>Throws <c>source.changed</c> when the source has a field that it did not have when the pipeline was generated.</summary>
    public void RefuseColumn(string name)
    {
        if (FindOptionalColumn(name) < 0) return;
        throw new PipelineException("source.changed",
            $"The source has a column '{name}', which this pipeline leaves to the database. Generate the pipeline again.");
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
        _cut = null;
        _recordEnd = Split();
        if (_cut is not null) return true;
        StepOverLineEnd(_recordEnd);
        if (_suspicious || FieldCount != _expected) Problem = FindProblem();
        foreach (var header in _headerRecords)
        {
            if (Raw.SequenceEqual(header)) Problem = new RecordProblem("header", "The record repeats the header.");
        }

        return true;
    }

    private CsvHeader ReadHeader()
    {
        if (!SkipBlankLines()) throw new PipelineException("source.empty", "The source is empty: it has no header and no record.");
        if (!_options.HasHeader) return new CsvHeader(_options.FieldNames);
        var (rows, records) = (new List<string[]>(), new List<byte[]>());
        while (rows.Count < _options.HeaderRows) rows.Add(ReadHeaderRow(records));
        var names = rows.Count == 1 ? rows[0] : MergedHeader.Join(rows, _options.HeaderSeparator);
        // A header of one short word may well be a value too.
        if (names.Length > 1) _headerRecords = [.. records];
        return new CsvHeader(names);
    }

    private string[] ReadHeaderRow(List<byte[]> records)
    {
        if (!Read()) throw new PipelineException("source.header", $"The source ends before the {_options.HeaderRows} records of its header do.");
        if (Problem is { } problem)
        {
            throw new PipelineException(problem.Rule == "nul" ? "source.binary" : "source.header", $"The header cannot be read: {problem.Message}");
        }

        if (_options.TrailingDelimiter && FieldCount > 1 && Field(FieldCount - 1).IsEmpty) FieldCount--;
        var names = new string[FieldCount];
        for (var i = 0; i < names.Length; i++) names[i] = System.Text.Encoding.UTF8.GetString(Field(i)).Trim();
        records.Add(Raw.ToArray());
        return names;
    }

    /// <summary>Steps over the line with which Excel is told the delimiter.</summary>
    private void SkipDelimiterLine()
    {
        if (_position >= _end && !Fill()) return;
        var start = _buffer.AsSpan(0, _end);
        if (start.Length >= 6 && start.StartsWith("sep="u8) && start[4] == _delimiter && start[5] is (byte)'\n' or (byte)'\r') SkipLine();
    }

    /// <summary>Blank lines and comments are no records.</summary>
    private bool SkipBlankLines()
    {
        while (true)
        {
            if (_position >= _end && !Fill()) return false;
            var value = _buffer[_position];
            if (value is not ((byte)'\n' or (byte)'\r') && value != _comment) return true;
            SkipLine();
        }
    }

    /// <summary>Moves past the next line end, however far it is.</summary>
    private void SkipLine()
    {
        while (_position < _end || Fill())
        {
            var found = _buffer.AsSpan(_position, _end - _position).IndexOfAny((byte)'\n', (byte)'\r');
            _position = found < 0 ? _end : _position + found;
            if (found < 0) continue;
            if (_buffer[_position] == '\r' && _position + 1 >= _end) Fill();
            StepOverLineEnd(_position);
            return;
        }
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

    private RecordProblem? FindProblem()
    {
        var raw = Raw;
        if (_hasQuotes) _nextLine += CsvText.CountLineEnds(raw);
        if (!System.Text.Unicode.Utf8.IsValid(raw))
        {
            return new RecordProblem("encoding", $"Byte {CsvText.FindInvalidUtf8(raw) + 1} of the record has no meaning in the source's encoding.");
        }

        if (raw.Contains((byte)0)) return new RecordProblem("nul", $"Byte {raw.IndexOf((byte)0) + 1} of the record is NUL.");
        if (_quoteProblem is not null) return new RecordProblem("quote", $"The quotes of the record do not match: {_quoteProblem}.");
        if (FieldCount == _expected || _expected == int.MaxValue) return null;
        if (_options.TrailingDelimiter && FieldCount == _expected + 1 && LastFieldIsEmpty(raw)) return null;
        return new RecordProblem("ragged", $"The record has {FieldCount} fields, the header has {_expected}.");
    }

    private bool LastFieldIsEmpty(ReadOnlySpan<byte> raw) => raw.Length > 0 && raw[^1] == _delimiter;

    /// <summary>Keeps the current record and reads on; false when nothing is left.</summary>
    private bool Fill()
    {
        if (_ended) return false;
        var kept = _end - _position;
        if (_position > 0)
        {
            Buffer.BlockCopy(_buffer, _position, _buffer, 0, kept);
            _brokenUntil = Math.Max(0, _brokenUntil - _position);
            (_position, _end) = (0, kept);
        }

        if (_end >= _buffer.Length - Padding) Array.Resize(ref _buffer, ((_buffer.Length - Padding) * 2) + Padding);
        while (_end < _buffer.Length - Padding)
        {
            var room = _buffer.AsSpan(_end, _buffer.Length - Padding - _end + DecoderRoom);
            var count = _trimmer is null ? _decoder.Read(room) : _trimmer.Read(room);
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
}
