namespace DbVc.Agents;

/// <summary>
/// What a generator cannot write: a method of whose body nothing is known but words and examples. It is all that is left to a model or a person.
/// </summary>
/// <param name="Path">The file in which it stands.</param>
/// <param name="Signature">Exactly as the other code calls it.</param>
/// <param name="Body">What stands there until it is written.</param>
/// <param name="Words">What it must judge, as the metadata says it.</param>
/// <param name="Passing">Values that pass.</param>
/// <param name="Failing">Values that do not.</param>
public sealed record OpenItem(
    BranchPath Path, string Signature, string Body, string Words, IReadOnlyList<string> Passing, IReadOnlyList<string> Failing)
{
    /// <summary>What holds for the code of all of them.</summary>
    public const string Constraints =
        "It is called for each row with values that are never NULL, and returns whether they pass. It depends on its arguments alone: no clock, no chance, no "
        + "state between calls, no files, no network, no processes, no reflection. It throws for no value. The examples are tried by tests and by the host.";

    /// <summary>Whether a file's text has it as the generator left it.</summary>
    public bool IsOpenIn(string text) => text.Contains(Body, StringComparison.Ordinal);
}
