namespace DbVc.Pipelines;

/// <summary>What a sentence about whole rows does with them: <c>drop rows where …</c>, <c>keep only rows where …</c>, <c>fail if …</c>.</summary>
/// <param name="Severity">For the rows that are named, or for the others when <paramref name="Keeps"/>.</param>
/// <param name="Keeps">Whether the rows that are named are those to keep. A test of NULL does not name a row.</param>
internal sealed record FilterVerb(RuleSeverity Severity, bool Keeps)
{
    private static readonly string[] s_rows = ["rows", "records", "row", "record", "any row", "any record", "all rows", "all records", "every row", "lines"];
    private static readonly string[] s_relations = ["where", "if", "when", "with", "whose", "in which", "for which", "that have", "having"];

    private static readonly (string[] Words, FilterVerb Verb)[] s_verbs =
    [
        (["drop", "skip", "ignore", "discard", "exclude", "leave out", "filter out", "omit", "remove", "delete"], new(RuleSeverity.Drop, Keeps: false)),
        (["keep only", "only keep", "keep", "load only", "only load", "take only", "only take", "import only"], new(RuleSeverity.Drop, Keeps: true)),
        (["reject", "quarantine"], new(RuleSeverity.Reject, Keeps: false)),
        (["warn about", "warn on", "flag"], new(RuleSeverity.Warn, Keeps: false)),
        (["fail on", "stop on", "abort on"], new(RuleSeverity.Fail, Keeps: false)),
    ];

    private static readonly (string[] Words, FilterVerb Verb)[] s_alone =
    [
        (["fail if", "fail when", "fail the run if", "stop if", "stop when", "abort if", "abort when"], new(RuleSeverity.Fail, Keeps: false)),
        (["warn if", "warn when"], new(RuleSeverity.Warn, Keeps: false)),
        (["reject if", "reject when"], new(RuleSeverity.Reject, Keeps: false)),
    ];

    /// <summary>Takes a verb with its rows; null, with nothing taken, when none comes next.</summary>
    public static FilterVerb? TryTake(TokenReader reader)
    {
        var start = reader.Index;
        foreach (var (words, verb) in s_alone)
        {
            if (reader.AcceptAny(words)) return verb;
        }

        foreach (var (words, verb) in s_verbs)
        {
            reader.Index = start;
            if (!reader.AcceptAny(words)) continue;
            reader.Accept("the");
            if (reader.AcceptAny(s_rows) && reader.AcceptAny(s_relations)) return verb;
        }

        reader.Index = start;
        return null;
    }
}
