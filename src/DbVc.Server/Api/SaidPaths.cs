using System.Text;

namespace DbVc.Server;

/// <summary>Passes text on in which files have the names that whoever asked knows them by, and not the places where they lie here.</summary>
/// <param name="inner">Where it goes.</param>
/// <param name="folders">What stands before those names.</param>
internal sealed class SaidPaths(TextWriter inner, IReadOnlyList<string> folders) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => inner.Write(value);

    public override void Write(string? value) => inner.Write(Say(value));

    public override void Write(ReadOnlySpan<char> buffer) => inner.Write(Say(buffer.ToString()));

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Flush() => inner.Flush();

    private string? Say(string? text)
    {
        foreach (var folder in folders) text = text?.Replace(folder + "/", "", StringComparison.Ordinal);
        return text;
    }
}
