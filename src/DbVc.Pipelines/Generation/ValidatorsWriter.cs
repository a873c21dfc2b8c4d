namespace DbVc.Pipelines;

/// <summary>Writes <c>generated/Validators.cs</c>: one method per rule.</summary>
internal sealed class ValidatorsWriter(PipelineSpec spec, PipelineNames names)
{
    public string Write()
    {
        var code = new CodeWriter();
        CSharpTypes.WriteHeader(code, spec, "System", "DbVc.PipelineRuntime");
        code.Line($"namespace {names.Namespace};");
        code.Line();
        code.Summary($"The rules of {spec.Destination.Table}: each says whether its values pass. NULL passes every rule that does not ask for NULL."
            + HostRules());
        code.Open("public static class Validators");
        var rules = spec.CheckedRules;
        WriteConstants(code, rules);
        for (var i = 0; i < rules.Count; i++)
        {
            if (i > 0) code.Line();
            if (rules[i].IsUnique) WriteKey(code, rules[i]);
            else WriteRule(code, rules[i]);
        }

        code.Close();
        return code.ToString();
    }

    /// <summary>Rules that no single row can break are no part of the code; a reader should not look for them in it.</summary>
    private string HostRules()
    {
        var tables = spec.Rules.Where(r => r.Table is not null).Select(r => r.Text).ToList();
        var loaded = spec.Rules.Where(r => r.IsForLoad).Select(r => r.Text).ToList();
        return (loaded.Count == 0 ? "" : $" Judged by db-vc when a row is loaded, and not here: {string.Join("; ", loaded)}.")
            + (tables.Count == 0 ? "" : $" Judged by db-vc once all rows are loaded, and not here: {string.Join("; ", tables)}.");
    }

    private void WriteConstants(CodeWriter code, IReadOnlyList<PipelineRule> rules)
    {
        var any = false;
        foreach (var rule in rules.Where(r => !r.IsUnique))
        {
            var index = 0;
            foreach (var pattern in ConditionCode.Patterns(rule.Condition!))
            {
                code.Line($"private static readonly Pattern {ConditionCode.PatternName(names.Of(rule), index++)} = new({Literals.Text(pattern.Pattern)});");
                any = true;
            }

            index = 0;
            foreach (var list in ConditionCode.Lists(rule.Condition!))
            {
                var values = string.Join(", ", list.Values.Select(v => Literals.Text(((TextOperand)v).Value)));
                code.Line($"private static readonly TextSet {ConditionCode.ListName(names.Of(rule), index++)} = new({values});");
                any = true;
            }
        }

        if (any) code.Line();
    }

    private void WriteRule(CodeWriter code, PipelineRule rule)
    {
        code.Summary(rule.Text + ".");
        var method = names.Of(rule);
        code.Line($"public static bool {method}({names.ParametersOf(rule)}) =>");
        code.Line($"    {new ConditionCode(f => names.ValueIn(rule, f)) { NameOfDescribed = names.Of }.Write(rule, method)};");
    }

    private void WriteKey(CodeWriter code, PipelineRule rule)
    {
        code.Summary($"The key for: {rule.Text}. {(rule.NullsAreEqual ? "NULL equals NULL." : "A key with a NULL is never a duplicate.")}");
        code.Open($"public static UniqueKey {names.Of(rule)}({names.ParametersOf(rule)})");
        code.Line("var key = UniqueKey.Start();");
        foreach (var field in rule.Fields) code.Line($"key.Add({names.ValueIn(rule, field)});");
        code.Line("return key;");
        code.Close();
    }
}
