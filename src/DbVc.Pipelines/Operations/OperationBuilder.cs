using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Builds operations that make sense for the type of their field; throws <see cref="RuleException"/> otherwise.</summary>
internal static class OperationBuilder
{
    public static FieldOperation Build(PipelineField field, OperationDefinition definition, IReadOnlyList<string> arguments)
    {
        if (!definition.Takes(field.Type))
        {
            var (needed, found) = (FieldTypes.Describe(definition.Types), FieldTypes.Describe(field.Type));
            throw new RuleException($"{definition.Name} needs {needed}, and {ConditionText.NameField(field)} is {found}");
        }

        var complete = Complete(definition, arguments);
        var problem = definition.Parameters.SelectMany((p, i) => (p.TakesRest ? complete.Skip(i) : complete.Skip(i).Take(1)).Select(a => Judge(p, a)))
            .FirstOrDefault(p => p is not null) ?? definition.Refuse?.Invoke(field, complete);
        return problem is null ? new FieldOperation(field, definition, new OperationArguments(complete)) : throw new RuleException(problem);
    }

    /// <summary>Fills up with defaults; too few or too many arguments are refused.</summary>
    private static List<string> Complete(OperationDefinition definition, IReadOnlyList<string> arguments)
    {
        var complete = arguments.ToList();
        var parameters = definition.Parameters;
        if (parameters.Count == 0 && complete.Count > 0) throw new RuleException($"{definition.Name} takes no arguments");
        for (var i = complete.Count; i < parameters.Count; i++)
        {
            complete.Add(parameters[i].Default ?? throw new RuleException($"{definition.Name} needs {parameters[i].Name}"));
        }

        var takesRest = parameters.Count > 0 && parameters[^1].TakesRest;
        return complete.Count == parameters.Count || takesRest ? complete
            : throw new RuleException($"{definition.Name} takes no more than {parameters.Count} arguments");
    }

    private static string? Judge(OperationParameter parameter, string argument)
    {
        switch (parameter.Kind)
        {
            case ParameterKind.Count:
                return int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 100_000 ? null
                    : $"{parameter.Name} must be a whole number from 0 to 100000, not '{argument}'";
            case ParameterKind.Number:
                return decimal.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? null
                    : $"{parameter.Name} must be a number, not '{argument}'";
            case ParameterKind.Choice:
                return parameter.Choices.Contains(argument, StringComparer.OrdinalIgnoreCase) ? null
                    : $"{parameter.Name} must be one of {string.Join(", ", parameter.Choices)}, not '{argument}'";
            case ParameterKind.Pattern:
                return JudgeMade(() => new Regex(argument, RegexOptions.CultureInvariant), $"'{argument}' is no regular expression");
            case ParameterKind.Format or ParameterKind.Formats:
                return JudgeMade(() => new TimeFormat(argument), $"'{argument}' is no form of dates");
            default:
                return null;
        }
    }

    private static string? JudgeMade(Func<object> make, string problem)
    {
        try
        {
            make();
            return null;
        }
        catch (ArgumentException e)
        {
            return $"{problem}: {e.Message}";
        }
    }
}

/// <summary>Values of fields as text.</summary>
internal static class FieldValues
{
    /// <summary>Whether <paramref name="text"/> reads as a value (not NULL) of the field's type.</summary>
    public static bool CanHold(PipelineField field, string text)
    {
        var cell = Text.From(text);
        return field.Type switch
        {
            FieldType.Integer => Cells.TryParseInteger(cell, out var value) && value is not null,
            FieldType.Real => Cells.TryParseReal(cell, out var value) && value is not null,
            FieldType.Decimal => Cells.TryParseDecimal(cell, out var value) && value is not null,
            FieldType.Boolean => Cells.TryParseBoolean(cell, out var value) && value is not null,
            FieldType.Date => Cells.TryParseDate(cell, out var value) && value is not null,
            FieldType.Timestamp => Cells.TryParseTimestamp(cell, out var value) && value is not null,
            _ => field.MaxLength is not { } longest || Rules.Length(cell) <= longest,
        };
    }
}
