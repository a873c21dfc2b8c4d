using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads English preprocessing steps by the phrases of the vocabulary.</summary>
internal static class OperationParser
{
    /// <summary>Parses one sentence; a step without fields applies to every field that its phrase means.</summary>
    public static IReadOnlyList<FieldOperation> Parse(string text, IReadOnlyList<PipelineField> fields)
    {
        try
        {
            return Read(new TokenReader(text, fields));
        }
        catch (RuleException e)
        {
            var forms = OperationVocabulary.All.SelectMany(o => o.Phrases).Select(p => p.Shown).Distinct().ToList();
            var known = $"Nearest known forms: {string.Join(" | ", Suggestion.NearestForms(text, forms, 3))}";
            throw new RuleException($"\"{text}\" is not understood: {e.Message}", e.Suggestion is null ? known : $"{e.Suggestion} {known}");
        }
    }

    private static IReadOnlyList<FieldOperation> Read(TokenReader reader)
    {
        if (reader.AtEnd) throw new RuleException("it is empty");
        var failure = new FurthestFailure();
        var readings = OperationVocabulary.All.SelectMany(o => o.Phrases.SelectMany(p => new PhraseMatcher(o, p, reader, failure).Match())).ToList();
        if (readings.Count == 0)
        {
            reader.Index = Math.Max(0, failure.Index);
            if (failure.Index >= 0) throw reader.Unexpected(failure.Wanted);
            var first = OperationVocabulary.All.SelectMany(o => o.Phrases).Select(p => p.Shown.Split(' ')[0]).Distinct();
            throw reader.Unexpected("a step such as trim, lowercase or convert", first);
        }

        var fewest = readings.Min(r => r.BareWords);
        RuleException? wrong = null;
        var meanings = new Dictionary<string, IReadOnlyList<FieldOperation>>();
        foreach (var reading in readings.Where(r => r.BareWords == fewest))
        {
            try
            {
                var operations = Build(reading, reader.Fields);
                meanings[string.Join("; ", operations.Select(o => o.Text))] = operations;
            }
            catch (RuleException e)
            {
                wrong ??= e;
            }
        }

        return meanings.Count switch
        {
            1 => meanings.Values.First(),
            0 => throw wrong!,
            _ => throw new RuleException($"it could mean {string.Join(" or ", meanings.Keys.Select(m => $"\"{m}\""))}", "write the one that you mean."),
        };
    }

    private static List<FieldOperation> Build(PhraseReading reading, IReadOnlyList<PipelineField> all)
    {
        var definition = reading.Definition;
        var fields = reading.Phrase.Scope == PhraseScope.Named ? reading.Fields : FieldsOf(reading.Phrase.Scope, definition, all);
        if (reading.Phrase.Only is { } only && fields.FirstOrDefault(f => f.Type != only) is { } other)
        {
            throw new RuleException($"it is said of {FieldTypes.Describe(only)}, and {ConditionText.NameField(other)} is {FieldTypes.Describe(other.Type)}");
        }

        var arguments = definition.Parameters
            .SelectMany(p => reading.Arguments.TryGetValue(p.Name, out var given) ? given : p.Default is null ? [] : [p.Default]);
        return [.. fields.Select(f => OperationBuilder.Build(f, definition, [.. arguments]))];
    }

    private static IReadOnlyList<PipelineField> FieldsOf(PhraseScope scope, OperationDefinition definition, IReadOnlyList<PipelineField> all)
    {
        if (scope == PhraseScope.Email) return [EmailField(all)];
        var fields = all.Where(f => scope == PhraseScope.EveryText ? f.Type == FieldType.Text : definition.Takes(f.Type)).ToList();
        return fields.Count > 0 ? fields : throw new RuleException(scope == PhraseScope.EveryText ? "the schema has no text field"
            : $"the schema has no field that is {FieldTypes.Describe(definition.Types)}");
    }

    private static PipelineField EmailField(IReadOnlyList<PipelineField> all)
    {
        var exact = all.Where(f => f.Name.Equals("email", StringComparison.OrdinalIgnoreCase)).ToList();
        var similar = all.Where(f => f.Type == FieldType.Text && f.Name.Contains("mail", StringComparison.OrdinalIgnoreCase));
        var found = exact.Count == 1 ? exact : [.. similar];
        const string Question = "say which field, for example: normalize email in contact.";
        return found.Count switch
        {
            1 => found[0],
            0 => throw new RuleException("the schema has no text field whose name holds 'mail'", Question),
            _ => throw new RuleException($"{string.Join(" and ", found.Select(f => f.Name))} could both be meant", Question),
        };
    }
}
