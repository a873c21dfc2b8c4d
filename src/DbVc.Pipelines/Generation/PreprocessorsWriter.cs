namespace DbVc.Pipelines;

/// <summary>Writes <c>generated/Preprocessors.cs</c>: one method per operation, and one per field that chains them.</summary>
internal sealed class PreprocessorsWriter(PipelineSpec spec, PipelineNames names)
{
    /// <summary>Whether an operation writes its result to scratch memory.</summary>
    public static bool NeedsScratch(FieldOperation operation) => operation.Kind is OperationKind.CollapseWhitespace or OperationKind.RemoveSpaces
        or OperationKind.Lowercase or OperationKind.Uppercase or OperationKind.NormalizeEmail or OperationKind.Replace;

    /// <summary>The operations of a field in order.</summary>
    public static IReadOnlyList<FieldOperation> Of(PipelineSpec spec, PipelineField field) => [.. spec.Operations.Where(o => o.Field.Name == field.Name)];

    /// <summary>The call that preprocesses <paramref name="cell"/> of a field.</summary>
    public static string Call(PipelineSpec spec, PipelineNames names, PipelineField field, string cell, string scratch)
    {
        var operations = Of(spec, field);
        if (operations.Count == 0) return cell;
        return $"Preprocessors.Preprocess{names.Of(field)}({cell}{(operations.Any(NeedsScratch) ? ", " + scratch : "")})";
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

    private void WriteChain(CodeWriter code, PipelineField field, IReadOnlyList<FieldOperation> operations)
    {
        var name = names.Parameter(field);
        var scratch = operations.Any(NeedsScratch) ? ", Scratch scratch" : "";
        code.Summary($"All steps of {field.Name} in order.");
        code.Open($"public static Text Preprocess{names.Of(field)}(Text {name}{scratch})");
        foreach (var operation in operations) code.Line($"{name} = {names.Of(operation)}({name}{(NeedsScratch(operation) ? ", scratch" : "")});");
        code.Line($"return {name};");
        code.Close();
    }

    private void WriteOperation(CodeWriter code, FieldOperation operation)
    {
        var name = names.Parameter(operation.Field);
        code.Summary(operation.Text + ".");
        code.Line($"public static Text {names.Of(operation)}(Text {name}{(NeedsScratch(operation) ? ", Scratch scratch" : "")}) =>");
        code.Line($"    {Body(operation, name)};");
    }

    private static string Body(FieldOperation operation, string name) => operation.Kind switch
    {
        OperationKind.DefaultTo => $"Operations.DefaultTo({name}, {Literals.Utf8(operation.Arguments[0])})",
        OperationKind.Replace => $"Operations.Replace({name}, {Literals.Utf8(operation.Arguments[0])}, {Literals.Utf8(operation.Arguments[1])}, scratch)",
        OperationKind.NullTokens => operation.Arguments.Aggregate(name, (inner, token) => $"Operations.NullToken({inner}, {Literals.Utf8(token)})"),
        _ when NeedsScratch(operation) => $"Operations.{operation.Kind}({name}, scratch)",
        _ => $"Operations.{operation.Kind}({name})",
    };
}
