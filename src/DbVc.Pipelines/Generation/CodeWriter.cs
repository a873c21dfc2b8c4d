using System.Text;

namespace DbVc.Pipelines;

/// <summary>Writes indented C# with line feeds. Long lines are folded and namespaces that nothing needs are left out, so the result passes the lint
/// gate.</summary>
internal sealed class CodeWriter
{
    private const string UsingsMark = "\u0001usings\u0001";
    private readonly StringBuilder _text = new();
    private string[] _namespaces = [];
    private int _depth;

    /// <summary>Here go the using directives of those namespaces that the rest of the file needs.</summary>
    public void Usings(ReadOnlySpan<string> namespaces)
    {
        _namespaces = namespaces.ToArray();
        _text.Append(UsingsMark);
    }

    /// <summary>A line; no blank one comes first in a block.</summary>
    public void Line(string line = "")
    {
        if (line.Length == 0 && _text.Length > 1 && _text[^1] == '\n' && _text[^2] == '{') return;
        if (line.Length > 0) LineFolder.Append(_text, line, _depth * 4);
        _text.Append('\n');
    }

    public void Open(string header)
    {
        Line(header);
        Line("{");
        _depth++;
    }

    public void Close(string end = "}")
    {
        _depth--;
        Line(end);
    }

    public void Indent() => _depth++;

    public void Outdent() => _depth--;

    public void Summary(string text) => Line($"/// <summary>{Literals.Comment(text)}</summary>");

    public override string ToString()
    {
        var text = _text.ToString();
        var needed = _namespaces.Where(name => NamespaceUse.IsNeeded(name, text)).Select(name => $"using {name};\n").ToList();
        return text.Replace(UsingsMark, needed.Count == 0 ? "" : string.Concat(needed) + "\n", StringComparison.Ordinal);
    }
}
