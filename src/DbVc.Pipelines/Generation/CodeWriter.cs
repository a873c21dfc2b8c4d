using System.Text;

namespace DbVc.Pipelines;

/// <summary>Writes indented C# with line feeds.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    public void Line(string line = "")
    {
        if (line.Length > 0) _text.Append(' ', _depth * 4).Append(line);
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

    public override string ToString() => _text.ToString();
}
