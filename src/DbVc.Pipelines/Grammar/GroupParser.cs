namespace DbVc.Pipelines;

/// <summary>Reads rules about several fields as a group: <c>at least one of a, b must be given</c>, <c>a, b and c must be different</c>.</summary>
internal static class GroupParser
{
    private static readonly string[] s_given = ["given", "present", "provided", "filled", "filled in", "required", "set", "not null", "not empty"];
    private static readonly string[] s_missing = ["empty", "missing", "null", "left out", "left empty", "not given", "absent"];

    public static bool TryParse(TokenReader reader, PredicateParser predicates, out Condition condition)
    {
        var start = reader.Index;
        if (TryParseOneOf(reader, predicates, out condition) || TryParseTogether(reader, predicates, out condition)) return true;
        reader.Index = start;
        return false;
    }

    private static bool TryParseOneOf(TokenReader reader, PredicateParser predicates, out Condition condition)
    {
        condition = null!;
        var start = reader.Index;
        var exactly = reader.AcceptAny("exactly one of", "only one of", "precisely one of");
        var together = !exactly && reader.AcceptAny("all or none of", "either all or none of", "both or neither of", "either both or neither of");
        if ((!exactly && !together && !reader.AcceptAny("at least one of", "one of", "any of", "either"))
            || !FieldList.TryRead(reader, out var fields) || fields.Count < 2)
        {
            reader.Index = start;
            return false;
        }

        predicates.AcceptModal();
        reader.AcceptAny("be", "is", "are");
        if (!reader.AcceptAny(s_given)) throw reader.Unexpected("'must be given'");
        condition = exactly ? ConditionBuilder.OneGiven(fields) : together ? ConditionBuilder.AllOrNone(fields) : ConditionBuilder.AnyGiven(fields);
        return true;
    }

    private static bool TryParseTogether(TokenReader reader, PredicateParser predicates, out Condition condition)
    {
        condition = null!;
        reader.AcceptAny("both", "all of", "all");
        if (!FieldList.TryRead(reader, out var fields) || fields.Count < 2) return false;
        predicates.AcceptModal();
        reader.AcceptAny("either", "both", "all");
        reader.AcceptAny("be", "is", "are");
        reader.AcceptAny("either", "both", "all");
        if (reader.AcceptAny("different from each other", "pairwise different", "distinct from each other", "mutually different", "all different", "different"))
        {
            // "different from X" is a comparison of each.
            if (reader.Current.Is("from") || reader.Current.Is("than")) return false;
            condition = ConditionBuilder.Different(fields);
            return true;
        }

        if (!reader.AcceptAny(s_given) || !reader.Accept("or")) return false;
        reader.AcceptAny("both", "all", "neither");
        reader.AcceptAny("be", "is", "are");
        if (!reader.AcceptAny(s_missing)) return false;
        condition = ConditionBuilder.AllOrNone(fields);
        return true;
    }
}
