using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace DbVc.Agents;

/// <summary>
/// A tool as its C# method says it: the method's name, its parameters and their descriptions are what a model is told, so that what is declared and what is
/// carried out cannot differ. <c>GenerateTests(IReadOnlyList&lt;string&gt; codeModules)</c> is <c>generate_tests</c> with <c>code_modules</c>.
/// </summary>
internal static class ToolSignature
{
    private static readonly Dictionary<Type, Func<JsonObject>> s_types = new()
    {
        [typeof(string)] = () => new JsonObject { ["type"] = "string" },
        [typeof(bool)] = () => new JsonObject { ["type"] = "boolean" },
        [typeof(ObjectArgument)] = () => new JsonObject { ["type"] = "object" },
        [typeof(ArrayArgument)] = () => new JsonObject { ["type"] = "array", ["items"] = new JsonObject() },
        [typeof(IReadOnlyList<string>)] = () => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
    };

    /// <summary>The tool of a method that returns a <see cref="ToolResult"/>; a parameter with a default may be left out of a call.</summary>
    public static AgentTool Read(Delegate method)
    {
        var parameters = method.Method.GetParameters();
        var declared = AIFunctionFactory.CreateDeclaration(Snake(method.Method.Name), Describe(method.Method), SchemaOf(parameters.Where(IsDeclared)));
        return new AgentTool(declared, (arguments, cancellation) =>
        {
            var values = parameters.Select(p => IsDeclared(p) ? Take(arguments, p) : cancellation).ToArray();
            return (ToolResult)method.Method.Invoke(method.Target, BindingFlags.DoNotWrapExceptions, null, values, null)!;
        });
    }

    private static bool IsDeclared(ParameterInfo parameter) => parameter.ParameterType != typeof(CancellationToken);

    private static JsonElement SchemaOf(IEnumerable<ParameterInfo> parameters)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var parameter in parameters)
        {
            var schema = s_types[parameter.ParameterType]();
            schema["description"] = Describe(parameter);
            properties[Snake(parameter.Name!)] = schema;
            if (!parameter.HasDefaultValue) required.Add(Snake(parameter.Name!));
        }

        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["required"] = required,
            ["additionalProperties"] = false,
        });
    }

    private static object? Take(ToolArguments arguments, ParameterInfo parameter)
    {
        var name = Snake(parameter.Name!);
        if (parameter.HasDefaultValue && !arguments.Has(name)) return parameter.DefaultValue;
        return parameter.ParameterType switch
        {
            var type when type == typeof(string) => arguments.Text(name),
            var type when type == typeof(bool) => arguments.Flag(name),
            var type when type == typeof(ObjectArgument) => new ObjectArgument(arguments, name),
            var type when type == typeof(ArrayArgument) => new ArrayArgument(arguments, name),
            _ => arguments.Texts(name),
        };
    }

    private static string Describe(ICustomAttributeProvider described) =>
        ((DescriptionAttribute)described.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false).Single()).Description;

    private static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}

/// <summary>An argument that is a JSON object.</summary>
internal readonly record struct ObjectArgument(ToolArguments Arguments, string Name)
{
    /// <summary>Read when it is asked for: what a tool has to say about the task comes first. Throws usage failure <c>agent.arguments</c>.</summary>
    public JsonElement Value => Arguments.Object(Name);
}

/// <summary>An argument that is a JSON array.</summary>
internal readonly record struct ArrayArgument(ToolArguments Arguments, string Name)
{
    /// <summary>As <see cref="ObjectArgument.Value"/>.</summary>
    public JsonElement Value => Arguments.Array(Name);
}
