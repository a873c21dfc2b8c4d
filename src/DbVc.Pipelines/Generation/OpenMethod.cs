namespace DbVc.Pipelines;

/// <summary>
/// A method that the generator cannot write: the vocabulary has no words for what it does. A model or a person writes its body, and nothing else.
/// </summary>
/// <param name="Path">The file in which it stands.</param>
/// <param name="Signature">Exactly as it is called.</param>
/// <param name="Body">What stands there as long as nobody has written it.</param>
/// <param name="Words">What it must judge.</param>
/// <param name="Passing">Values that pass, as literals of rules.</param>
/// <param name="Failing">Values that do not.</param>
public sealed record OpenMethod(
    string Path, string Signature, string Body, string Words, IReadOnlyList<string> Passing, IReadOnlyList<string> Failing);
