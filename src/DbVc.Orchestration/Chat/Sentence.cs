namespace DbVc.Orchestration;

/// <summary>A word of a sentence and where it stands.</summary>
/// <param name="Text">As it was written, without quotes and what punctuation ends it.</param>
/// <param name="Plain">As it is compared: small letters, by the synonyms of <see cref="ChatWords"/>.</param>
/// <param name="Start">Of its first character, quotes included.</param>
/// <param name="End">Behind its last.</param>
internal sealed record SentenceWord(string Text, string Plain, int Start, int End)
{
    /// <summary>It stood in quotes, and so is a value and no word of the sentence.</summary>
    public bool IsQuoted { get; init; }

    /// <summary>It may be left out.</summary>
    public bool IsNoise => !IsQuoted && ChatWords.Noise.Contains(Plain);
}

/// <summary>What a person wrote, as words. Any text is a sentence.</summary>
internal sealed class Sentence
{
    public const int MostCharacters = 4000;
    public const int MostWords = 300;

    private const string EndSigns = "?!.,;:";

    private Sentence(string text, IReadOnlyList<SentenceWord> words) => (Text, Words) = (text, words);

    public string Text { get; }

    public IReadOnlyList<SentenceWord> Words { get; }

    /// <summary>The text between two words, both included, as it was written.</summary>
    public string Between(int first, int last) => Text[Words[first].Start..Words[last].End];

    public static Sentence Read(string text)
    {
        // Typographic apostrophes come from telephones and word processors.
        text = text.Replace('\u2019', '\'').Replace('\u2018', '\'').Replace('\u201c', '"').Replace('\u201d', '"').Trim();
        var words = new List<SentenceWord>();
        for (var at = 0; at < text.Length && words.Count <= MostWords;)
        {
            if (char.IsWhiteSpace(text[at])) at++;
            else words.AddRange(Take(text, ref at));
        }

        return new Sentence(text, Joined(words));
    }

    private static IEnumerable<SentenceWord> Take(string text, ref int at)
    {
        var start = at;
        if (text[at] is '"' or '\'' && text.IndexOf(text[at], at + 1) is var close && close > 0
            && (close + 1 == text.Length || !char.IsLetterOrDigit(text[close + 1])))
        {
            at = close + 1;
            var quoted = text[(start + 1)..close];
            while (at < text.Length && EndSigns.Contains(text[at], StringComparison.Ordinal)) at++;
            return [new SentenceWord(quoted, quoted, start, close + 1) { IsQuoted = true }];
        }

        while (at < text.Length && !char.IsWhiteSpace(text[at])) at++;
        var end = at;
        while (end > start + 1 && EndSigns.Contains(text[end - 1], StringComparison.Ordinal)) end--;
        var word = text[start..end];
        var plain = word.ToLowerInvariant();
        if (ChatWords.Contractions.TryGetValue(plain, out var parts)) return parts.Select(part => Word(part, part, start, end));
        return [plain.EndsWith("'s", StringComparison.Ordinal) && word.Length > 2 ? Word(word[..^2], plain[..^2], start, end) : Word(word, plain, start, end)];
    }

    private static SentenceWord Word(string text, string plain, int start, int end) => new(text, ChatWords.Synonyms.GetValueOrDefault(plain, plain), start,
        end);

    /// <summary>With phrases of several words as one.</summary>
    private static List<SentenceWord> Joined(List<SentenceWord> words)
    {
        var joined = new List<SentenceWord>();
        for (var at = 0; at < words.Count;)
        {
            var phrase = ChatWords.Phrases.FirstOrDefault(p => Stands(p.Words, words, at));
            if (phrase.Words is null) joined.Add(words[at++]);
            else
            {
                var last = at + phrase.Words.Length - 1;
                joined.Add(new SentenceWord(phrase.Means, phrase.Means, words[at].Start, words[last].End));
                at = last + 1;
            }
        }

        return joined;
    }

    private static bool Stands(string[] phrase, List<SentenceWord> words, int at) => at + phrase.Length <= words.Count
        && !phrase.Where((word, i) => words[at + i].IsQuoted || words[at + i].Plain != word).Any();
}
