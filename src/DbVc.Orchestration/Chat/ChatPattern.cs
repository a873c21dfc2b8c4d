using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>What a pattern found for a slot: words of a sentence.</summary>
/// <param name="Text">One word as it was meant, or several as they were written.</param>
/// <param name="IsQuoted">It stood in quotes.</param>
internal readonly record struct SlotText(string Text, bool IsQuoted);

/// <summary>
/// A form of a sentence, such as <c>merge branch? {branch} into {into}</c>: words, words of which one stands (<c>of|in</c>), words that may be missing
/// (<c>?</c>), slots of one word and slots of several (<c>{rule...}</c>). One that begins with <c>~</c> fits sentences of many meanings: where a slot of it
/// stands for nothing, the sentence is another one, rather than one that names something wrongly.
/// </summary>
internal sealed class ChatPattern
{
    /// <summary>A sentence can be cut at few places into what fits; more are not tried.</summary>
    private const int MostTries = 20_000;

    private readonly IReadOnlyList<Element> _elements;

    private ChatPattern(string text, bool isVague, IReadOnlyList<Element> elements) => (Text, IsVague, _elements) = (text, isVague, elements);

    public string Text { get; }

    /// <summary>It fits sentences of many meanings.</summary>
    public bool IsVague { get; }

    /// <summary>The words that it is made of, without slots.</summary>
    public IEnumerable<string> Words => _elements.Where(e => e.Slot is null).SelectMany(e => e.Words);

    /// <summary>The names of its slots.</summary>
    public IEnumerable<string> Slots => _elements.Where(e => e.Slot is not null).Select(e => e.Slot!);

    public static ChatPattern Parse(string text) => new(text, text.StartsWith('~'), [.. text.TrimStart('~').Split(' ').Select(Element.Parse)]);

    /// <summary>Every way in which a sentence has the form, most likely first.</summary>
    public IEnumerable<IReadOnlyDictionary<string, SlotText>> Match(Sentence sentence)
    {
        if (sentence.Words.Count > Sentence.MostWords) return [];
        var tries = 0;
        return Match(sentence, 0, 0, [], () => ++tries <= MostTries);
    }

    private IEnumerable<IReadOnlyDictionary<string, SlotText>> Match(
        Sentence sentence, int element, int word, Dictionary<string, SlotText> found, Func<bool> mayGoOn)
    {
        if (!mayGoOn()) yield break;
        var words = sentence.Words;
        if (element == _elements.Count && word == words.Count)
        {
            yield return new Dictionary<string, SlotText>(found);
            yield break;
        }

        if (word < words.Count && words[word].IsNoise)
            foreach (var match in Match(sentence, element, word + 1, found, mayGoOn)) yield return match;
        if (element == _elements.Count) yield break;
        var wanted = _elements[element];
        if (word < words.Count)
        {
            foreach (var match in wanted.Slot is null ? MatchWord(sentence, element, word, found, mayGoOn) : MatchSlot(sentence, element, word, found, mayGoOn))
                yield return match;
        }

        if (wanted.IsOptional)
            foreach (var match in Match(sentence, element + 1, word, found, mayGoOn)) yield return match;
    }

    private IEnumerable<IReadOnlyDictionary<string, SlotText>> MatchWord(
        Sentence sentence, int element, int word, Dictionary<string, SlotText> found, Func<bool> mayGoOn) =>
        !sentence.Words[word].IsQuoted && _elements[element].Words.Contains(sentence.Words[word].Plain)
            ? Match(sentence, element + 1, word + 1, found, mayGoOn)
            : [];

    private IEnumerable<IReadOnlyDictionary<string, SlotText>> MatchSlot(
        Sentence sentence, int element, int word, Dictionary<string, SlotText> found, Func<bool> mayGoOn)
    {
        var (slot, words) = (_elements[element], sentence.Words);
        for (var last = slot.TakesSeveral ? words.Count - 1 : word; last >= word; last--)
        {
            found[slot.Slot!] = last == word
                ? new SlotText(words[word].Text, words[word].IsQuoted)
                : new SlotText(sentence.Between(word, last), false);
            foreach (var match in Match(sentence, element + 1, last + 1, found, mayGoOn)) yield return match;
            found.Remove(slot.Slot!);
        }
    }

    /// <summary>How many words the pattern has in common with those that were said, less the more it lacks; 0 for none.</summary>
    public double NearnessTo(IReadOnlySet<string> said)
    {
        var telling = _elements.Where(e => e.Slot is null && !e.Words.All(ChatWords.Little.Contains)).ToList();
        var common = telling.Count(e => e.Words.Any(IsSaid));
        var lacking = telling.Count(e => !e.IsOptional && !e.Words.Any(IsSaid));
        return common == 0 ? 0 : common * (common / (double)(common + lacking));

        bool IsSaid(string word) => said.Contains(word) || (word.Length > 3 && said.Any(s => s.Length > 3 && Suggestion.CountEdits(s, word) <= 1));
    }

    private sealed record Element(IReadOnlyList<string> Words, string? Slot, bool IsOptional, bool TakesSeveral)
    {
        public static Element Parse(string text)
        {
            var isOptional = text.EndsWith('?');
            if (isOptional) text = text[..^1];
            if (!text.StartsWith('{')) return new Element(text.Split('|'), null, isOptional, false);
            var name = text[1..^1];
            var several = name.EndsWith("...", StringComparison.Ordinal);
            return new Element([], several ? name[..^3] : name, isOptional, several);
        }
    }
}
