namespace DbVc.Pipelines;

/// <summary>Reads rules about duplicates.</summary>
internal static class UniqueParser
{
    public static bool TryParse(TokenReader reader, out PipelineRule rule)
    {
        var start = reader.Index;
        if (TryParseNoDuplicates(reader, out rule) || TryParseMustBeUnique(reader, out rule)) return true;
        reader.Index = start;
        return false;
    }

    private static bool TryParseNoDuplicates(TokenReader reader, out PipelineRule rule)
    {
        rule = null!;
        reader.Accept("there");
        var severity = reader.Accept("should be") ? RuleSeverity.Warn : RuleSeverity.Reject;
        reader.AcceptAny("must be", "are", "allow");
        if (!reader.AcceptAny("no_duplicates", "no duplicates", "no duplicate", "no duplicated", "unique")) return false;
        var noun = reader.AcceptAny("records", "rows", "record", "row", "entries", "values", "value", "combinations");
        if (reader.AtEnd)
        {
            if (!noun && reader.Peek(0).Kind == TokenKind.End && reader.Index > 0 && IsBareUnique(reader)) throw reader.Unexpected("a field");
            rule = PipelineRule.Unique(reader.Fields, nullsAreEqual: true).WithSeverity(severity);
            return true;
        }

        reader.AcceptAny("in", "on", "for", "of", "by");
        reader.AcceptAny("the combination of", "combination of");
        if (!FieldList.TryRead(reader, out var fields)) throw reader.Unexpected("a field");
        reader.AcceptAny("together", "allowed", "values");
        if (!reader.AtEnd) throw reader.Unexpected("the end of the rule");
        rule = PipelineRule.Unique(fields).WithSeverity(severity);
        return true;
    }

    /// <summary>"id must be a primary key": no value is missing, and none comes twice.</summary>
    public static IReadOnlyList<PipelineRule>? TryParseKey(TokenReader reader)
    {
        var start = reader.Index;
        if (FieldList.TryRead(reader, out var fields))
        {
            reader.AcceptAny("must", "has to", "have to", "shall");
            if (reader.AcceptAny("be a primary key", "be the primary key", "is a primary key", "is the primary key", "are the primary key") && reader.AtEnd)
                return PipelineRule.Key(fields);
        }

        reader.Index = start;
        return null;
    }

    private static bool IsBareUnique(TokenReader reader)
    {
        var end = reader.Index;
        reader.Index = end - 1;
        var bare = reader.Current.Is("unique");
        reader.Index = end;
        return bare;
    }

    private static bool TryParseMustBeUnique(TokenReader reader, out PipelineRule rule)
    {
        rule = null!;
        reader.AcceptAny("the", "each", "every", "all");
        var combined = reader.AcceptAny("combination of", "pair of", "combinations of");
        if (!FieldList.TryRead(reader, out var fields)) return false;
        reader.AcceptAny("values", "value", "column", "field");
        var start = reader.Index;
        var severity = reader.AcceptAny("should", "ought to") ? RuleSeverity.Warn : RuleSeverity.Reject;
        reader.AcceptAny("must", "has to", "have to", "needs to", "shall");
        var found = reader.AcceptAny("be unique", "is unique", "are unique", "be distinct", "unique", "is distinct",
            "not have duplicates", "not contain duplicates", "have no duplicates", "has no duplicates", "contain no duplicates", "not be duplicated",
            "cannot be duplicated", "not repeat", "not be repeated");
        if (!found)
        {
            reader.Index = start;
            return false;
        }

        combined |= reader.AcceptAny("together", "in combination", "as a pair");
        if (!reader.AtEnd) throw reader.Unexpected("the end of the rule");
        if (fields.Count > 1 && !combined)
        {
            var names = string.Join(" and ", fields.Select(ConditionText.NameField));
            throw new RuleException("it is open whether each field or their combination is meant",
                $"write \"{names} must be unique together\", or one rule for each field.");
        }

        rule = PipelineRule.Unique(fields).WithSeverity(severity);
        return true;
    }
}
