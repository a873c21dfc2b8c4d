using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace DbVc.PipelineRuntime;

/// <summary>
/// A regular expression that must match a whole text. Runs in time linear to the text where its constructs allow that,
/// otherwise under a timeout; a text that takes longer does not match.
/// </summary>
public sealed class Pattern
{
    /// <summary>Long enough that only a pattern that backtracks without end meets it, however busy the machine is.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    /// <summary>Throws <see cref="ArgumentException"/> when the pattern is no regular expression.</summary>
    public Pattern(string pattern)
    {
        _ = new Regex(pattern, RegexOptions.CultureInvariant, s_timeout);
        var whole = $@"\A(?:{pattern})\z";
        try
        {
            _regex = new Regex(whole, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            _regex = new Regex(whole, RegexOptions.CultureInvariant, s_timeout);
        }
    }

    /// <summary>Whether the pattern matches the whole text.</summary>
    public bool Matches(Text value)
    {
        var bytes = value.Bytes;
        var rented = bytes.Length > 512 ? ArrayPool<char>.Shared.Rent(bytes.Length) : null;
        var characters = rented ?? stackalloc char[512];
        try
        {
            var length = Encoding.UTF8.GetChars(bytes, characters);
            return _regex.IsMatch(characters[..length]);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
        finally
        {
            if (rented is not null) ArrayPool<char>.Shared.Return(rented);
        }
    }
}
