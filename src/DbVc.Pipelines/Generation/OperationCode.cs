using System.Globalization;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>The arguments of an operation as C#.</summary>
internal static class OperationCode
{
    /// <summary>The field that holds what the operation looks things up in; null when it looks nothing up.</summary>
    public static string? Constant(FieldOperation operation, PipelineNames names)
    {
        var written = operation.Arguments.Written;
        var parameters = operation.Definition.Parameters;
        for (var i = 0; i < parameters.Count; i++)
        {
            var (type, value) = parameters[i].Kind switch
            {
                ParameterKind.Texts => ("TextSet", $"new({string.Join(", ", written.Skip(i).Select(Literals.Text))})"),
                ParameterKind.Pairs => ("TextMap", $"new({string.Join(", ", written.Skip(i).Chunk(2)
                    .Select(p => $"({Literals.Text(p[0])}, {Literals.Text(p[1])})"))})"),
                ParameterKind.Pattern => ("PatternReplacement", $"new({Literals.Text(written[i])}, {Literals.Text(written[i + 1])})"),
                ParameterKind.Format => ("TimeFormat", $"new({Literals.Text(written[i])})"),
                ParameterKind.Formats => ("TimeFormat[]", $"[{string.Join(", ", written.Skip(i).Select(f => $"new({Literals.Text(f)})"))}]"),
                _ => ("", ""),
            };
            if (type.Length > 0) return $"private static readonly {type} {names.ConstantOf(operation)} = {value};";
        }

        return null;
    }

    /// <summary>The arguments of the runtime's method between the cell and the scratch memory.</summary>
    public static IReadOnlyList<string> Arguments(FieldOperation operation, PipelineNames names)
    {
        var arguments = new List<string>();
        var written = operation.Arguments.Written;
        var parameters = operation.Definition.Parameters;
        for (var i = 0; i < parameters.Count; i++)
        {
            switch (parameters[i].Kind)
            {
                case ParameterKind.Text:
                    arguments.Add(Literals.Utf8(written[i]));
                    break;
                case ParameterKind.Count:
                    arguments.Add(int.Parse(written[i], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
                    break;
                case ParameterKind.Number:
                    arguments.Add(Literals.Number(decimal.Parse(written[i], NumberStyles.Float, CultureInfo.InvariantCulture), FieldType.Decimal));
                    break;
                case ParameterKind.Choice:
                    arguments.Add($"{parameters[i].Choice!.Name}.{Enum.GetNames(parameters[i].Choice!)
                        .First(n => n.Equals(written[i], StringComparison.OrdinalIgnoreCase))}");
                    break;
                default:
                    arguments.Add(names.ConstantOf(operation));
                    return arguments;
            }
        }

        return arguments;
    }
}
