namespace DbVc.Pipelines;

/// <summary>Finds what was probably meant.</summary>
public static class Suggestion
{
    /// <summary>The candidate that needs the fewest edits, if it is close enough to be meant; null otherwise.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var best = candidates.Select(c => (Candidate: c, Edits: CountEdits(word.ToLowerInvariant(), c.ToLowerInvariant())))
            .OrderBy(c => c.Edits).ThenBy(c => c.Candidate, StringComparer.Ordinal).FirstOrDefault();
        return best.Candidate is not null && best.Edits <= Math.Max(1, Math.Min(word.Length, best.Candidate.Length) / 3) ? best.Candidate : null;
    }

    /// <summary>The forms that share most words with a sentence.</summary>
    public static IReadOnlyList<string> NearestForms(string sentence, IReadOnlyList<string> forms, int count)
    {
        var words = Split(sentence);
        return [.. forms.Select((form, index) => (form, index, score: Score(words, Split(form))))
            .OrderByDescending(f => f.score).ThenBy(f => f.index).Take(count).Select(f => f.form)];
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours.</summary>
    public static int CountEdits(string before, string after)
    {
        if (Math.Abs(before.Length - after.Length) > 20) return 99;
        var rows = new int[before.Length + 1, after.Length + 1];
        for (var i = 0; i <= before.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= after.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= before.Length; i++)
        {
            for (var j = 1; j <= after.Length; j++)
            {
                var replaced = rows[i - 1, j - 1] + (before[i - 1] == after[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && before[i - 1] == after[j - 2] && before[i - 2] == after[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[before.Length, after.Length];
    }

    private static double Score(string[] words, string[] form)
    {
        var matched = form.Count(f => f.Length > 1 && words.Any(w => w == f || (f.Length > 3 && CountEdits(w, f) <= 1)));
        return matched / (double)Math.Max(1, form.Length);
    }

    private static string[] Split(string text) =>
        text.ToLowerInvariant().Split([' ', ',', '\'', '"', '`', '.'], StringSplitOptions.RemoveEmptyEntries);
}
