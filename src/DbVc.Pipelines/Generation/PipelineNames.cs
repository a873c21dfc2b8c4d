using System.Text.RegularExpressions;

namespace DbVc.Pipelines;

/// <summary>The identifiers that a pipeline's generated code uses, all different where they must be.</summary>
internal sealed class PipelineNames
{
    // Members that every struct or class has already.
    private static readonly string[] s_taken = ["Equals", "GetHashCode", "GetType", "ToString", "ReferenceEquals", "MemberwiseClone", "Finalize"];

    private static readonly (string Sign, string Word)[] s_signs =
    [
        (" / ", " divided by "), ("-", " minus "), ("*", " times "), ("+", " plus "), (">=", " at least "), ("<=", " at most "), (">", " above "),
        ("<", " below "),
    ];

    private static readonly string[] s_used =
    [
        "Arithmetic", CustomRulesWriter.ClassName, "DateOnly", "DateTime", "Pattern", "Rules", "StringComparison", "System", "Text", "TextSet", "TimeSpan",
        "UniqueKey",
    ];

    private const int LongestRuleName = 60;
    private const int MostParameters = 7;

    private readonly Dictionary<string, string> _fields = [];
    private readonly Dictionary<string, string> _parameters = [];
    private readonly Dictionary<(string Text, RuleSeverity Severity), string> _rules = [];
    private readonly Dictionary<DescribedTest, string> _described = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FieldOperation, string> _operations = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<FieldOperation, string> _constants = new(ReferenceEqualityComparer.Instance);

    public PipelineNames(PipelineSpec spec)
    {
        Namespace = spec.Name;
        var table = Identifiers.Pascal(spec.Destination.Table, "Table");
        RowType = table + "Row";
        ReaderType = table + "Reader";
        var taken = new HashSet<string>(s_taken, StringComparer.OrdinalIgnoreCase) { RowType };
        foreach (var field in spec.Fields)
        {
            var name = Identifiers.Claim(Identifiers.Pascal(field.Name, "Field"), taken);
            _fields[field.Name] = name;
            _parameters[field.Name] = Identifiers.Camel(name);
        }

        // Nor may a rule be called as something that rules call.
        var validators = new HashSet<string>([.. s_taken, "Validators", .. s_used], StringComparer.OrdinalIgnoreCase);
        foreach (var rule in spec.Rules.Where(r => !r.IsForHost)) _rules[(rule.Text, rule.Severity)] = Identifiers.Claim(RuleName(rule), validators);
        var custom = new HashSet<string>([.. s_taken, .. s_used], StringComparer.OrdinalIgnoreCase);
        foreach (var rule in spec.Rules)
        {
            foreach (var test in rule.Described) _described[test] = Identifiers.Claim(DescribedName(test) ?? Of(rule), custom);
        }

        var preprocessors = new HashSet<string>(s_taken, StringComparer.OrdinalIgnoreCase) { "Preprocessors" };
        foreach (var field in spec.Fields) preprocessors.Add("Preprocess" + _fields[field.Name]);
        foreach (var operation in spec.Operations) _operations[operation] = Identifiers.Claim(OperationName(operation), preprocessors);
        foreach (var operation in spec.Operations) _constants[operation] = Identifiers.Claim(_operations[operation] + "Values", preprocessors);
    }

    public string Namespace { get; }

    public string RowType { get; }

    public string ReaderType { get; }

    /// <summary>The member of the row, for example <c>UserId</c>.</summary>
    public string Of(PipelineField field) => _fields[field.Name];

    /// <summary>The parameter of a method, for example <c>userId</c>.</summary>
    public string Parameter(PipelineField field) => _parameters[field.Name];

    /// <summary>The method of a rule, for example <c>EmailMustBeValid</c>; for duplicates the method that makes the key.</summary>
    public string Of(PipelineRule rule) => _rules[(rule.Text, rule.Severity)];

    /// <summary>The method of what is said in words of its own; those of one pipeline stand in one class.</summary>
    public string Of(DescribedTest test) => _described[test];

    /// <summary>Whether a rule's method takes the whole row, as it is about more fields than a reader wants parameters.</summary>
    public static bool TakesRow(PipelineRule rule) => rule.Fields.Count > MostParameters;

    /// <summary>The parameters of a rule's method.</summary>
    public string ParametersOf(PipelineRule rule) =>
        TakesRow(rule) ? $"in {RowType} row" : string.Join(", ", rule.Fields.Select(f => $"{CSharpTypes.Of(f.Type)} {Parameter(f)}"));

    /// <summary>A field's value inside a rule's method.</summary>
    public string ValueIn(PipelineRule rule, PipelineField field) => TakesRow(rule) ? "row." + Of(field) : Parameter(field);

    /// <summary>The arguments of a rule's method where <paramref name="row"/> is the row.</summary>
    public string Arguments(PipelineRule rule, string row = "row") =>
        TakesRow(rule) ? $"in {row}" : string.Join(", ", rule.Fields.Select(f => $"{row}.{Of(f)}"));

    /// <summary>The method of an operation, for example <c>TrimEmail</c>.</summary>
    public string Of(FieldOperation operation) => _operations[operation];

    /// <summary>The constant of an operation, for example <c>MapStatusValues</c>.</summary>
    public string ConstantOf(FieldOperation operation) => _constants[operation];

    private string RuleName(PipelineRule rule)
    {
        if (rule.IsUnique) return (rule.NullsAreEqual ? "Record" : string.Join("And", rule.Fields.Take(4).Select(Of))) + "Key";
        if (rule.Condition is HasFormat { Negated: false } format
            && Of(format.Field).Contains(format.Format.Name, StringComparison.OrdinalIgnoreCase))
        {
            return Of(format.Field) + "MustBeValid";
        }

        if (rule.Condition is Matches matches) return Of(matches.Field) + (matches.Negated ? "MustNotMatchPattern" : "MustMatchPattern");
        if (rule.Condition is Presence { Kind: PresenceKind.Given } given) return Of(given.Field) + "IsRequired";
        if (rule.Condition is DescribedTest described && DescribedName(described) is { } said) return said;
        var text = rule.Text;
        foreach (var field in rule.Fields)
        {
            var shown = ConditionText.NameField(field);
            text = shown[0] == '`' ? text.Replace(shown, Of(field), StringComparison.Ordinal) : Regex.Replace(text, $@"\b{Regex.Escape(shown)}\b", Of(field));
        }

        foreach (var (sign, word) in s_signs) text = text.Replace(sign, word, StringComparison.Ordinal);

        // What would be a sentence as a name stands above the method; the name says which fields agree.
        var whole = Identifiers.Pascal(Regex.Replace(text, @"(?<=\d)\.(?=\d)", " point "), "Rule");
        return whole.Length <= LongestRuleName ? whole : Identifiers.Pascal(string.Join(" and ", rule.Fields.Take(4).Select(Of)) + " rule", "Rule");
    }

    /// <summary>Null where the words are too many for a name.</summary>
    private static string? DescribedName(DescribedTest test) =>
        Identifiers.Pascal(test.Words, "Rule") is { Length: <= LongestRuleName } name ? name : null;

    private string OperationName(FieldOperation operation)
    {
        var field = Of(operation.Field);
        var definition = operation.Definition;
        if (definition.Name == "normalize_email" && !field.EndsWith("Email", StringComparison.OrdinalIgnoreCase)) return $"NormalizeEmailIn{field}";
        return (definition.MethodName ?? (definition.Method ?? Identifiers.Pascal(definition.Name, "Operation")) + "{0}")
            .Replace("{0}", field, StringComparison.Ordinal);
    }
}
