namespace DbVc.Pipelines;

/// <summary>Reads rules about the time of the load: <c>seen_at must not be in the future</c>, <c>seen_at must be at most 30 days old</c>.</summary>
internal static class TimeParser
{
    /// <summary>Null, with nothing taken, when the sentence is about something else; one rule for each field otherwise.</summary>
    public static IReadOnlyList<PipelineRule>? TryParse(TokenReader reader)
    {
        var start = reader.Index;
        reader.AcceptAny("both", "all of", "each of", "all", "each", "every");
        if (FieldList.TryRead(reader, out var fields))
        {
            var predicates = new PredicateParser(reader);
            var forbids = predicates.AcceptModal();
            if (reader.AcceptAny("be", "is", "are", "lie")) forbids ^= reader.AcceptAny("not", "never");
            if (TryParseKind(reader, forbids) is var (kind, age))
            {
                var offset = reader.AcceptAny("at offset", "with offset") ? TakeOffset(reader) : null;
                return [.. fields.Select(f => TimeBound.RuleFor(f, kind, age, offset).WithSeverity(predicates.Severity))];
            }
        }

        reader.Index = start;
        return null;
    }

    private static (TimeBoundKind Kind, RuleAge? Age)? TryParseKind(TokenReader reader, bool forbids)
    {
        if (reader.AcceptAny("in the future", "a future date", "a future time")) return (forbids ? TimeBoundKind.NotFuture : TimeBoundKind.Future, null);
        if (reader.AcceptAny("in the past", "a past date", "a past time")) return (forbids ? TimeBoundKind.NotPast : TimeBoundKind.Past, null);
        var isOlder = reader.AcceptAny("older than", "more than");
        if (forbids != isOlder || (!isOlder && !reader.AcceptAny("at most", "no more than", "no older than"))) return null;
        // "at most 30" may go on in another way.
        if (reader.Current.Kind != TokenKind.Number || RuleAge.Parse($"{reader.Current.Text} {reader.Peek(1).Text}") is not { Count: > 0 } age) return null;
        var isLongForm = reader.Peek(-1).Is("most") || reader.Peek(-2).Is("more");
        reader.Index += 2;
        return reader.Accept("old") || !isLongForm ? (TimeBoundKind.MaxAge, age) : null;
    }

    private static string TakeOffset(TokenReader reader) =>
        reader.Current.Kind == TokenKind.Quoted ? reader.Take().Text : throw reader.Unexpected("an offset in quotes, such as '+02:00'");
}
