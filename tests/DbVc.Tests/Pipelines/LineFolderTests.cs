using System.Text;
using System.Text.RegularExpressions;
using DbVc.Pipelines;
using Xunit;

namespace DbVc.Tests;

/// <summary>Lines of code that are folded say what they said.</summary>
public sealed partial class LineFolderTests
{
    [Theory]
    [InlineData("Assert.Equal([{0}], new Ingestion().Columns.Select(c => c.Name + \" \" + c.Kind));")]
    [InlineData("return first is null || {0} && other == \"a b\" + new string('x', 60) + \" \";")]
    [InlineData("var text = \"{1}\" + ' ' + \" \" + '\\'' + last;")]
    public void At_every_width_a_folded_line_has_the_same_words(string form)
    {
        for (var width = 1; width < 260; width++)
        {
            var word = new string('w', width % 7 + 1);
            var words = string.Join(", ", Enumerable.Repeat($"\"{word} Text\"", width / 12)) + (width / 12 == 0 ? "" : ", ") + new string('v', width % 12 + 1);
            var line = form.Replace("{0}", words, StringComparison.Ordinal).Replace("{1}", new string('t', width), StringComparison.Ordinal);
            var folded = new StringBuilder();
            LineFolder.Append(folded, line, indent: 8);
            var again = BrokenLine().Replace(BrokenText().Replace(folded.ToString(), ""), " ").Trim();
            Assert.Equal(line, again);
        }
    }

    [GeneratedRegex("\" \\+\\n +\"")]
    private static partial Regex BrokenText();

    [GeneratedRegex("\\n +")]
    private static partial Regex BrokenLine();
}
