using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

/// <summary>A text in which <c>${NAME}</c> stands for the value of an environment variable; the value is looked up when it is needed.</summary>
/// <param name="Text">As written in the metadata; may be shown.</param>
public sealed partial record SecretText(string Text)
{
    /// <summary>The variables in it.</summary>
    public IReadOnlyList<string> Variables => [.. Variable().Matches(Text).Select(m => m.Groups["name"].Value)];

    /// <summary>Whether it consists of one variable and nothing else.</summary>
    public bool IsVariable => Variables.Count == 1 && Text.Length == Variables[0].Length + 3;

    /// <summary>Whether each <c>${</c> begins a name.</summary>
    public bool IsWellFormed => !Variable().Replace(Text, "").Contains("${", StringComparison.Ordinal);

    /// <summary>The text with each variable replaced.</summary>
    /// <param name="value">Gives what is put in place of a variable's name.</param>
    public string Fill(Func<string, string> value) => Variable().Replace(Text, m => value(m.Groups["name"].Value));

    /// <summary>Whether what goes by this name is a secret, as far as a name can tell.</summary>
    public static bool IsSecretName(string name) => SecretName().IsMatch(name);

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex("pass(word|wd|phrase)|^pwd$|secret|token$|credential|(api|access|auth|private|subscription)[_-]?key|^key$|^(proxy-)?auth(orization)?$"
        + "|cookie|^sig(nature)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}

/// <summary>Where a secret is: in an environment variable or in a file.</summary>
/// <param name="Variable">Its name; null for a file.</param>
/// <param name="File">From the metadata's folder, else the working folder; null for a variable.</param>
public sealed record SecretPlace(string? Variable, string? File)
{
    public override string ToString() => Variable is null ? $"the file {File}" : $"${{{Variable}}}";
}
