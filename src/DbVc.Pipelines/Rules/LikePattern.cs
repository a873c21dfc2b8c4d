using System.Text;
using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

/// <summary>The patterns of SQL's LIKE as regular expressions.</summary>
internal static class LikePattern
{
    public static string ToExpression(string pattern)
    {
        var expression = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '%':
                    expression.Append("(?s:.*)");
                    break;
                case '_':
                    expression.Append("(?s:[\\uD800-\\uDBFF][\\uDC00-\\uDFFF]|.)");
                    break;
                case '\\' when i + 1 < pattern.Length:
                    expression.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                default:
                    expression.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return expression.ToString();
    }
}
