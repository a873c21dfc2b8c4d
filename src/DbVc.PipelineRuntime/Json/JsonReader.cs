using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace DbVc.PipelineRuntime;

/// <summary>
/// Reads JSON record by record, in constant memory. A column is a path (see <see cref="JsonPath"/>); its cell is a text's characters, a number's own
/// digits, <c>true</c> or <c>false</c>, or the JSON of an object or array. What is null and what is not there are both NULL.
/// </summary>
public sealed class JsonReader : IRecordReader
{
    private const int MaxDepth = 64;
    private const int Absent = int.MinValue;
    private static readonly JsonReaderOptions s_options = new() { MaxDepth = MaxDepth };

    private readonly JsonSplitter _splitter;
    private readonly JsonPlace _root = new();
    private readonly JsonPlace? _exploded;
    private readonly TextSet _nullTokens;
    private readonly List<string> _paths = [];
    private readonly bool _hasNullTokens;

    // Cells, as parts of the record; a start below zero points (complemented) into _unescaped.
    private int[] _starts = [];
    private int[] _ends = [];
    private bool[] _isText = [];
    private byte[] _unescaped = [];
    private int _unescapedLength;

    // What a reshaped record says about itself: its line, the rule that it breaks, a message, how it was written.
    private readonly int[] _origin = [];

    // Elements of an exploded array that are still to come, and the cells of the record around them.
    private int _elementAt = Absent;
    private int _arrayEnd;
    private int _elementStart;
    private int _elementEnd = Absent;
    private int[] _outerStarts = [];
    private int[] _outerEnds = [];
    private int _outerUnescaped;
    private RecordProblem? _outerProblem;
    private long _objects;

    /// <summary>Throws <see cref="PipelineException"/> for sources that are empty, binary, or not of the form that the options say.</summary>
    /// <param name="source">Read to its end, never disposed.</param>
    /// <param name="options">How the source is written.</param>
    public JsonReader(Stream source, JsonOptions options)
    {
        _splitter = new JsonSplitter(source, options);
        _nullTokens = new TextSet(options.NullTokens);
        _hasNullTokens = options.NullTokens.Count > 0;
        if (options.IsReshaped) _origin = [.. ReshapedMembers.All.Select(FindColumn)];
        if (options.Explode.Length == 0) return;
        _exploded = NodeOf(options.Explode);
        _exploded.IsExploded = true;
    }

    /// <inheritdoc/>
    public long Record { get; private set; }

    /// <inheritdoc/>
    public long Line => _origin is [var line, ..] && Utf8Parser.TryParse(Field(line), out long known, out _) ? known : _splitter.Line;

    /// <summary>The record's JSON; the element's where an array is exploded; what the source had where a record was rejected as it was reshaped.</summary>
    public ReadOnlySpan<byte> Raw => IsRejected && !Cell(_origin[3]).IsNull ? Field(_origin[3])
        : _elementEnd == Absent ? _splitter.Raw : _splitter.Raw[_elementStart.._elementEnd];

    /// <inheritdoc/>
    public RecordProblem? Problem { get; private set; }

    /// <summary>
    /// The index of the column at a path, to be asked for before the first <see cref="Read"/>; throws <c>source.column-missing</c> for what is no path.
    /// </summary>
    public int FindColumn(string name)
    {
        var node = NodeOf(name);
        if (node.Column >= 0) return node.Column;
        node.Column = _paths.Count;
        _paths.Add(name);
        Array.Resize(ref _starts, _paths.Count);
        Array.Resize(ref _ends, _paths.Count);
        Array.Resize(ref _isText, _paths.Count);
        return node.Column;
    }

    /// <summary>Like <see cref="FindColumn"/>: each record says for itself what it has.</summary>
    public int FindOptionalColumn(string name) => FindColumn(name);

    /// <summary>A record that has this path ends the run with <c>source.changed</c>.</summary>
    public void RefuseColumn(string name) => NodeOf(name).Refused = name;

    /// <inheritdoc/>
    public bool Read()
    {
        Record++;
        if (_elementAt != Absent && ReadElement()) return true;
        (_elementAt, _elementEnd) = (Absent, Absent);
        if (!_splitter.Next())
        {
            Record--;
            return false;
        }

        Problem = _splitter.Problem;
        _starts.AsSpan().Fill(Absent);
        _unescapedLength = 0;
        if (Problem is null && (_paths.Count > 0 || _exploded is not null || _root.HasNames)) ReadRecord();
        if (Problem is null && IsRejected) Problem = new RecordProblem(Cell(_origin[1]).ToString(), Cell(_origin[2]).ToString());
        return true;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Field(int index)
    {
        if ((uint)index >= (uint)_starts.Length) return default;
        var start = _starts[index];
        if (start >= 0) return _splitter.Raw[start.._ends[index]];
        return start == Absent ? default : _unescaped.AsSpan(~start, _ends[index]);
    }

    /// <inheritdoc/>
    public Text Cell(int index)
    {
        if ((uint)index >= (uint)_starts.Length || _starts[index] == Absent) return Text.Null;
        var bytes = Field(index);
        return _hasNullTokens && _isText[index] && _nullTokens.Contains(bytes) ? Text.Null : new Text(bytes);
    }

    private bool IsRejected => _origin is [_, var rule, ..] && !Cell(rule).IsNull;

    private JsonPlace NodeOf(string path)
    {
        if (!JsonPath.TryParse(path, out var steps)) throw new PipelineException("source.column-missing", $"'{path}' is no path in a JSON record.");
        return steps.Aggregate(_root, (node, step) => node.Down(step));
    }

    private void ReadRecord()
    {
        var raw = _splitter.Raw;
        if (!Utf8.IsValid(raw))
        {
            Problem = new RecordProblem("encoding", $"Byte {CsvText.FindInvalidUtf8(raw) + 1} of the record has no meaning in the source's encoding.");
            return;
        }

        try
        {
            var reader = new Utf8JsonReader(raw, s_options);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject) ReadObject(ref reader, _root, 0);
            else Problem = new RecordProblem("json", $"The record is no object but {Describe(reader.TokenType)}.");
            while (reader.Read())
            {
            }
        }
        catch (JsonException failure)
        {
            Problem = new RecordProblem("json", $"The record is no JSON: {Shorten(failure.Message)} (byte {failure.BytePositionInLine + 1}).");
            _elementAt = Absent;
            return;
        }

        if (_elementAt == Absent) return;
        if (_outerStarts.Length != _starts.Length) (_outerStarts, _outerEnds) = (new int[_starts.Length], new int[_starts.Length]);
        _starts.CopyTo(_outerStarts.AsSpan());
        _ends.CopyTo(_outerEnds.AsSpan());
        (_outerUnescaped, _outerProblem) = (_unescapedLength, Problem);
        // An array without elements leaves the record as it is.
        if (!ReadElement()) _elementAt = Absent;
    }

    /// <summary>Takes the next element of the exploded array; false after the last.</summary>
    private bool ReadElement()
    {
        var raw = _splitter.Raw[.._arrayEnd];
        while (raw[_elementAt] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',') _elementAt++;
        if (raw[_elementAt] == ']') return false;
        _outerStarts.CopyTo(_starts.AsSpan());
        _outerEnds.CopyTo(_ends.AsSpan());
        (_unescapedLength, Problem) = (_outerUnescaped, _outerProblem);
        var reader = new Utf8JsonReader(raw[_elementAt..], s_options);
        reader.Read();
        var at = _elementAt;
        _elementStart = at;
        ReadValue(ref reader, _exploded!, at, isElement: true);
        _elementAt = _elementEnd = at + (int)reader.BytesConsumed;
        return true;
    }

    private void ReadObject(ref Utf8JsonReader reader, JsonPlace node, int offset)
    {
        var number = ++_objects;
        for (var position = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; position++)
        {
            var child = node.Find(ref reader, position);
            reader.Read();
            if (child is null)
            {
                reader.Skip();
                continue;
            }

            if (child.Refused is { } refused)
            {
                throw new PipelineException("source.changed",
                    $"The source has '{refused}', which this pipeline leaves to the database. Generate the pipeline again.");
            }

            // The number of the object tells the same name in it from one in another.
            if (child.MetIn == number) Problem ??= new RecordProblem("duplicate_key", "The record gives the same name twice.");
            child.MetIn = number;
            ReadValue(ref reader, child, offset, isElement: false);
        }
    }

    private void ReadArray(ref Utf8JsonReader reader, JsonPlace node, int offset)
    {
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            if (node.FindElement(index) is { } child) ReadValue(ref reader, child, offset, isElement: false);
            else reader.Skip();
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, JsonPlace node, int offset, bool isElement)
    {
        var start = offset + (int)reader.TokenStartIndex;
        var wasText = reader.TokenType == JsonTokenType.String;
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return;
            case JsonTokenType.String:
                if (node.Column >= 0) TakeText(ref reader, node.Column, start);
                break;
            case JsonTokenType.StartObject when node.HasNames:
                ReadObject(ref reader, node, offset);
                break;
            case JsonTokenType.StartArray when node.IsExploded && !isElement:
                reader.Skip();
                // Of an array that is there twice the first counts; the record is rejected anyway.
                if (_elementAt == Absent) (_elementAt, _arrayEnd) = (start + 1, offset + (int)reader.BytesConsumed);
                return;
            case JsonTokenType.StartArray when node.HasElements:
                ReadArray(ref reader, node, offset);
                break;
            default:
                reader.Skip();
                break;
        }

        if (node.IsExploded && !isElement) Problem ??= new RecordProblem("json", "What should be a list of records is none.");
        if (node.Column >= 0 && !wasText) (_starts[node.Column], _ends[node.Column], _isText[node.Column]) = (start, offset + (int)reader.BytesConsumed, false);
    }

    private void TakeText(ref Utf8JsonReader reader, int column, int start)
    {
        _isText[column] = true;
        if (!reader.ValueIsEscaped)
        {
            (_starts[column], _ends[column]) = (start + 1, start + 1 + reader.ValueSpan.Length);
            return;
        }

        var longest = reader.ValueSpan.Length;
        if (_unescaped.Length < _unescapedLength + longest) Array.Resize(ref _unescaped, Math.Max(4096, (_unescapedLength + longest) * 2));
        try
        {
            var length = reader.CopyString(_unescaped.AsSpan(_unescapedLength));
            var hasNul = _unescaped.AsSpan(_unescapedLength, length).Contains((byte)0);
            if (hasNul) Problem ??= new RecordProblem("nul", $"'{_paths[column]}' holds a NUL character.");
            (_starts[column], _ends[column]) = (~_unescapedLength, length);
            _unescapedLength += length;
        }
        catch (InvalidOperationException)
        {
            Problem ??= new RecordProblem("encoding", $"'{_paths[column]}' holds half a surrogate pair, which is no character.");
        }
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    private static string Shorten(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        if (end < 0) end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
    }
}
