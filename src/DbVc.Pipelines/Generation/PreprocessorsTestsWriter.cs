namespace DbVc.Pipelines;

/// <summary>Writes <c>tests/PreprocessorsTests.cs</c>: for each operation what it changes, what it leaves alone, and NULL.</summary>
internal sealed class PreprocessorsTestsWriter(PipelineSpec spec, PipelineNames names)
{
    private readonly CodeWriter _code = new();

    public string Write()
    {
        CSharpTypes.WriteHeader(_code, spec, "DbVc.PipelineRuntime", "Xunit");
        _code.Line($"namespace {names.Namespace}.Tests;");
        _code.Line();
        _code.Open("public sealed class PreprocessorsTests");
        var first = true;
        foreach (var field in spec.FilledFields)
        {
            var operations = PreprocessorsWriter.Of(spec, field);
            if (operations.Count == 0) continue;
            foreach (var operation in operations)
            {
                if (!first) _code.Line();
                first = false;
                WriteTest(names.Of(operation), field, [operation], Inputs(operation));
            }

            _code.Line();
            WriteTest("Preprocess" + names.Of(field), field, operations, [.. operations.SelectMany(Inputs).Distinct()]);
        }

        _code.Close();
        return _code.ToString();
    }

    private void WriteTest(string method, PipelineField field, IReadOnlyList<FieldOperation> operations, IReadOnlyList<string?> inputs)
    {
        var name = names.Parameter(field);
        _code.Line("[Theory]");
        foreach (var input in inputs)
        {
            var expected = PipelineSimulator.Preprocess(operations, input);
            _code.Line($"[InlineData({Quote(input)}, {Quote(expected)})]");
        }

        var scratch = operations.Any(PreprocessorsWriter.NeedsScratch) ? ", new Scratch()" : "";
        _code.Line($"public void {method}(string? {name}, string? expected) =>");
        _code.Line($"    Assert.Equal(expected, Preprocessors.{method}(Text.From({name}){scratch}).ToStringOrNull());");
    }

    private static IReadOnlyList<string?> Inputs(FieldOperation operation) => operation.Kind switch
    {
        OperationKind.Trim or OperationKind.LeftTrim or OperationKind.RightTrim => ["a b", "  a b  ", "\ta\r\n", "\u00A0a\u2003", "", "   ", null],
        OperationKind.CollapseWhitespace => ["a b", " a \t b ", "a\u00A0\u00A0b", "", null],
        OperationKind.RemoveSpaces => ["ab", " a b ", "a\tb\u00A0c", "", null],
        OperationKind.Lowercase => ["abc", "ABC", "ÄÖ", "I1", "", null],
        OperationKind.Uppercase => ["ABC", "abc", "äö", "i1", "", null],
        OperationKind.NormalizeEmail => ["ann@example.org", " Ann@Example.ORG ", "no mail", "", null],
        OperationKind.ConvertToInt => ["42", " 42 ", "42.0", "1.5", "1,234", "", null],
        OperationKind.ConvertToFloat => ["1.5", " 1.5 ", "", null],
        OperationKind.HandleNulls => ["1", "NA", "n/a", "NULL", "None", "nan", "-", "", " ", "nullable", null],
        OperationKind.EmptyToNull => ["a", "", "  ", null],
        OperationKind.NullTokens => [.. operation.Arguments, operation.Arguments[0] + "x", null],
        OperationKind.DefaultTo => ["a", "", null],
        _ => [operation.Arguments[0], "x" + operation.Arguments[0] + "y" + operation.Arguments[0], "", null],
    };

    private static string Quote(string? text) => text is null ? "null" : Literals.Text(text);
}
