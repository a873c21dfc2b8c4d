using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads English preprocessing steps.</summary>
internal sealed class OperationParser
{
    private readonly TokenReader _reader;

    private OperationParser(TokenReader reader) => _reader = reader;

    /// <summary>Parses one sentence; a step without fields applies to every field it can.</summary>
    public static IReadOnlyList<FieldOperation> Parse(string text, IReadOnlyList<PipelineField> fields)
    {
        try
        {
            var parser = new OperationParser(new TokenReader(text, fields));
            var operations = parser.ParseSentence();
            return parser._reader.AtEnd ? operations : throw parser._reader.Unexpected("the end of the step");
        }
        catch (RuleException e)
        {
            var known = $"Nearest known forms: {string.Join(" | ", Suggestion.NearestForms(text, KnownForms.Operations, 3))}";
            throw new RuleException($"\"{text}\" is not understood: {e.Message}", e.Suggestion is null ? known : $"{e.Suggestion} {known}");
        }
    }

    private List<FieldOperation> ParseSentence()
    {
        if (_reader.AtEnd) throw new RuleException("it is empty");
        if (_reader.AcceptAny("left trim", "ltrim")) return OnTextFields(OperationKind.LeftTrim);
        if (_reader.AcceptAny("right trim", "rtrim")) return OnTextFields(OperationKind.RightTrim);
        if (_reader.AcceptAny("trim", "strip")) return OnTextFields(OperationKind.Trim, "whitespace", "white space", "spaces", "all fields");
        if (_reader.AcceptAny("collapse", "squeeze")) return OnTextFields(OperationKind.CollapseWhitespace, "whitespace", "white space", "spaces");
        if (_reader.AcceptAny("normalize whitespace", "normalise whitespace")) return OnTextFields(OperationKind.CollapseWhitespace);
        if (_reader.AcceptAny("remove spaces", "remove whitespace", "remove all spaces", "remove_spaces")) return OnNamedFields(OperationKind.RemoveSpaces);
        if (_reader.AcceptAny("normalize email", "normalize emails", "normalize e-mail", "normalize_email")) return OnEmailField();
        if (_reader.AcceptAny("normalise email", "normalise emails", "normalise e-mail", "normalise_email")) return OnEmailField();
        if (_reader.AcceptAny("lowercase", "lower case", "lower", "make lowercase")) return OnNamedFields(OperationKind.Lowercase);
        if (_reader.AcceptAny("uppercase", "upper case", "upper", "make uppercase")) return OnNamedFields(OperationKind.Uppercase);
        if (_reader.AcceptAny("handle nulls", "handle_nulls", "handle null values")) return OnFieldsOrAll(OperationKind.HandleNulls);
        if (_reader.AcceptAny("empty to null", "empty_to_null", "empty strings to null", "empty is null")) return OnFieldsOrAll(OperationKind.EmptyToNull);
        if (_reader.AcceptAny("convert", "cast")) return ParseConvert();
        if (_reader.AcceptAny("treat")) return ParseTreat();
        if (_reader.AcceptAny("replace")) return ParseReplace();
        if (_reader.AcceptAny("default")) return ParseDefault();
        if (_reader.AcceptAny("normalize", "normalise") && _reader.FindField(_reader.Current) is { Type: FieldType.Text } field
            && field.Name.Contains("mail", StringComparison.OrdinalIgnoreCase))
        {
            _reader.Take();
            return [OperationBuilder.Build(field, OperationKind.NormalizeEmail)];
        }

        throw _reader.Unexpected("a step such as trim, lowercase or convert");
    }

    private List<FieldOperation> OnTextFields(OperationKind kind, params ReadOnlySpan<string> nouns)
    {
        _reader.AcceptAny(nouns);
        if (_reader.AtEnd) return OnAll(kind, textOnly: true);
        return OnNamedFields(kind);
    }

    private List<FieldOperation> OnFieldsOrAll(OperationKind kind) => _reader.AtEnd ? OnAll(kind, textOnly: false) : OnNamedFields(kind);

    private List<FieldOperation> OnAll(OperationKind kind, bool textOnly)
    {
        var fields = _reader.Fields.Where(f => !textOnly || f.Type == FieldType.Text).ToList();
        return fields.Count > 0 ? [.. fields.Select(f => OperationBuilder.Build(f, kind))] : throw new RuleException("the schema has no text field");
    }

    private List<FieldOperation> OnNamedFields(OperationKind kind, params IReadOnlyList<string> arguments)
    {
        _reader.AcceptAny("in", "from", "of", "on", "for");
        if (_reader.AcceptAny("all fields", "all text fields", "all columns", "every field")) return OnAll(kind, textOnly: true);
        if (!FieldList.TryRead(_reader, out var fields)) throw _reader.Unexpected("a field of the schema");
        _reader.AcceptAny("values", "field", "column", "fields", "columns");
        return [.. fields.Select(f => OperationBuilder.Build(f, kind, arguments))];
    }

    private List<FieldOperation> OnEmailField()
    {
        _reader.AcceptAny("addresses", "address");
        if (!_reader.AtEnd) return OnNamedFields(OperationKind.NormalizeEmail);
        var exact = _reader.Fields.Where(f => f.Name.Equals("email", StringComparison.OrdinalIgnoreCase)).ToList();
        var similar = _reader.Fields.Where(f => f.Type == FieldType.Text && f.Name.Contains("mail", StringComparison.OrdinalIgnoreCase));
        var found = exact.Count == 1 ? exact : [.. similar];
        return found.Count switch
        {
            1 => [OperationBuilder.Build(found[0], OperationKind.NormalizeEmail)],
            0 => throw new RuleException("the schema has no text field whose name holds 'mail'", "say which field, for example: normalize email in contact."),
            _ => throw new RuleException($"{string.Join(" and ", found.Select(f => f.Name))} could both be meant",
                "say which field, for example: normalize email in contact."),
        };
    }

    private List<FieldOperation> ParseConvert()
    {
        if (!FieldList.TryRead(_reader, out var fields)) throw _reader.Unexpected("a field of the schema");
        _reader.AcceptAny("to an", "to a", "to", "into");
        OperationKind kind;
        var isWhole = fields.All(f => f.Type == FieldType.Integer);
        if (_reader.AcceptAny("int", "integer", "whole number") || (isWhole && _reader.Accept("number"))) kind = OperationKind.ConvertToInt;
        else if (_reader.AcceptAny("float", "number", "decimal", "real", "double")) kind = OperationKind.ConvertToFloat;
        else if (_reader.AcceptAny("lowercase", "lower case")) kind = OperationKind.Lowercase;
        else if (_reader.AcceptAny("uppercase", "upper case")) kind = OperationKind.Uppercase;
        else throw _reader.Unexpected("int, float, lowercase or uppercase");
        return [.. fields.Select(f => OperationBuilder.Build(f, kind))];
    }

    private List<FieldOperation> ParseTreat()
    {
        var tokens = new List<string> { TakeText() };
        while (_reader.AcceptSymbol(",") | _reader.AcceptAny("and", "or")) tokens.Add(TakeText());
        if (!_reader.AcceptAny("as null", "as missing", "as empty")) throw _reader.Unexpected("'as null'");
        if (_reader.AtEnd) return [.. _reader.Fields.Select(f => OperationBuilder.Build(f, OperationKind.NullTokens, tokens))];
        return OnNamedFields(OperationKind.NullTokens, tokens);
    }

    private List<FieldOperation> ParseReplace()
    {
        var search = TakeText();
        if (!_reader.AcceptAny("with", "by")) throw _reader.Unexpected("'with'");
        var replacement = TakeText();
        if (!_reader.AcceptAny("in")) throw _reader.Unexpected("'in' and a field");
        return OnNamedFields(OperationKind.Replace, search, replacement);
    }

    private List<FieldOperation> ParseDefault()
    {
        if (!_reader.TryTakeField(out var field)) throw _reader.Unexpected("a field of the schema");
        _reader.AcceptAny("to", "is");
        return [OperationBuilder.Build(field, OperationKind.DefaultTo, TakeText())];
    }

    private string TakeText()
    {
        var token = _reader.Current;
        var isText = token.Kind is TokenKind.Quoted or TokenKind.Number or TokenKind.Date
            || (token.Kind == TokenKind.Word && !Words.IsReserved(token.Text));
        if (!isText) throw _reader.Unexpected("a text in quotes");
        _reader.Take();
        return token.Text;
    }
}
