using System.Text;

namespace DbVc.Tests;

/// <summary>
/// Blanks strings, characters, comments and preprocessor lines in C# text, so that rules can be checked by searching.
/// Every other character, and every line break, stays where it was.
/// </summary>
internal sealed class CodeText
{
    private readonly string _text;
    private readonly StringBuilder _code;
    private int _at;

    private CodeText(string text)
    {
        _text = text;
        _code = new StringBuilder(text);
    }

    public static string Blank(string text)
    {
        var scan = new CodeText(text);
        scan.ScanCode(inHole: false);
        return scan._code.ToString();
    }

    private char Current => At(0);

    private char At(int distance) => _at + distance < _text.Length ? _text[_at + distance] : '\0';

    private bool Is(string expected) => string.CompareOrdinal(_text, _at, expected, 0, expected.Length) == 0;

    /// <summary>Scans code; inside the hole of an interpolated string up to the brace that closes it.</summary>
    private void ScanCode(bool inHole)
    {
        var depth = 0;
        while (_at < _text.Length)
        {
            if (inHole && Current == '}' && depth == 0) return;
            if (ScanTrivia() || ScanLiteral()) continue;
            if (Current == '{') depth++;
            if (Current == '}') depth--;
            Skip(blank: inHole);
        }
    }

    private bool ScanTrivia()
    {
        if (Is("//") || (Current == '#' && IsFirstOnLine()))
        {
            while (_at < _text.Length && Current != '\n') Skip();
            return true;
        }

        if (!Is("/*")) return false;
        while (_at < _text.Length && !Is("*/")) Skip();
        Skip(2);
        return true;
    }

    private bool IsFirstOnLine()
    {
        var before = _at - 1;
        while (before >= 0 && _text[before] is ' ' or '\t') before--;
        return before < 0 || _text[before] == '\n';
    }

    private bool ScanLiteral()
    {
        if (Current == '\'')
        {
            Skip();
            ScanEscaped('\'');
            return true;
        }

        var prefix = 0;
        while (At(prefix) is '$' or '@') prefix++;
        if (At(prefix) != '"') return false;

        var opening = _text.AsSpan(_at, prefix);
        var dollars = opening.Count('$');
        var verbatim = opening.Contains('@');
        Skip(prefix);
        var quotes = 0;
        while (At(quotes) == '"') quotes++;
        if (quotes >= 3 && !verbatim) ScanRaw(quotes, dollars);
        else ScanQuoted(verbatim, interpolated: dollars > 0);
        return true;
    }

    private void ScanEscaped(char end)
    {
        while (_at < _text.Length && Current != end) Skip(Current == '\\' ? 2 : 1);
        Skip();
    }

    private void ScanQuoted(bool verbatim, bool interpolated)
    {
        Skip();
        while (_at < _text.Length)
        {
            if (verbatim && Is("\"\"")) Skip(2);
            else if (!verbatim && Current == '\\') Skip(2);
            else if (interpolated && Is("{{")) Skip(2);
            else if (interpolated && Current == '{') ScanHole(1);
            else if (Current == '"') break;
            else Skip();
        }

        Skip();
    }

    private void ScanRaw(int quotes, int dollars)
    {
        var end = new string('"', quotes);
        var hole = new string('{', Math.Max(dollars, 1));
        Skip(quotes);
        while (_at < _text.Length && !Is(end))
        {
            if (dollars > 0 && Is(hole) && At(dollars) != '{') ScanHole(dollars);
            else Skip();
        }

        Skip(quotes);
    }

    private void ScanHole(int braces)
    {
        Skip(braces);
        ScanCode(inHole: true);
        Skip(braces);
    }

    private void Skip(int count = 1, bool blank = true)
    {
        for (; count > 0 && _at < _text.Length; count--, _at++)
        {
            if (blank && _text[_at] != '\n') _code[_at] = ' ';
        }
    }
}
