namespace DbVc.Pipelines;

/// <summary>Reads <c>a, b and c</c> as fields.</summary>
internal static class FieldList
{
    /// <summary>False, with nothing taken, when no field comes next.</summary>
    public static bool TryRead(TokenReader reader, out List<PipelineField> fields)
    {
        fields = [];
        reader.AcceptAny("the");
        if (!reader.TryTakeField(out var first)) return false;
        fields.Add(first);
        while (true)
        {
            var start = reader.Index;
            var separated = reader.AcceptSymbol(",");
            separated |= reader.AcceptAny("and", "or");
            if (separated && reader.TryTakeField(out var next))
            {
                fields.Add(next);
                continue;
            }

            reader.Index = start;
            return true;
        }
    }
}
