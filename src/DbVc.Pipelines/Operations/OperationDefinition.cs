using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>What an operation does to a cell: the method of the runtime library, with its arguments ready.</summary>
public delegate Text CellChange(Text value, OperationArguments arguments, Scratch scratch);

/// <summary>A cell before and after an operation.</summary>
/// <param name="Before">Null for NULL.</param>
/// <param name="After">Null for NULL.</param>
/// <param name="Arguments">Those that stand in metadata, defaults included.</param>
public sealed record OperationExample(string? Before, string? After, params IReadOnlyList<string> Arguments);

/// <summary>
/// One word of the vocabulary of preprocessing. Reading metadata, the grammar, the generator, the simulator and the documentation all take what they know about
/// an operation from here.
/// </summary>
public sealed record OperationDefinition
{
    /// <summary>The name in metadata, for example <c>pad_left</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for a person.</summary>
    public required string Summary { get; init; }

    /// <summary>Other names in metadata.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>In the order of the runtime's method.</summary>
    public IReadOnlyList<OperationParameter> Parameters { get; init; } = [];

    /// <summary>The types of fields it makes sense on; none means every type.</summary>
    public IReadOnlyList<FieldType> Types { get; init; } = [];

    /// <summary>The English that means it; the first names an operation with its field.</summary>
    public required IReadOnlyList<Phrase> Phrases { get; init; }

    /// <summary>The method of <see cref="PipelineRuntime.Operations"/>, where it is not the name in Pascal case.</summary>
    public string? Method { get; init; }

    /// <summary>The name of the generated method, <c>{0}</c> standing for the field; the method and the field when it is null.</summary>
    public string? MethodName { get; init; }

    public required CellChange Apply { get; init; }

    /// <summary>Whether the method takes scratch memory.</summary>
    public bool UsesScratch { get; init; }

    /// <summary>Whether doing it twice changes no more than doing it once.</summary>
    public bool IsIdempotent { get; init; } = true;

    /// <summary>What is wrong with arguments that are of the right kinds; null when nothing is.</summary>
    public Func<PipelineField, IReadOnlyList<string>, string?>? Refuse { get; init; }

    /// <summary>Whether the runtime has the method without parameters too, for when all of them are as by default.</summary>
    public bool OmitsDefaults { get; init; }

    /// <summary>What it does, shown; they are its specification and its tests.</summary>
    public required IReadOnlyList<OperationExample> Examples { get; init; }

    /// <summary>Cells that are worth trying beside those of the examples, for given arguments.</summary>
    public Func<IReadOnlyList<string>, IEnumerable<string>> Cells { get; init; } = _ => [];

    /// <summary>Whether it makes sense on a field of this type.</summary>
    public bool Takes(FieldType type) => Types.Count == 0 || Types.Contains(type);
}
