using System.Text;
using System.Text.Json;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Parses JSON into values that know their path, line and column; duplicate names are problems.</summary>
internal ref struct JsonParser
{
    private const int MaxDepth = 32;

    private readonly byte[] _utf8;
    private readonly List<MetadataProblem> _problems;
    private Utf8JsonReader _reader;
    private int _countedTo;
    private int _line;
    private int _lineStart;

    private JsonParser(byte[] utf8, List<MetadataProblem> problems)
    {
        _utf8 = utf8;
        _problems = problems;
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        _line = 1;
    }

    /// <summary>Null when the text is no JSON; the problem says where.</summary>
    public static JsonValue? Parse(string text, List<MetadataProblem> problems)
    {
        if (text.StartsWith('\uFEFF'))
        {
            problems.Add(new MetadataProblem("$", 1, 1, "The file starts with a byte order mark.", "save it as UTF-8 without BOM."));
            return null;
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            problems.Add(new MetadataProblem("$", 1, 1, "The file is empty.", "the format is described in docs/metadata.md."));
            return null;
        }

        try
        {
            var parser = new JsonParser(Encoding.UTF8.GetBytes(text), problems);
            parser._reader.Read();
            var root = parser.ReadValue("$");
            parser._reader.Read();
            return root;
        }
        catch (JsonException e)
        {
            var (line, column) = ((int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
            problems.Add(new MetadataProblem("$", line, column, $"This is no valid JSON: {Shorten(e.Message)}."));
            return null;
        }
        catch (InvalidOperationException)
        {
            problems.Add(new MetadataProblem("$", 1, 1, "A text holds half a surrogate pair, which is no character."));
            return null;
        }
    }

    private static string Shorten(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        if (end < 0) end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var text = (end < 0 ? message : message[..end]).TrimEnd('.', ' ');
        if (text.StartsWith("Expected depth to be zero", StringComparison.Ordinal)) return "it ends before every { and [ is closed";
        // The parser's advice is for programmers.
        var advice = text.IndexOf(" which is not supported in this mode", StringComparison.Ordinal);
        return advice < 0 ? text : text[..advice];
    }

    private JsonValue ReadValue(string path)
    {
        var (line, column) = Locate();
        switch (_reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadObject(new JsonValue(JsonKind.Object, path, line, column));
            case JsonTokenType.StartArray:
                var array = new JsonValue(JsonKind.Array, path, line, column);
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) array.Items.Add(ReadValue($"{path}[{array.Items.Count}]"));
                return array;
            case JsonTokenType.String:
                return new JsonValue(JsonKind.String, path, line, column) { Text = _reader.GetString()! };
            case JsonTokenType.Number:
                return new JsonValue(JsonKind.Number, path, line, column) { Text = Encoding.UTF8.GetString(_reader.ValueSpan) };
            case JsonTokenType.Null:
                return new JsonValue(JsonKind.Null, path, line, column) { Text = "null" };
            default:
                return new JsonValue(JsonKind.Boolean, path, line, column) { Text = _reader.TokenType == JsonTokenType.True ? "true" : "false" };
        }
    }

    private JsonValue ReadObject(JsonValue value)
    {
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var name = _reader.GetString()!;
            var (line, column) = Locate();
            _reader.Read();
            var member = ReadValue(JsonValue.Append(value.Path, name));
            if (value.Find(name) is { } earlier)
            {
                _problems.Add(new MetadataProblem(member.Path, line, column, $"'{name}' is given twice, first in line {earlier.Line}."));
                continue;
            }

            value.Members.Add(new JsonMember(name, member));
        }

        return value;
    }

    private (int Line, int Column) Locate()
    {
        var at = (int)_reader.TokenStartIndex;
        for (; _countedTo < at; _countedTo++)
        {
            if (_utf8[_countedTo] != '\n') continue;
            _line++;
            _lineStart = _countedTo + 1;
        }

        return (_line, Encoding.UTF8.GetCharCount(_utf8.AsSpan(_lineStart, at - _lineStart)) + 1);
    }
}
