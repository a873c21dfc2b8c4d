using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Writes short texts that match a regular expression; understands the constructs people use, and says nothing for others.</summary>
internal sealed class PatternSamples
{
    private readonly string _pattern;
    private readonly int _choice;
    private int _position;

    private PatternSamples(string pattern, int choice) => (_pattern, _choice) = (pattern, choice);

    /// <summary>Up to three different texts, each proven to match.</summary>
    public static IReadOnlyList<string> Of(string pattern)
    {
        var compiled = new Pattern(pattern);
        var found = new List<string>();
        for (var choice = 0; choice < 3; choice++)
        {
            var sample = new PatternSamples(pattern, choice).Write();
            if (sample is not null && !found.Contains(sample) && compiled.Matches(Text.From(sample))) found.Add(sample);
        }

        return found;
    }

    private string? Write()
    {
        var builder = new StringBuilder();
        try
        {
            return WriteAlternatives(builder, depth: 0) && _position == _pattern.Length ? builder.ToString() : null;
        }
        catch (IndexOutOfRangeException)
        {
            return null;
        }
    }

    private bool WriteAlternatives(StringBuilder output, int depth)
    {
        var options = new List<string>();
        if (depth > 20) return false;
        while (true)
        {
            var option = new StringBuilder();
            if (!WriteSequence(option, depth)) return false;
            options.Add(option.ToString());
            if (_position >= _pattern.Length || _pattern[_position] != '|') break;
            _position++;
        }

        output.Append(options[_choice % options.Count]);
        return true;
    }

    private bool WriteSequence(StringBuilder output, int depth)
    {
        while (_position < _pattern.Length && _pattern[_position] is not ('|' or ')'))
        {
            var atom = new StringBuilder();
            if (!WriteAtom(atom, depth)) return false;
            var count = ReadCount();
            if (count < 0 || atom.Length * count > 500) return false;
            for (var i = 0; i < count; i++) output.Append(atom);
        }

        return true;
    }

    private bool WriteAtom(StringBuilder output, int depth)
    {
        var c = _pattern[_position++];
        switch (c)
        {
            case '^' or '$':
                return true;
            case '.':
                output.Append("axz"[_choice]);
                return true;
            case '[':
                return WriteClass(output);
            case '(':
                if (_pattern[_position] == '?')
                {
                    // A group without number, perhaps with options such as (?s:.
                    while (char.IsAsciiLetter(_pattern[++_position]))
                    {
                    }

                    if (_pattern[_position++] != ':') return false;
                }

                return WriteAlternatives(output, depth + 1) && _pattern[_position++] == ')';
            case '\\':
                return WriteEscape(output);
            case '*' or '+' or '?' or '{':
                return false;
            default:
                output.Append(c);
                return true;
        }
    }

    private bool WriteEscape(StringBuilder output)
    {
        var c = _pattern[_position++];
        switch (c)
        {
            case 'd':
                output.Append("137"[_choice]);
                return true;
            case 'w':
                output.Append("akz"[_choice]);
                return true;
            case 's':
                output.Append(' ');
                return true;
            case 'u' when _position + 4 <= _pattern.Length
                && ushort.TryParse(_pattern.AsSpan(_position, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var unit):
                output.Append((char)unit);
                _position += 4;
                return true;
            case 'A' or 'z' or 'Z' or 'b':
                return true;
            default:
                if (char.IsAsciiLetterOrDigit(c)) return false;
                output.Append(c);
                return true;
        }
    }

    private bool WriteClass(StringBuilder output)
    {
        if (_pattern[_position] == '^') return false;
        var members = new List<char>();
        while (_pattern[_position] != ']')
        {
            var first = _pattern[_position++];
            if (first == '\\')
            {
                var escaped = new StringBuilder();
                if (!WriteEscape(escaped) || escaped.Length != 1) return false;
                first = escaped[0];
            }

            members.Add(first);
            if (_pattern[_position] != '-' || _pattern[_position + 1] == ']') continue;
            var last = _pattern[_position + 1];
            _position += 2;
            if (last == '\\')
            {
                var escaped = new StringBuilder();
                if (!WriteEscape(escaped) || escaped.Length != 1) return false;
                last = escaped[0];
            }

            members.Add((char)(first + Math.Min(1, last - first)));
            members.Add(last);
        }

        _position++;
        if (members.Count == 0) return false;
        output.Append(members[_choice % members.Count]);
        return true;
    }

    private int ReadCount()
    {
        if (_position >= _pattern.Length) return 1;
        var count = 1;
        switch (_pattern[_position])
        {
            case '*' or '?':
                count = _choice % 2;
                _position++;
                break;
            case '+':
                count = _choice + 1;
                _position++;
                break;
            case '{':
                var end = _pattern.IndexOf('}', _position);
                if (end < 0) return -1;
                var least = _pattern[(_position + 1)..end].Split(',')[0];
                if (!int.TryParse(least, out count) || count > 500) return -1;
                _position = end + 1;
                break;
            default:
                return 1;
        }

        if (_position < _pattern.Length && (_pattern[_position] is '?' or '+')) _position++;
        return count;
    }
}
