using System.Text.Json;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>What a step does that makes the cells of fields of several columns, or of none.</summary>
public enum RowStepKind
{
    /// <summary>The first column that is not NULL.</summary>
    Coalesce,

    /// <summary>The columns with a separator between them.</summary>
    MergeColumns,

    /// <summary>The parts of one column, each in a field.</summary>
    SplitColumn,

    /// <summary>What stands for a column in a table.</summary>
    Lookup,

    /// <summary>One value for all records.</summary>
    AddConstant,

    /// <summary>The number of the record in the source.</summary>
    AddRowNumber,
}

/// <summary>A step that makes the cells of fields.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Columns">The columns of the source that it takes.</param>
/// <param name="Into">The fields that it fills: one, but for a split.</param>
public sealed record RowStep(RowStepKind Kind, IReadOnlyList<string> Columns, IReadOnlyList<string> Into)
{
    /// <summary>Between the parts of a merge or a split.</summary>
    public string Separator { get; init; } = " ";

    /// <summary>Which part of a split keeps what is too much; null where a text with more parts does not fit.</summary>
    public LongPart? Rest { get; init; }

    /// <summary>The constant; of a lookup what stands for a text that is not listed.</summary>
    public string? Value { get; init; }

    /// <summary>The table of a lookup.</summary>
    public IReadOnlyList<(string Key, string Value)> Values { get; init; } = [];

    /// <summary>Whether what is not listed, or has another number of parts, becomes NULL instead of being rejected.</summary>
    public bool NullOtherwise { get; init; }

    /// <summary>The name in metadata, and of the rule that a rejected record breaks.</summary>
    public string Name => RowStepReader.NameOf(Kind);

    /// <summary>Whether records can be rejected by it.</summary>
    public bool Rejects => (Kind == RowStepKind.SplitColumn && !NullOtherwise) || (Kind == RowStepKind.Lookup && !NullOtherwise && Value is null);

    /// <summary>Why a record is rejected.</summary>
    public string Problem => Kind == RowStepKind.SplitColumn
        ? $"{Columns[0]} must have {(Rest is null ? "" : "at least ")}{Into.Count} parts separated by '{Separator}'"
        : $"{Columns[0]} must be one of the {Values.Count} values that are listed";

    /// <summary>The step for a person.</summary>
    public string Text => Kind switch
    {
        RowStepKind.Coalesce => $"fill {Into[0]} with the first of {List(Columns)} that is not NULL",
        RowStepKind.MergeColumns => $"fill {Into[0]} with {List(Columns)}, joined by '{Separator}'",
        RowStepKind.SplitColumn => $"split {Columns[0]} at '{Separator}' into {List(Into)}"
            + (Rest is { } rest ? $", the {rest.ToString().ToLowerInvariant()} one with what is too much" : "")
            + (NullOtherwise ? $", NULL when it has {(Rest is null ? "another number of" : "less")} parts" : ""),
        RowStepKind.Lookup => $"fill {Into[0]} with what stands for {Columns[0]} in a table of {Values.Count}, "
            + (Value is { } other ? $"'{other}' when nothing does" : NullOtherwise ? "NULL when nothing does" : "rejecting others"),
        RowStepKind.AddConstant => $"fill {Into[0]} with '{Value}'",
        _ => $"fill {Into[0]} with the number of the record",
    };

    /// <summary>The long form, so that it is read back as the same.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("operation", Name);
        if (Kind is RowStepKind.Coalesce or RowStepKind.MergeColumns) WriteTexts("columns", Columns);
        else if (Columns.Count == 1) json.WriteString("column", Columns[0]);
        if (Kind == RowStepKind.SplitColumn) WriteTexts("into", Into);
        else json.WriteString("into", Into[0]);
        if (Kind is RowStepKind.MergeColumns or RowStepKind.SplitColumn) json.WriteString("separator", Separator);
        if (Rest is { } rest) json.WriteString("rest", rest.ToString().ToLowerInvariant());
        if (Kind == RowStepKind.Lookup) WriteValues();
        if (Value is not null) json.WriteString(Kind == RowStepKind.Lookup ? "default" : "value", Value);
        if (NullOtherwise) json.WriteString("otherwise", "null");
        json.WriteEndObject();

        void WriteTexts(string name, IReadOnlyList<string> texts)
        {
            json.WriteStartArray(name);
            foreach (var text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
        }

        void WriteValues()
        {
            json.WriteStartObject("values");
            foreach (var (key, value) in Values) json.WriteString(key, value);
            json.WriteEndObject();
        }
    }

    private static string List(IReadOnlyList<string> names) => string.Join(", ", names);
}

/// <summary>Where the cells of a field come from, when not from a column of its own.</summary>
/// <param name="Step">The step.</param>
/// <param name="Part">Which of the fields of the step it is.</param>
public sealed record FieldOrigin(RowStep Step, int Part)
{
    /// <summary>Makes the cell as generated code does; false when the record is rejected.</summary>
    internal bool TryCompose(IReadOnlyList<string?> cells, long record, out string? cell)
    {
        cell = null;
        var scratch = new Scratch();
        switch (Step.Kind)
        {
            case RowStepKind.Coalesce:
                cell = cells.FirstOrDefault(c => c is not null);
                return true;
            case RowStepKind.MergeColumns:
                cell = cells.Aggregate((before, next) =>
                    Operations.Merge(Text.From(before), Text.From(next), Text.From(Step.Separator).Bytes, scratch).ToStringOrNull());
                return true;
            case RowStepKind.SplitColumn:
                var whole = Text.From(cells[0]);
                var separator = Text.From(Step.Separator).Bytes;
                var isWhole = Step.Rest is { } rest ? Operations.TryTakePart(whole, separator, Part, Step.Into.Count, rest, out var part)
                    : Operations.TryTakePart(whole, separator, Part, Step.Into.Count, out part);
                cell = part.ToStringOrNull();
                return isWhole || Step.NullOtherwise;
            case RowStepKind.Lookup:
                var isListed = new TextMap(Step.Values).TryMap(Text.From(cells[0]), out var found);
                cell = isListed ? found.ToStringOrNull() : Step.Value;
                return isListed || !Step.Rejects;
            case RowStepKind.AddConstant:
                cell = Step.Value;
                return true;
            default:
                cell = record.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return true;
        }
    }
}
