namespace DbVc.Pipelines;

/// <summary>Writes <c>generated/Preprocessors.cs</c>: one method per operation, and one per field that chains them.</summary>
internal sealed class PreprocessorsWriter(PipelineSpec spec, PipelineNames names)
{
    /// <summary>The operations of a field in order.</summary>
    public static IReadOnlyList<FieldOperation> Of(PipelineSpec spec, PipelineField field) => [.. spec.Operations.Where(o => o.Field.Name == field.Name)];

    /// <summary>The call that preprocesses <paramref name="cell"/> of a field.</summary>
    public static string Call(PipelineSpec spec, PipelineNames names, PipelineField field, string cell, string scratch)
    {
        var operations = Of(spec, field);
        if (operations.Count == 0) return cell;
        return $"Preprocessors.Preprocess{names.Of(field)}({cell}{(operations.Any(o => o.UsesScratch) ? ", " + scratch : "")})";
    }

    public string Write()
    {
        var code = new CodeWriter();
        CSharpTypes.WriteHeader(code, spec, "DbVc.PipelineRuntime");
        code.Line($"namespace {names.Namespace};");
        code.Line();
        code.Summary($"The preprocessing of {spec.Destination.Table}: cells as text, before they are typed and checked. "
            + "NULL stays NULL unless a default is declared.");
        code.Open("public static class Preprocessors");
        WriteConstants(code);
        var first = true;
        foreach (var field in spec.FilledFields)
        {
            var operations = Of(spec, field);
            if (operations.Count == 0) continue;
            if (!first) code.Line();
            first = false;
            WriteChain(code, field, operations);
            foreach (var operation in operations)
            {
                code.Line();
                WriteOperation(code, operation);
            }
        }

        code.Close();
        return code.ToString();
    }

    /// <summary>What operations look things up in is made once.</summary>
    private void WriteConstants(CodeWriter code)
    {
        var constants = spec.FilledFields.SelectMany(f => Of(spec, f)).Select(o => OperationCode.Constant(o, names)).OfType<string>().ToList();
        foreach (var constant in constants) code.Line(constant);
        if (constants.Count > 0) code.Line();
    }

    private void WriteChain(CodeWriter code, PipelineField field, IReadOnlyList<FieldOperation> operations)
    {
        var name = names.Parameter(field);
        var scratch = operations.Any(o => o.UsesScratch) ? ", Scratch scratch" : "";
        code.Summary($"All steps of {field.Name} in order.");
        code.Open($"public static Text Preprocess{names.Of(field)}(Text {name}{scratch})");
        foreach (var operation in operations) code.Line($"{name} = {names.Of(operation)}({name}{(operation.UsesScratch ? ", scratch" : "")});");
        code.Line($"return {name};");
        code.Close();
    }

    private void WriteOperation(CodeWriter code, FieldOperation operation)
    {
        var name = names.Parameter(operation.Field);
        code.Summary(operation.Text + ".");
        code.Line($"public static Text {names.Of(operation)}(Text {name}{(operation.UsesScratch ? ", Scratch scratch" : "")}) =>");
        code.Line($"    {Body(operation, name)};");
    }

    private string Body(FieldOperation operation, string name)
    {
        var arguments = operation.Definition.OmitsDefaults && operation.IsPlain ? [] : OperationCode.Arguments(operation, names);
        var method = operation.Definition.Method ?? Identifiers.Pascal(operation.Name, "Operation");
        return $"Operations.{method}({string.Join(", ", [name, .. arguments, .. operation.UsesScratch ? ["scratch"] : Array.Empty<string>()])})";
    }
}
