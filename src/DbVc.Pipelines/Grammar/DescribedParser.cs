namespace DbVc.Pipelines;

/// <summary>Reads what is said in words of its own, with examples: <c>vat_id must satisfy 'the check digit is right' as in 'DE1' but not 'DE2'</c>.</summary>
internal static class DescribedParser
{
    /// <summary>False, with nothing taken, for another sentence.</summary>
    public static bool TryParse(TokenReader reader, PredicateParser predicates, out Condition condition)
    {
        condition = null!;
        var start = reader.Index;
        if (FieldList.TryRead(reader, out var fields))
        {
            var negated = predicates.AcceptModal();
            if (reader.AcceptAny("satisfy", "satisfies") && reader.Current.Kind == TokenKind.Quoted)
            {
                var words = reader.Take().Text;
                if (!reader.AcceptAny("as in", "as", "such as")) throw reader.Unexpected("'as in' with examples of what passes");
                var passing = ReadExamples(reader, fields.Count);
                if (!reader.Accept("but not")) throw reader.Unexpected("'but not' with examples of what does not pass");
                condition = ConditionBuilder.Described(fields, words, passing, ReadExamples(reader, fields.Count));
                if (negated) condition = ConditionBuilder.Negate(condition);
                return true;
            }
        }

        reader.Index = start;
        return false;
    }

    private static List<IReadOnlyList<Operand>> ReadExamples(TokenReader reader, int fields)
    {
        var examples = new List<IReadOnlyList<Operand>>();
        do examples.Add(ReadExample(reader, fields));
        while (reader.AcceptSymbol(","));
        return examples;
    }

    private static List<Operand> ReadExample(TokenReader reader, int fields)
    {
        if (fields == 1) return [OperandParser.ParseListValue(reader)];
        if (!reader.AcceptSymbol("(")) throw reader.Unexpected("'(' before the values of an example");
        var values = new List<Operand>();
        do values.Add(OperandParser.ParseListValue(reader));
        while (reader.AcceptSymbol(","));
        return reader.AcceptSymbol(")") ? values : throw reader.Unexpected("')'");
    }
}
