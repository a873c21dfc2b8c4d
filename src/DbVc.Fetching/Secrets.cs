using System.Text;
using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>Looks secrets up when they are needed, and takes them out of every text that people may see.</summary>
internal sealed class Secrets(FetchOptions options)
{
    private const int MaxBytes = 64 * 1024;
    private const string Mark = "***";

    private readonly HashSet<string> _values = new(StringComparer.Ordinal);

    /// <summary>Throws usage failure <c>fetch.secret</c>.</summary>
    public string Read(SecretPlace place) => place.Variable is { } name ? ReadVariable(name) : ReadFile(place.File!);

    /// <summary>The text with its variables filled in.</summary>
    /// <param name="text">A text with variables.</param>
    /// <param name="write">Writes a value as it must stand there.</param>
    public string Fill(SecretText text, Func<string, string>? write = null) =>
        text.Fill(name => write is null ? ReadVariable(name) : write(ReadVariable(name)));

    /// <summary>Remembers something that nobody may see.</summary>
    public string Keep(string value)
    {
        if (value.Length > 0) _values.Add(value);
        return value;
    }

    /// <summary>The text without any secret that was looked up.</summary>
    public string Mask(string text)
    {
        foreach (var value in _values.OrderByDescending(v => v.Length))
        {
            text = text.Replace(value, Mark, StringComparison.Ordinal).Replace(Uri.EscapeDataString(value), Mark, StringComparison.Ordinal);
        }

        return text;
    }

    private string ReadVariable(string name)
    {
        var value = options.Environment(name);
        if (string.IsNullOrEmpty(value)) throw Fail($"The environment variable {name} is not set.", "Set it, or name a file in the metadata.");
        return Keep(value.Any(char.IsControl) ? throw Fail($"The environment variable {name} holds a control character.", "Set it without.") : value);
    }

    private string ReadFile(string name)
    {
        var path = options.Folders.Select(folder => Path.GetFullPath(name, folder)).FirstOrDefault(File.Exists) ?? Path.GetFullPath(name);
        var problem = RegularFile.TryRead(path, followLink: true, MaxBytes, out var bytes);
        if (problem is not null) throw Fail($"The file {name}, which has a secret, {problem.Text}.", "Make it a plain file that you alone may read.");
        var text = Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n');
        if (text.Length == 0 || text.Any(char.IsControl)) throw Fail($"The file {name} holds no secret in one line.", "Put nothing else in it.");
        return Keep(text);
    }

    private static DbVcException Fail(string message, string hint) => new(FailureKind.Usage, "fetch.secret", message, hint: hint);
}
