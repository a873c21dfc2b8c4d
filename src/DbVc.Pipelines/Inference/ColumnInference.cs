using DbVc.Model;
using static System.FormattableString;

namespace DbVc.Pipelines;

/// <summary>Finds out what the texts of a column are.</summary>
/// <param name="request">What a person has decided already.</param>
/// <param name="questions">Takes what only a person can say.</param>
internal sealed class ColumnInference(InferenceRequest request, List<OpenQuestion> questions, List<string> recalled)
{
    /// <summary>The share of a column's values that must be read in a way before it is proposed.</summary>
    public const double Most = 0.95;

    public ColumnProposal Propose(SampledColumn column, string name)
    {
        var values = column.Values.Where(v => !NullWords.IsBlank(v.Text) && !IsNullWord(name, v.Text)).ToList();
        var total = values.Sum(v => v.Count);
        var found = total == 0 ? new FoundReading(ColumnReadings.Text)
            : Decided(name, values) ?? new ReadingChooser(name, values, total) { Remembered = request.Remembered }.Choose();
        var proposal = WithNulls(new ColumnProposal(column, name, found.Reading, values) { Type = TypeOf(found.Reading, values, total) });
        if (found.Question is { } question && request.FindDecision(name) is null)
        {
            questions.Add(question);
            proposal = proposal with { IsOpen = true };
        }

        if (total == 0) proposal.Evidence.Add(column.Values.Count == 0 ? "it has no value" : "no record has a value");
        else if (found.Reading != ColumnReadings.Text) proposal.Evidence.Add(Share(found.Reading, proposal));
        if (found.Evidence is { } evidence) proposal.Evidence.Add(evidence);
        return proposal;
    }

    /// <summary>How many of the values are what they should be, and the first that are not.</summary>
    public static string Share(ColumnReading reading, ColumnProposal proposal) =>
        Share(reading.Noun, reading.Count(proposal.Values), proposal, v => !reading.Takes(v.Text));

    public static string Share(string noun, long count, ColumnProposal proposal, Func<SampledValue, bool> isOther)
    {
        var others = proposal.Values.Where(isOther).Take(3).Select(v => v.Show()).ToList();
        return others.Count == 0 ? $"all {proposal.Count:#,0} values are {noun}"
            : Invariant($"{count:#,0} of {proposal.Count:#,0} values are {noun}; not {string.Join(", ", others)}");
    }

    /// <summary>What a person decided; throws <c>infer.decision</c> when the column cannot be read so.</summary>
    private FoundReading? Decided(string name, List<SampledValue> values)
    {
        if (request.FindDecision(name) is not { } word || NullWords.Choices.Contains(word)) return null;
        var all = ReadingChooser.All(values).Where(r => r.Name == word).Select(r => (Reading: r, Count: r.Count(values))).Where(r => r.Count > 0).ToList();
        if (all.Count > 0) return new FoundReading(all.MaxBy(r => r.Count).Reading, "as it was decided");
        var known = ReadingChooser.All(values).Where(r => r.Count(values) > 0).Select(r => r.Name).Distinct();
        throw new DbVcException(FailureKind.Usage, "infer.decision", $"'{name}' cannot be read as '{word}'.",
            hint: $"What its values can be read as: {string.Join(", ", known)}; for words that look like NULL: {string.Join(", ", NullWords.Choices)}.");
    }

    private ColumnProposal WithNulls(ColumnProposal proposal)
    {
        var blanks = proposal.Column.Values.Where(v => NullWords.IsBlank(v.Text)).ToList();
        var words = proposal.Column.Values.Where(v => !NullWords.IsBlank(v.Text) && IsNullWord(proposal.Name, v.Text)).ToList();
        var isText = proposal.Type == FieldType.Text && proposal.Values.Count > 0;
        var (sure, open) = isText ? (words.Where(w => NullWords.IsSure(w.Text)).ToList(), words.Where(w => !NullWords.IsSure(w.Text)).ToList()) : (words, []);
        var known = open.Where(w => IsRemembered(proposal.Name, w.Text)).ToList();
        (sure, open) = ([.. sure, .. known], [.. open.Except(known)]);
        var decision = request.FindDecision(proposal.Name);
        if (decision == NullWords.Null) (sure, open) = (words, []);
        if (decision == NullWords.Keep) (sure, open) = ([], []);
        Ask(proposal.Name, [.. sure.Except(known)], isText && decision is null, NullWords.Null);
        Ask(proposal.Name, [.. sure.Intersect(known)], isText && decision is null, NullWords.Null, $" It does {request.Remembered?.As}.");
        Ask(proposal.Name, open, isText, NullWords.Keep);
        var kept = words.Except(sure);
        var padded = isText ? proposal.Values.Where(v => v.Text.Trim() != v.Text).ToList() : [];
        var found = proposal with
        {
            NullTokens = [.. sure.Select(v => padded.Count > 0 ? v.Text.Trim() : v.Text).Concat(RecallTokens(proposal, sure, decision)).Distinct()],
            TrimsFirst = padded.Count > 0,
            HasBlanks = isText && blanks.Exists(b => b.Text.Length > 0),
            Values = isText ? [.. proposal.Values, .. kept] : proposal.Values,
        };
        foreach (var evidence in proposal.Evidence) found.Evidence.Add(evidence);
        if (padded.Count > 0)
            found.Evidence.Add(Invariant($"{padded.Sum(v => v.Count):#,0} have white space around them, the first {padded[0].Show()}"));
        if (sure.Count > 0)
        {
            var read = string.Join(" or ", sure.Take(5).Select(v => $"'{v.Text}'"));
            found.Evidence.Add(Invariant($"{sure.Sum(v => v.Count):#,0} read {read}, which is taken for NULL"));
        }

        return found;
    }

    /// <summary>What stands for NULL anywhere, or with this supplier. A number that does so in one field does not in others.</summary>
    private bool IsNullWord(string name, string text) => NullWords.IsWord(text) || IsRemembered(name, text);

    private bool IsRemembered(string name, string text) => request.Remembered is { } remembered && text.Trim() is var word
        && (remembered.TokensOf(name).Contains(word) || (remembered.Tokens.Contains(word) && !word.Any(char.IsDigit)));

    /// <summary>What stood for NULL in the field of that name and may come again; and says which words are NULL for no other reason than that.</summary>
    private IEnumerable<string> RecallTokens(ColumnProposal proposal, List<SampledValue> sure, string? decision)
    {
        if (request.Remembered is not { } remembered || decision == NullWords.Keep) return [];
        var seen = sure.Select(v => v.Text.Trim()).Distinct().ToList();
        var only = seen.Where(w => !NullWords.IsWord(w)).ToList();
        List<string> added = [.. remembered.TokensOf(proposal.Name).Except(seen).Where(t => proposal.Values.All(v => v.Text.Trim() != t))];
        if (only.Count + added.Count == 0) return [];
        var said = $"{string.Join(" and ", only.Concat(added).Select(t => $"'{t}'"))} stands for NULL, {remembered.As}";
        recalled.Add($"{proposal.Name}: {said}.");
        return added;
    }

    private void Ask(string name, List<SampledValue> words, bool isOpen, string assumed, string also = "")
    {
        if (!isOpen || words.Count == 0) return;
        var shown = string.Join(" and ", words.Take(3).Select(w => Invariant($"'{w.Text}' ({w.Count:#,0} times, first in line {w.Line:#,0})")));
        questions.Add(new OpenQuestion(name, $"Does {shown} mean that there is no value?{also}", NullWords.Choices, assumed));
    }

    /// <summary>Decimals that are all whole are whole numbers.</summary>
    private static FieldType TypeOf(ColumnReading reading, List<SampledValue> values, long total)
    {
        if (reading.Type != FieldType.Decimal || reading.Steps.Count == 0) return reading.Type;
        return values.Where(v => reading.Takes(v.Text) && ColumnReadings.Integer.Takes(reading.Prepare(v.Text)!)).Sum(v => v.Count) >= reading.Count(values)
            && total > 0 ? FieldType.Integer : FieldType.Decimal;
    }
}

/// <summary>A reading, what speaks for it, and what it leaves open.</summary>
internal sealed record FoundReading(ColumnReading Reading, string? Evidence = null, OpenQuestion? Question = null);
