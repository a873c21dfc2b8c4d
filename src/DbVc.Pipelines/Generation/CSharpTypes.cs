using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>How field types look in generated C#.</summary>
internal static class CSharpTypes
{
    /// <summary>The type of a row's member, NULL included.</summary>
    public static string Of(FieldType type) => type switch
    {
        FieldType.Text => "Text",
        FieldType.Integer => "long?",
        FieldType.Real => "double?",
        FieldType.Decimal => "decimal?",
        FieldType.Boolean => "bool?",
        FieldType.Date => "DateOnly?",
        _ => "DateTime?",
    };

    /// <summary>The file's first lines.</summary>
    public static void WriteHeader(CodeWriter code, PipelineSpec spec, params ReadOnlySpan<string> usings)
    {
        code.Line(GeneratedCode.Stamp + spec.Hash + ".");
        code.Line();
        code.Usings(usings);
    }
}
