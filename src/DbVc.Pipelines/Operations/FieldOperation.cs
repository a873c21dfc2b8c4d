using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>One operation on one field.</summary>
/// <param name="Field">The field it changes.</param>
/// <param name="Definition">What it does.</param>
/// <param name="Arguments">Complete, defaults included.</param>
public sealed record FieldOperation(PipelineField Field, OperationDefinition Definition, OperationArguments Arguments)
{
    /// <summary>The operation's name in metadata.</summary>
    public string Name => Definition.Name;

    /// <summary>The step as English that is understood again, for example <c>lowercase email</c>.</summary>
    public string Text => PhraseText.Write(this);

    /// <summary>Whether every argument is as by default.</summary>
    internal bool IsPlain => Definition.Parameters.Select((p, i) => p.Default is not null && p.Default == Arguments.Written[i]).All(p => p);

    /// <summary>Whether the runtime's method takes scratch memory.</summary>
    internal bool UsesScratch => Definition.UsesScratch && !(Definition.OmitsDefaults && IsPlain);

    /// <summary>The cell after the operation.</summary>
    internal Text Apply(Text cell, Scratch scratch) => Definition.Apply(cell, Arguments, scratch);
}
