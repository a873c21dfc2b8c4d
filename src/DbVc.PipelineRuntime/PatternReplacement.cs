using System.Text;
using System.Text.RegularExpressions;

namespace DbVc.PipelineRuntime;

/// <summary>
/// A regular expression and what to put where it matches, <c>$1</c> for a group. Runs in time linear to the text where its constructs allow that,
/// otherwise under a timeout; a text that takes longer stays as it is.
/// </summary>
public sealed class PatternReplacement
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;
    private readonly string _replacement;

    /// <summary>Throws <see cref="ArgumentException"/> when the pattern is no regular expression.</summary>
    public PatternReplacement(string pattern, string replacement)
    {
        _replacement = replacement;
        try
        {
            _regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            _regex = new Regex(pattern, RegexOptions.CultureInvariant, s_timeout);
        }
    }

    /// <summary>The cell with every match replaced; NULL stays NULL.</summary>
    public Text Apply(Text cell)
    {
        if (cell.ToStringOrNull() is not { } text) return cell;
        try
        {
            var replaced = _regex.Replace(text, _replacement);
            return ReferenceEquals(replaced, text) ? cell : new Text(Encoding.UTF8.GetBytes(replaced));
        }
        catch (RegexMatchTimeoutException)
        {
            return cell;
        }
    }
}
