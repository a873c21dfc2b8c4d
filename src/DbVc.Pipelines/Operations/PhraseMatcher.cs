namespace DbVc.Pipelines;

/// <summary>One way to read a sentence as an operation.</summary>
/// <param name="Definition">The operation.</param>
/// <param name="Phrase">The phrase that it was read by.</param>
/// <param name="Fields">The fields named; empty when the phrase names none.</param>
/// <param name="Arguments">By the name of the parameter.</param>
/// <param name="BareWords">Words without quotes that were taken as texts; a reading with fewer of them is the better one.</param>
internal sealed record PhraseReading(
    OperationDefinition Definition, Phrase Phrase, IReadOnlyList<PipelineField> Fields, IReadOnlyDictionary<string, IReadOnlyList<string>> Arguments,
    int BareWords);

/// <summary>Where reading came furthest, and what was wanted there.</summary>
internal sealed class FurthestFailure
{
    private int _rank = -1;

    public int Index { get; private set; } = -1;

    public string Wanted { get; private set; } = "";

    /// <summary>Keeps the furthest; of several at one place the one of the highest rank, and of those the first.</summary>
    public void Note(int index, string wanted, int rank)
    {
        if (index < Index || (index == Index && rank <= _rank)) return;
        (Index, Wanted, _rank) = (index, wanted, rank);
    }
}

/// <summary>Reads tokens by the template of one phrase, trying every way; a reading must use the whole sentence.</summary>
internal sealed class PhraseMatcher(OperationDefinition definition, Phrase phrase, TokenReader reader, FurthestFailure failure)
{
    private const int RankOfEnd = 0;
    private const int RankOfWord = 1;
    private const int RankOfSlot = 2;
    private const int RankOfFields = 3;

    private readonly List<PhraseReading> _readings = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _arguments = [];
    private IReadOnlyList<PipelineField> _fields = [];
    private int _bareWords;

    public IReadOnlyList<PhraseReading> Match()
    {
        reader.Index = 0;
        Match(phrase.Parts, 0, End);
        return _readings;
    }

    private void End()
    {
        if (reader.AtEnd) _readings.Add(new PhraseReading(definition, phrase, _fields, new Dictionary<string, IReadOnlyList<string>>(_arguments), _bareWords));
        else failure.Note(reader.Index, "the end of the step", RankOfEnd);
    }

    /// <summary>Matches the parts from <paramref name="at"/> on, then what follows them; the position is put back.</summary>
    private void Match(IReadOnlyList<PhrasePart> parts, int at, Action next)
    {
        if (at == parts.Count)
        {
            next();
            return;
        }

        var start = reader.Index;
        void Rest() => Match(parts, at + 1, next);
        switch (parts[at])
        {
            case WordsPart words when reader.Current.Is(words.Text):
                reader.Take();
                Rest();
                break;
            case WordsPart words:
                // That a sentence does not begin as this phrase does says nothing.
                if (start > 0) failure.Note(start, $"'{words.Text}'", RankOfWord);
                break;
            case ChoicePart choice:
                foreach (var alternative in choice.Alternatives)
                {
                    Match(alternative, 0, Rest);
                    reader.Index = start;
                }

                if (choice.IsOptional) Rest();
                break;
            case SlotPart { Name: "fields" }:
                MatchFields(Rest);
                break;
            case SlotPart slot:
                MatchArgument(definition.Parameters.First(p => p.Name == slot.Name), Rest);
                break;
        }

        reader.Index = start;
    }

    private void MatchFields(Action next)
    {
        var start = reader.Index;
        reader.AcceptAny("the", "all", "every", "all the");
        if (FieldList.TryRead(reader, out var fields))
        {
            reader.AcceptAny("values", "field", "column", "fields", "columns");
            var before = _fields;
            _fields = fields;
            next();
            _fields = before;
            return;
        }

        failure.Note(reader.Index, "a field of the schema", RankOfFields);
        reader.Index = start;
    }

    private void MatchArgument(OperationParameter parameter, Action next)
    {
        var start = reader.Index;
        var bareWords = _bareWords;
        var values = new List<string>();
        while (TryTake(parameter, values))
        {
            _arguments[parameter.Name] = [.. values];
            var after = reader.Index;
            next();
            reader.Index = after;
            if (!parameter.TakesRest || !(reader.AcceptSymbol(",") | reader.AcceptAny("and", "or"))) break;
        }

        _arguments.Remove(parameter.Name);
        _bareWords = bareWords;
        reader.Index = start;
    }

    private bool TryTake(OperationParameter parameter, List<string> values)
    {
        switch (parameter.Kind)
        {
            case ParameterKind.Count or ParameterKind.Number:
                return TryTake(values, t => t.Kind == TokenKind.Number, "a number");
            case ParameterKind.Choice:
                return TryTake(values, t => t.Kind == TokenKind.Word && parameter.Choices.Contains(t.Text.ToLowerInvariant()),
                    $"one of {string.Join(", ", parameter.Choices)}");
            case ParameterKind.Pattern:
                return TryTake(values, t => t.Kind == TokenKind.Regex, "a pattern between slashes");
            case ParameterKind.Pairs:
                if (!TryTake(values, IsText, "a text in quotes")) return false;
                if (!reader.AcceptAny("to", "with", "as", "by"))
                {
                    failure.Note(reader.Index, "'to'", RankOfWord);
                    return false;
                }

                return TryTake(values, IsText, "a text in quotes");
            default:
                return TryTake(values, IsText, "a text in quotes");
        }
    }

    private bool TryTake(List<string> values, Func<Token, bool> fits, string wanted)
    {
        if (!fits(reader.Current))
        {
            failure.Note(reader.Index, wanted, RankOfSlot);
            return false;
        }

        if (reader.Current.Kind == TokenKind.Word) _bareWords++;
        values.Add(reader.Take().Text);
        return true;
    }

    private static bool IsText(Token token) => token.Kind is TokenKind.Quoted or TokenKind.Number or TokenKind.Date
        || (token.Kind == TokenKind.Word && !Words.IsReserved(token.Text));
}
