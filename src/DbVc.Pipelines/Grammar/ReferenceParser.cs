namespace DbVc.Pipelines;

/// <summary>Reads rules about what is in other tables: <c>customer_id must exist in customers.id</c>.</summary>
internal static class ReferenceParser
{
    private static readonly string[] s_verbs =
    [
        "exist in", "exists in", "be present in", "is present in", "be found in", "be a key of", "refer to", "refers to", "reference", "references",
    ];

    public static PipelineRule? TryParse(TokenReader reader)
    {
        var start = reader.Index;
        reader.AcceptAny("each", "every");
        if (FieldList.TryRead(reader, out var fields))
        {
            var severity = reader.AcceptAny("should", "ought to") ? RuleSeverity.Warn : RuleSeverity.Reject;
            reader.AcceptAny("must", "has to", "have to", "needs to", "shall");
            if (reader.AcceptAny(s_verbs))
            {
                reader.AcceptAny("the table", "table", "the column", "column");
                var rule = PipelineRule.ReferringTo(fields, ReadTarget(reader, fields.Count));
                return rule.WithSeverity(severity);
            }
        }

        reader.Index = start;
        return null;
    }

    private static KeyReference ReadTarget(TokenReader reader, int fields)
    {
        var table = TakeName(reader, "a table");
        var columns = new List<string>();
        if (reader.AcceptSymbol("."))
        {
            columns.Add(TakeName(reader, "a column"));
        }
        else if (reader.AcceptSymbol("("))
        {
            do columns.Add(TakeName(reader, "a column"));
            while (reader.AcceptSymbol(","));
            if (!reader.AcceptSymbol(")")) throw reader.Unexpected("')'");
        }

        return columns.Count == 0 || columns.Count == fields ? new KeyReference(table, columns)
            : throw new RuleException($"{fields} fields cannot refer to {columns.Count} columns");
    }

    private static string TakeName(TokenReader reader, string what) => reader.Current.Kind is TokenKind.Word or TokenKind.Name or TokenKind.Quoted
        ? reader.Take().Text : throw reader.Unexpected("the name of " + what);
}
