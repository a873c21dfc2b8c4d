using System.CommandLine;

namespace DbVc.Commands;

/// <summary>Commands that belong together, under a title.</summary>
internal sealed record VerbGroup(string Title, IReadOnlyList<Verb> Verbs);

/// <summary>The help of the whole: what db-vc is, and every command in groups, one a line.</summary>
internal sealed class Overview(IReadOnlyList<VerbGroup> groups)
{
    public void Write(RootCommand root, TextWriter writer)
    {
        writer.WriteLine(root.Description);
        writer.WriteLine();
        writer.WriteLine("usage: db-vc COMMAND [ARGUMENTS] [OPTIONS]");
        foreach (var group in groups)
        {
            writer.WriteLine();
            writer.WriteLine(group.Title);
            WriteColumns(writer, group.Verbs.Select(verb => (verb.Name, verb.Description!)));
        }

        writer.WriteLine();
        writer.WriteLine("Everywhere");
        WriteColumns(writer, root.Options.Select(option => (NameOf(option), option.Description!)));
        writer.WriteLine();
        writer.WriteLine("db-vc COMMAND --help explains a command with examples.");
    }

    private int Width => groups.SelectMany(group => group.Verbs).Max(verb => verb.Name.Length);

    private static string NameOf(Option option) => option.HelpName is { } value ? $"{option.Name} {value}" : option.Name;

    private void WriteColumns(TextWriter writer, IEnumerable<(string Name, string Text)> lines)
    {
        foreach (var (name, text) in lines) writer.WriteLine($"  {name.PadRight(Width)}  {text}");
    }
}
