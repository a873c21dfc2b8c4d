using System.Text;
using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Changes one list of a JSON object and leaves every other byte of the text as it is.</summary>
internal sealed class JsonListEditor
{
    private const string Step = "  ";

    private readonly byte[] _text;
    private readonly string _name;
    private readonly List<(int Start, int End)> _items = [];

    /// <summary>Of the brackets; -1 where there is no such list.</summary>
    private readonly int _open = -1;

    private readonly int _close;

    /// <summary>Of the brace that ends the object.</summary>
    private readonly int _end;

    /// <param name="text">JSON, an object.</param>
    /// <param name="name">Of a list in it, or of one to be made.</param>
    public JsonListEditor(string text, string name)
    {
        (_text, _name) = (Encoding.UTF8.GetBytes(text), name);
        var reader = new Utf8JsonReader(_text);
        while (reader.Read())
        {
            if (reader is { CurrentDepth: 0, TokenType: JsonTokenType.EndObject }) _end = (int)reader.TokenStartIndex;
            if (reader is not { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName } || !reader.ValueTextEquals(name) || _open >= 0) continue;
            reader.Read();
            _open = (int)reader.TokenStartIndex;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                _items.Add((start, (int)reader.BytesConsumed));
            }

            _close = (int)reader.TokenStartIndex;
        }
    }

    /// <summary>The text with some items gone and others, JSON themselves, at the end of the list.</summary>
    public string Replace(IReadOnlySet<int> gone, IReadOnlyList<string> added)
    {
        if (gone.Count + added.Count == 0) return Encoding.UTF8.GetString(_text);
        if (_open < 0) return Insert(added);
        var kept = _items.Where((_, i) => !gone.Contains(i)).Select(i => Text(i.Start, i.End)).Concat(added).ToList();
        var indent = "\n" + IndentOf(_open);
        var first = _items.Count > 0 ? Text(_open + 1, _items[0].Start) : indent + Step;
        var next = _items.Count > 1 ? Text(_items[0].End, _items[1].Start).Replace(",", "", StringComparison.Ordinal) : first.Length > 0 ? first : " ";
        var last = _items.Count > 0 ? Text(_items[^1].End, _close) : indent;
        var body = kept.Count == 0 ? "" : first + string.Join("," + next, kept) + last;
        return Text(0, _open + 1) + body + Text(_close, _text.Length);
    }

    private string Insert(IReadOnlyList<string> added)
    {
        var before = Text(0, _end).TrimEnd();
        var comma = before.EndsWith('{') ? "" : ",";
        var items = string.Join(",", added.Select(a => $"\n{Step}{Step}{a}"));
        return $"{before}{comma}\n{Step}\"{_name}\": [{items}\n{Step}]\n{Text(_end, _text.Length)}";
    }

    private string IndentOf(int at)
    {
        var start = at;
        while (start > 0 && _text[start - 1] != (byte)'\n') start--;
        var end = start;
        while (_text[end] is (byte)' ' or (byte)'\t') end++;
        return Text(start, end);
    }

    private string Text(int start, int end) => Encoding.UTF8.GetString(_text.AsSpan(start, end - start));
}
