using System.Buffers;
using System.Text.Json;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Finds where each record of a JSON source begins and ends, in constant memory; what is inside is read by others. Text between records that
/// makes it impossible to tell where the next one begins ends the run: nothing is loaded by guessing.
/// </summary>
internal sealed class JsonSplitter
{
    private const int InitialSize = 256 * 1024;
    private const int DecoderRoom = 16;
    private const int CutBytes = 64 * 1024;
    private static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> s_inText = SearchValues.Create("\"\\\n"u8);
    private static readonly SearchValues<byte> s_endsPlain = SearchValues.Create(",]} \t\r\n\"{["u8);

    private readonly SourceDecoder _decoder;
    private readonly JsonOptions _options;
    private byte[] _buffer = new byte[InitialSize + DecoderRoom];
    private int _position;
    private int _end;
    private bool _ended;
    private bool _inArray;
    private bool _isFirst = true;
    private int _start;
    private int _length;
    private byte[]? _cut;

    // Line ends before _counted.
    private long _lines;
    private int _counted;

    public JsonSplitter(Stream source, JsonOptions options)
    {
        _options = options;
        _decoder = new SourceDecoder(source, options.Encoding);
        if (!SkipSpace()) throw new PipelineException("source.empty", "The source is empty: it has no record.");
        if (options.Form == JsonForm.Array) EnterArray();
    }

    /// <summary>The record; of one that is too long only the beginning.</summary>
    public ReadOnlySpan<byte> Raw => _cut is null ? _buffer.AsSpan(_start, _length) : _cut;

    public long Line { get; private set; }

    /// <summary>What keeps the record from being looked into.</summary>
    public RecordProblem? Problem { get; private set; }

    /// <summary>Moves to the next record; false at the end of the source.</summary>
    public bool Next()
    {
        (Problem, _cut) = (null, null);
        if (_options.Form == JsonForm.Lines) return NextLine();
        if (_options.Form == JsonForm.Array) return NextElement();
        return SkipSpace() && TakeValue();
    }

    private bool NextLine()
    {
        if (!SkipSpace()) return false;
        Begin();
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0) return EndLine(_start + searched + found);
            searched = _end - _start;
            if (_cut is null && searched > _options.MaxRecordBytes) Cut(_end);
            if (_cut is not null) (_start, _position, searched) = (_end, _end, 0);
            if (!Fill()) return EndLine(_end);
        }
    }

    private bool EndLine(int lineEnd)
    {
        _position = lineEnd;
        _length = _buffer.AsSpan(_start, lineEnd - _start).TrimEnd(" \t\r"u8).Length;
        if (_cut is null && _length > _options.MaxRecordBytes) Cut(lineEnd);
        return true;
    }

    private bool NextElement()
    {
        if (!_inArray) return false;
        if (!SkipSpace()) return EndTruncated();
        if (_buffer[_position] == ']') return LeaveArray();
        if (!_isFirst)
        {
            if (_buffer[_position] != ',') throw Broken("a comma is missing between two records");
            _position++;
            if (!SkipSpace()) return EndTruncated();
        }

        _isFirst = false;
        return TakeValue();
    }

    private bool TakeValue()
    {
        Begin();
        var whole = PassValue(keep: true);
        _length = _position - _start;
        if (whole || Problem is not null) return true;
        _inArray = false;
        Problem = new RecordProblem("json", "The source ends inside the record.");
        return true;
    }

    /// <summary>The missing end of the array is a record that cannot be read: it may have been one.</summary>
    private bool EndTruncated()
    {
        _inArray = false;
        Begin();
        _length = 0;
        Problem = new RecordProblem("json", "The source ends before its array is closed; records may be missing.");
        return true;
    }

    private bool LeaveArray()
    {
        _inArray = false;
        _position++;
        if (_options.Records.Length == 0 && SkipSpace()) throw Broken("text follows the end of the array");
        return false;
    }

    private void EnterArray()
    {
        _ = JsonPath.TryParse(_options.Records, out var steps);
        foreach (var step in steps) EnterMember(step as string ?? throw NoMember($"[{step}]"));
        if (!SkipSpace() || _buffer[_position] != '[')
        {
            var place = steps.Count == 0 ? "The source" : $"'{_options.Records}'";
            throw new PipelineException("source.records", $"{place} is no array of records, but begins with {Show()}.");
        }

        _position++;
        _inArray = true;
    }

    /// <summary>Moves to the value of a member of the object that begins here.</summary>
    private void EnterMember(string name)
    {
        if (!SkipSpace() || _buffer[_position] != '{') throw NoMember(name);
        _position++;
        while (SkipSpace() && _buffer[_position] == '"')
        {
            Begin();
            if (!PassValue(keep: true)) break;
            var isWanted = IsName(_buffer.AsSpan(_start, _position - _start), name);
            if (!SkipSpace() || _buffer[_position] != ':') throw Broken("a colon is missing after a name");
            _position++;
            if (!SkipSpace()) break;
            if (isWanted) return;
            if (!PassValue(keep: false) || !SkipSpace()) break;
            if (_buffer[_position] != ',') break;
            _position++;
        }

        throw NoMember(name);
    }

    private static bool IsName(ReadOnlySpan<byte> text, string name)
    {
        var reader = new Utf8JsonReader(text);
        return reader.Read() && reader.ValueTextEquals(name);
    }

    private PipelineException NoMember(string name) => new("source.records", $"The source has no '{name}' on the way to '{_options.Records}'.");

    /// <summary>Moves past one value; false when the source ends inside it. With <paramref name="keep"/> its bytes stay in the buffer.</summary>
    private bool PassValue(bool keep)
    {
        var (at, depth, inText) = (_position, 0, false);
        while (true)
        {
            if (at >= _end)
            {
                var ahead = at - _position;
                if (keep && _cut is null && ahead > _options.MaxRecordBytes) Cut(_end);
                if (!keep || _cut is not null) (_position, _start, ahead) = (_end, _end, at - _end);
                if (!Fill()) return EndOfSource(depth, inText);
                at = _position + ahead;
                continue;
            }

            if (inText)
            {
                at += PassText(at, ref inText);
                if (!inText && depth == 0) break;
                continue;
            }

            if (depth == 0 && _buffer[at] is not ((byte)'"' or (byte)'{' or (byte)'['))
            {
                var plain = _buffer.AsSpan(at, _end - at).IndexOfAny(s_endsPlain);
                at = plain < 0 ? _end : at + plain;
                if (plain < 0) continue;
                if (at == _position) throw Broken($"{Show()} stands where a record should be");
                break;
            }

            var found = _buffer.AsSpan(at, _end - at).IndexOfAny(s_structure);
            at = found < 0 ? _end : at + found + 1;
            if (found < 0) continue;
            var mark = _buffer[at - 1];
            if (mark == '"') inText = true;
            else depth += mark is (byte)'{' or (byte)'[' ? 1 : -1;
            if (depth == 0 && !inText) break;
        }

        _position = at;
        if (keep && _cut is null && at - _start > _options.MaxRecordBytes) Cut(at);
        return true;
    }

    /// <summary>How many bytes of a text can be passed.</summary>
    private int PassText(int at, ref bool inText)
    {
        var found = _buffer.AsSpan(at, _end - at).IndexOfAny(s_inText);
        if (found < 0) return _end - at;
        switch (_buffer[at + found])
        {
            case (byte)'\\':
                return found + 2;
            case (byte)'"':
                inText = false;
                return found + 1;
            default:
                _position = at + found;
                throw Broken("a text is not closed before its line ends");
        }
    }

    private bool EndOfSource(int depth, bool inText)
    {
        _position = _end;
        return depth == 0 && !inText && _end > _start;
    }

    private void Begin()
    {
        _start = _position;
        Line = LineAt(_position);
    }

    private void Cut(int end)
    {
        _cut = _buffer.AsSpan(_start, Math.Min(CutBytes, end - _start)).ToArray();
        Problem = new RecordProblem("too_long", $"The record is longer than {_options.MaxRecordBytes} bytes.");
    }

    private bool SkipSpace()
    {
        while (true)
        {
            while (_position < _end && _buffer[_position] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') _position++;
            if (_position < _end) return true;
            _start = _position;
            if (!Fill()) return false;
        }
    }

    private long LineAt(int position)
    {
        _lines += _buffer.AsSpan(_counted, position - _counted).Count((byte)'\n');
        _counted = position;
        return _lines + 1;
    }

    private string Show() => _position >= _end ? "nothing"
        : $"'{System.Text.Encoding.UTF8.GetString(_buffer.AsSpan(_position, Math.Min(12, _end - _position)))}'";

    private PipelineException Broken(string what) => new("source.json",
        $"Line {LineAt(Math.Max(_counted, _position))}: {what}; where the next record begins cannot be told.");

    /// <summary>Keeps what stands from the record's start on and reads on; false when nothing is left.</summary>
    private bool Fill()
    {
        if (_ended) return false;
        var from = Math.Min(_start, _position);
        LineAt(Math.Max(_counted, from));
        Buffer.BlockCopy(_buffer, from, _buffer, 0, _end - from);
        (_start, _position, _counted, _end) = (_start - from, _position - from, _counted - from, _end - from);
        if (_end >= _buffer.Length - DecoderRoom) Array.Resize(ref _buffer, ((_buffer.Length - DecoderRoom) * 2) + DecoderRoom);
        var before = _end;
        while (_end < _buffer.Length - DecoderRoom)
        {
            var count = _decoder.Read(_buffer.AsSpan(_end));
            _ended = count == 0;
            if (_ended) break;
            _end += count;
        }

        return _end > before;
    }
}
