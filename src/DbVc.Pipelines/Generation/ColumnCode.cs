using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>How the generated reader comes by the cell of a field: from a column of its own, or by a step from several or none.</summary>
internal sealed class ColumnCode
{
    private readonly PipelineSpec _spec;
    private readonly PipelineNames _names;
    private readonly Dictionary<string, string> _columns = [];

    public ColumnCode(PipelineSpec spec, PipelineNames names)
    {
        (_spec, _names) = (spec, names);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in spec.FilledFields.Where(f => f.Origin is null)) _columns[field.HeaderName] = Claim(names.Of(field));
        foreach (var column in spec.SourceColumns.Where(c => !_columns.ContainsKey(c))) _columns[column] = Claim(Identifiers.Pascal(column, "Source"));

        string Claim(string name) => Identifiers.Claim("_" + Identifiers.Camel(name).TrimStart('@') + "Column", taken);
    }

    /// <summary>The tables of lookups, as fields of the reader.</summary>
    public IEnumerable<string> Tables => _spec.FilledFields.Where(f => f.Origin is { Step.Kind: RowStepKind.Lookup }).Select(f =>
        $"private static readonly TextMap {TableOf(f)} = new({string.Join(", ", f.Origin!.Step.Values
            .Select(v => $"({Literals.Text(v.Key)}, {Literals.Text(v.Value)})"))});");

    /// <summary>The member that holds the place of a column.</summary>
    public string NameOf(string column) => _columns[column];

    /// <summary>The statement that finds a column; only one whose field has a default may be missing.</summary>
    public string Find(string column)
    {
        var isNeeded = _spec.NeededColumns.Contains(column) || _spec.FindReader(column) is { Default.IsCurrentTimestamp: true };
        return $"{NameOf(column)} = reader.{(isNeeded ? "FindColumn" : "FindOptionalColumn")}({Literals.Text(column)});";
    }

    /// <summary>What is shown of a record in which the field is wrong.</summary>
    public string RawOf(PipelineField field) => field.SourceColumns.Count == 1 ? $"_reader.Field({NameOf(field.SourceColumns[0])})" : "_reader.Raw";

    /// <summary>The field's cell before its operations, where <see cref="ValueOf"/> knows no value.</summary>
    public string CellOf(PipelineField field)
    {
        var cells = field.SourceColumns.Select(c => $"_reader.Cell({NameOf(c)})").ToList();
        if (field.Origin is not { Step: var step }) return cells[0];
        return step.Kind switch
        {
            RowStepKind.Coalesce => cells.Aggregate((before, next) => $"Operations.Coalesce({before}, {next})"),
            RowStepKind.MergeColumns => cells.Aggregate((before, next) => $"Operations.Merge({before}, {next}, {Literals.Utf8(step.Separator)}, _scratch)"),
            RowStepKind.SplitColumn => step.Rejects ? "part" : $"Operations.TakePart({SplitArguments(field, step)})",
            RowStepKind.Lookup when step.Rejects => "found",
            _ => $"{TableOf(field)}.Map({cells[0]}, {(step.Value is { } other ? $"new Text({Literals.Utf8(other)})" : "Text.Null")})",
        };
    }

    /// <summary>What must hold, and gives the cell; null for a step that rejects nothing.</summary>
    public string? GuardOf(PipelineField field)
    {
        if (field.Origin is not { Step: { Rejects: true } step }) return null;
        return step.Kind == RowStepKind.SplitColumn ? $"Operations.TryTakePart({SplitArguments(field, step)}, out var part)"
            : $"{TableOf(field)}.TryMap(_reader.Cell({NameOf(step.Columns[0])}), out var found)";
    }

    /// <summary>The value of a field that is known without reading a cell; null for others.</summary>
    public static string? ValueOf(PipelineField field) => field.Origin switch
    {
        { Step.Kind: RowStepKind.AddRowNumber } => "_reader.Record",
        { Step: { Kind: RowStepKind.AddConstant, Value: { } text } } when field.Type == FieldType.Text => $"new Text({Literals.Utf8(text)})",
        { Step: { Kind: RowStepKind.AddConstant, Value: { } text } } => DefaultLiteral.Of(field.Type, text),
        _ => null,
    };

    private string SplitArguments(PipelineField field, RowStep step) =>
        $"_reader.Cell({NameOf(step.Columns[0])}), {Literals.Utf8(step.Separator)}, {field.Origin!.Part}, {step.Into.Count}"
        + (step.Rest is { } rest ? $", {nameof(LongPart)}.{rest}" : "");

    private string TableOf(PipelineField field) => _names.Of(field) + "Lookup";
}
