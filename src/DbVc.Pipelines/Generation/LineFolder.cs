using System.Text;

namespace DbVc.Pipelines;

/// <summary>Folds lines that are too long for a reader: code at commas and logical operators, text literals in the middle, comments between words.</summary>
internal static class LineFolder
{
    private const int Limit = 150;
    private const int FoldAfter = 110;
    private const int LongestEscape = 6;

    public static void Append(StringBuilder text, string line, int indent)
    {
        text.Append(' ', indent);
        if (indent + line.Length <= Limit) text.Append(line);
        else if (line.StartsWith("///", StringComparison.Ordinal)) FoldComment(text, line, indent);
        else FoldCode(text, line, indent);
    }

    private static void FoldComment(StringBuilder text, string line, int indent)
    {
        var column = indent;
        foreach (var word in line.Split(' '))
        {
            if (column > indent && column + word.Length + 1 > Limit)
            {
                text.Append('\n').Append(' ', indent).Append("///");
                column = indent + 3;
            }

            if (column > indent) text.Append(' ');
            text.Append(word);
            column += word.Length + 1;
        }
    }

    private static void FoldCode(StringBuilder text, string line, int indent)
    {
        var column = indent;
        var inText = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            text.Append(c);
            column++;
            if (inText && c == '\\')
            {
                text.Append(line[++i]);
                column++;
                if (line[i] == 'u') i = Copy(text, line, i, 4, ref column);
            }
            else if (c == '\'' && !inText) i = Copy(text, line, i, CharacterLength(line, i), ref column);
            else if (c == '"') inText = !inText;
            if (!inText && c == ' ' && IsOperator(line, i + 1) && (column > FoldAfter || column + OperandLength(line, i + 1) > Limit))
            {
                text.Length--;
                column = NewLine(text, indent);
            }
            else if (!inText && c == ' ' && IsSum(line, i + 1) && column + RunLength(line, i + 1) > Limit)
            {
                text.Append('+');
                i += 2;
                column = NewLine(text, indent);
            }
            else if (inText && column > Limit - LongestEscape && i + 1 < line.Length && line[i + 1] != '"')
            {
                text.Append("\" +");
                column = NewLine(text, indent);
                text.Append('"');
                column++;
            }
            else if (!inText && column > FoldAfter && c == ',' && i + 1 < line.Length && line[i + 1] == ' ')
            {
                i++;
                column = NewLine(text, indent);
            }
        }
    }

    /// <summary>Up to the operator after the one at this place.</summary>
    private static int OperandLength(string line, int at)
    {
        for (var i = at + 3; i < line.Length; i++)
        {
            if (line[i] == ' ' && IsOperator(line, i + 1)) return i - at;
        }

        return line.Length - at;
    }

    /// <summary>Of a run of one letter that is added at this place, <c>+ new string('a', 60)</c>; 0 where none is.</summary>
    private static int RunLength(string line, int at) =>
        string.CompareOrdinal(line, at, "+ new ", 0, "+ new ".Length) == 0 ? line.IndexOf(')', at) + 1 - at : 0;

    private static bool IsSum(string line, int at) => string.CompareOrdinal(line, at, "+ ", 0, 2) == 0;

    private static bool IsOperator(string line, int at) =>
        string.CompareOrdinal(line, at, "|| ", 0, 3) == 0 || string.CompareOrdinal(line, at, "&& ", 0, 3) == 0;

    /// <summary>What follows the opening quote of a character literal, its closing quote included.</summary>
    private static int CharacterLength(string line, int at) => line.IndexOf('\'', at + (line[at + 1] == '\\' ? 3 : 2)) - at;

    private static int Copy(StringBuilder text, string line, int at, int length, ref int column)
    {
        text.Append(line, at + 1, length);
        column += length;
        return at + length;
    }

    private static int NewLine(StringBuilder text, int indent)
    {
        text.Append('\n').Append(' ', indent + 4);
        return indent + 4;
    }
}
