using System.Text;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Writes <c>generated/CustomRules.cs</c>: a method for each test that metadata says in words of its own, without its code.</summary>
internal sealed class CustomRulesWriter(PipelineSpec spec, PipelineNames names)
{
    public const string ClassName = "CustomRules";

    /// <summary>In the order of the rules.</summary>
    public IReadOnlyList<OpenMethod> Methods { get; } =
        [.. spec.CheckedRules.SelectMany(rule => rule.Described).Select(test => Describe(test, names.Of(test), names))];

    public string Write()
    {
        var code = new CodeWriter();
        CSharpTypes.WriteHeader(code, spec, "System");
        code.Line($"namespace {names.Namespace};");
        code.Line();
        code.Summary($"What metadata asks of {spec.Destination.Table} in words of its own. A method says whether the values of one row pass; none of them is "
            + "NULL.");
        code.Open($"public static class {ClassName}");
        for (var i = 0; i < Methods.Count; i++)
        {
            if (i > 0) code.Line();
            code.Summary($"{Methods[i].Words}. Passes: {string.Join(", ", Methods[i].Passing)}; does not pass: {string.Join(", ", Methods[i].Failing)}.");
            code.Line($"{Methods[i].Signature} =>");
            // What was written for other words or examples contradicts this line, and is not kept without a question.
            code.Line($"    // Of the words and examples {HashOf(Methods[i])}.");
            code.Line($"    {Methods[i].Body}");
        }

        code.Close();
        return code.ToString();
    }

    private static OpenMethod Describe(DescribedTest test, string name, PipelineNames names)
    {
        var parameters = test.Subjects.Select(f => $"{TypeOf(f.Type)} {names.Parameter(f)}");
        return new OpenMethod(CSharpGenerator.CustomRulesPath, $"public static bool {name}({string.Join(", ", parameters)})",
            $"throw new System.NotImplementedException(\"{name}\");", test.Words.TrimEnd('.'),
            Examples(test.Passing), Examples(test.Failing));
    }

    private static IReadOnlyList<string> Examples(IReadOnlyList<IReadOnlyList<Operand>> examples) =>
        [.. examples.Select(e => string.Join(", ", e.Select(ConditionText.NameOperand)))];

    private static string HashOf(OpenMethod method) =>
        Hash.Of(Encoding.UTF8.GetBytes(string.Join('\n', [method.Words, "", .. method.Passing, "", .. method.Failing]))).ToString()[..8];

    private static string TypeOf(FieldType type) => type == FieldType.Text ? "string" : CSharpTypes.Of(type).TrimEnd('?');
}
