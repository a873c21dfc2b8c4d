namespace DbVc.Pipelines;

/// <summary>Writes <c>tests/ValidatorsTests.cs</c>: for each rule what passes, what breaks it, its bounds and NULL.</summary>
internal sealed class ValidatorsTestsWriter(PipelineSpec spec, PipelineNames names)
{
    private readonly CodeWriter _code = new();

    public string Write()
    {
        var properties = new PropertyTestsWriter(_code, names);
        CSharpTypes.WriteHeader(_code, spec, "System", "DbVc.PipelineRuntime", "Xunit");
        _code.Line($"namespace {names.Namespace}.Tests;");
        _code.Line();
        _code.Open("public sealed class ValidatorsTests");
        var rules = spec.CheckedRules;
        var first = true;
        foreach (var rule in rules)
        {
            if (!first) _code.Line();
            first = false;
            if (rule.IsUnique) WriteKeyTest(rule);
            else WriteRuleTest(rule);
            properties.Write(rule, valueOf => Arguments(rule, valueOf));
        }

        TestCode.WriteParsers(_code, rules.SelectMany(r => r.Fields).Select(f => f.Type));
        _code.Close();
        return _code.ToString();
    }

    private void WriteRuleTest(PipelineRule rule)
    {
        var cases = RuleCases.Of(rule);
        var method = names.Of(rule);
        var constant = cases.All(c => c.Cells.All(TestCode.IsConstant));
        if (!constant) WriteData(rule, cases, method);
        _code.Line("[Theory]");
        if (!constant) _code.Line($"[MemberData(nameof({method}Cases))]");
        foreach (var (cells, expected) in constant ? cases : []) _code.Line($"[InlineData({Row(rule, cells, expected)})]");
        var parameters = string.Join(", ", rule.Fields.Select(f => $"{TestCode.ParameterType(f.Type)} {names.Parameter(f)}"));
        _code.Line($"public void {method}({parameters}, bool expected) =>");
        _code.Line($"    Assert.Equal(expected, Validators.{method}({Arguments(rule, names.Parameter)}));");
    }

    private void WriteData(PipelineRule rule, IReadOnlyList<RuleCase> cases, string method)
    {
        var types = string.Join(", ", rule.Fields.Select(f => TestCode.ParameterType(f.Type)));
        _code.Line($"public static TheoryData<{types}, bool> {method}Cases => new()");
        _code.Line("{");
        _code.Indent();
        foreach (var (cells, expected) in cases) _code.Line($"{{ {Row(rule, cells, expected)} }},");
        _code.Outdent();
        _code.Line("};");
        _code.Line();
    }

    private static string Row(PipelineRule rule, IReadOnlyList<string?> cells, bool expected) =>
        string.Join(", ", cells.Select((c, i) => TestCode.Value(rule.Fields[i].Type, c))) + (expected ? ", true" : ", false");

    private void WriteKeyTest(PipelineRule rule)
    {
        var method = names.Of(rule);
        var first = rule.Fields.Select(f => SampleCells.Plain(f.Type)[0]).ToArray<string?>();
        _code.Line("[Fact]");
        _code.Open($"public void {method}_is_equal_for_duplicates_only()");
        _code.Line($"var seen = new UniqueSet({(rule.NullsAreEqual ? "nullsAreEqual: true" : "")});");
        _code.Line($"Assert.True(seen.Add({KeyCall(rule, first)}));");
        _code.Line($"Assert.False(seen.Add({KeyCall(rule, first)}));");
        for (var i = 0; i < (PipelineNames.TakesRow(rule) ? 0 : rule.Fields.Count); i++) _code.Line($"Assert.True(seen.Add({OtherKey(rule, first, i)}));");
        var unknown = first.ToArray();
        unknown[^1] = null;
        _code.Line($"Assert.True(seen.Add({KeyCall(rule, unknown)}));");
        _code.Line($"Assert.{(rule.NullsAreEqual ? "False" : "True")}(seen.Add({KeyCall(rule, unknown)}));");
        _code.Close();
        for (var i = 0; i < rule.Fields.Count && PipelineNames.TakesRow(rule); i++)
        {
            _code.Line();
            _code.Line("[Fact]");
            _code.Open($"public void {method}_tells_{names.Of(rule.Fields[i])}_apart()");
            _code.Line("var seen = new UniqueSet();");
            _code.Line($"Assert.True(seen.Add({KeyCall(rule, first)}));");
            _code.Line($"Assert.True(seen.Add({OtherKey(rule, first, i)}));");
            _code.Close();
        }
    }

    private string OtherKey(PipelineRule rule, string?[] cells, int field)
    {
        var other = cells.ToArray();
        other[field] = SampleCells.Plain(rule.Fields[field].Type)[1];
        return KeyCall(rule, other);
    }

    private string KeyCall(PipelineRule rule, string?[] cells) =>
        $"Validators.{names.Of(rule)}({Arguments(rule, f => TestCode.Value(f.Type, cells[rule.Fields.ToList().IndexOf(f)]))})";

    /// <summary>The arguments of a rule's method, made of the texts that <paramref name="valueOf"/> names.</summary>
    private string Arguments(PipelineRule rule, Func<PipelineField, string> valueOf)
    {
        if (!PipelineNames.TakesRow(rule)) return string.Join(", ", rule.Fields.Select(f => TestCode.Convert(f.Type, valueOf(f))));
        var members = rule.Fields.Select(f => $"{names.Of(f)} = {TestCode.Convert(f.Type, valueOf(f))}");
        return $"new {names.RowType} {{ {string.Join(", ", members)} }}";
    }
}
