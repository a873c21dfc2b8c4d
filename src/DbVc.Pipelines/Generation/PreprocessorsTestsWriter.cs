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

        var scratch = operations.Any(o => o.UsesScratch) ? ", new Scratch()" : "";
        _code.Line($"public void {method}(string? {name}, string? expected) =>");
        _code.Line($"    Assert.Equal(expected, Preprocessors.{method}(Text.From({name}){scratch}).ToStringOrNull());");
    }

    /// <summary>The cells of the examples with these arguments, and what the arguments make worth trying; where there are none, all examples. Always "" and
    /// NULL.</summary>
    private static IReadOnlyList<string?> Inputs(FieldOperation operation)
    {
        var examples = operation.Definition.Examples;
        List<string?> cells =
        [
            .. examples.Where(e => e.Arguments.SequenceEqual(operation.Arguments.Written)).Select(e => e.Before),
            .. operation.Definition.Cells(operation.Arguments.Written),
        ];
        if (cells.Count == 0) cells.AddRange(examples.Select(e => e.Before));
        return [.. cells.Append("").Append(null).Distinct()];
    }

    private static string Quote(string? text) => text is null ? "null" : Literals.Text(text);
}
