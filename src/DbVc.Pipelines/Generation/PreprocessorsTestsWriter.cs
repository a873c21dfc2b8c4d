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
                WriteTest(names.Of(operation), field, [operation], OperationCells.Of(operation));
            }

            _code.Line();
            WriteTest("Preprocess" + names.Of(field), field, operations, [.. operations.SelectMany(OperationCells.Of).Distinct()]);
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

    private static string Quote(string? text) => text is null ? "null" : Literals.Text(text);
}
