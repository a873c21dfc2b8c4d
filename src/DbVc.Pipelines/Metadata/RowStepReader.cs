using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>Reads the steps of <c>preprocessing</c> that make fields of several columns or of none, and tells the fields.</summary>
internal sealed class RowStepReader(ProblemList problems, List<PipelineField> fields)
{
    private const string IngestTime = "add_ingest_timestamp";
    private const int MostParts = 100;
    private const int MostValues = 10_000;

    private static readonly Dictionary<string, RowStepKind> s_kinds = new()
    {
        ["coalesce"] = RowStepKind.Coalesce,
        ["merge_columns"] = RowStepKind.MergeColumns,
        ["split_column"] = RowStepKind.SplitColumn,
        ["lookup"] = RowStepKind.Lookup,
        ["add_constant"] = RowStepKind.AddConstant,
        ["add_row_number"] = RowStepKind.AddRowNumber,
    };

    private readonly List<RowStep> _steps = [];

    /// <summary>Every name of such a step.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. s_kinds.Keys, IngestTime];

    public static string NameOf(RowStepKind kind) => s_kinds.First(k => k.Value == kind).Key;

    public static bool IsStep(JsonValue item) => item.Find("operation") is { Kind: JsonKind.String } name && Names.Contains(name.Text);

    /// <summary>Reads them all; the fields that they fill are replaced by ones that know their step.</summary>
    public IReadOnlyList<RowStep> Read(JsonValue? preprocessing)
    {
        foreach (var item in preprocessing is { Kind: JsonKind.Array } list ? list.Items.Where(i => i.Kind == JsonKind.Object && IsStep(i)) : [])
        {
            var name = item.Find("operation")!.Text;
            var before = problems.Problems.Count;
            if (name == IngestTime) ReadIngestTime(item);
            else if (ReadStep(item, s_kinds[name]) is { } step && problems.Problems.Count == before) Add(item, step);
        }

        return _steps;
    }

    /// <summary>The time of the load is what the default says already.</summary>
    private void ReadIngestTime(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "into", "description");
        if (ReadInto(item, FieldType.Timestamp) is not { } field) return;
        if (field.Default is { IsCurrentTimestamp: false }) problems.Add(item, $"'{field.Name}' has another default.");
        else fields[fields.IndexOf(field)] = field with { Default = FieldDefault.CurrentTimestamp };
    }

    private RowStep? ReadStep(JsonValue item, RowStepKind kind)
    {
        switch (kind)
        {
            case RowStepKind.Coalesce:
                problems.RefuseUnknown(item, "operation", "columns", "into", "description");
                return Filled(item, kind, ReadColumns(item));
            case RowStepKind.MergeColumns:
                problems.RefuseUnknown(item, "operation", "columns", "into", "separator", "description");
                return Filled(item, kind, ReadColumns(item)) is { } merge ? merge with { Separator = ReadSeparator(item, mayBeEmpty: true) } : null;
            case RowStepKind.SplitColumn:
                return ReadSplit(item);
            case RowStepKind.Lookup:
                return ReadLookup(item);
            case RowStepKind.AddConstant:
                return ReadConstant(item);
            default:
                problems.RefuseUnknown(item, "operation", "into", "description");
                return ReadInto(item, FieldType.Integer) is { } number ? new RowStep(kind, [], [number.Name]) : null;
        }
    }

    private RowStep? Filled(JsonValue item, RowStepKind kind, IReadOnlyList<string>? columns) =>
        ReadInto(item) is { } field && columns is not null ? new RowStep(kind, columns, [field.Name]) : null;

    private RowStep? ReadSplit(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "column", "into", "separator", "rest", "otherwise", "description");
        var column = problems.Text(item, "column", required: true);
        var into = FieldLookup.FindAll(problems, fields, problems.Require(item, "into"), "into");
        if (into is { Count: < 2 or > MostParts }) problems.Add(item.Find("into")!, $"'into' must name from 2 to {MostParts} fields, one for each part.");
        var separator = ReadSeparator(item, mayBeEmpty: false);
        return column is null || into is null ? null
            : new RowStep(RowStepKind.SplitColumn, [column], [.. into.Select(f => f.Name)])
            { Separator = separator, Rest = ReadRest(item), NullOtherwise = ReadOtherwise(item) };
    }

    private LongPart? ReadRest(JsonValue item)
    {
        if (item.Find("rest") is not { } rest) return null;
        if (rest is { Kind: JsonKind.String, Text: "first" or "last" }) return rest.Text == "first" ? LongPart.First : LongPart.Last;
        problems.Add(rest, "'rest' must be \"first\" or \"last\": the part that keeps separators that are too many.");
        return null;
    }

    private RowStep? ReadLookup(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "column", "into", "values", "default", "otherwise", "description");
        var column = problems.Text(item, "column", required: true);
        var field = ReadInto(item);
        var fallback = item.Find("default") is { } given ? ReadValue(given, field) : null;
        if (fallback is not null && item.Find("otherwise") is { } both) problems.Add(both, "Both 'default' and 'otherwise' are given; one is enough.");
        var values = problems.Require(item, "values");
        if (values is null) return null;
        if (values.Kind != JsonKind.Object || values.Members.Count is 0 or > MostValues)
        {
            problems.Add(values, $"'values' must be an object with from 1 to {MostValues} members.");
            return null;
        }

        var table = values.Members.Select(m => (m.Name, Value: ReadValue(m.Value, field) ?? "")).ToList();
        return column is null || field is null ? null
            : new RowStep(RowStepKind.Lookup, [column], [field.Name]) { Values = table, Value = fallback, NullOtherwise = ReadOtherwise(item) };
    }

    private RowStep? ReadConstant(JsonValue item)
    {
        problems.RefuseUnknown(item, "operation", "into", "value", "description");
        var field = ReadInto(item);
        return problems.Require(item, "value") is { } given && ReadValue(given, field) is { } value && field is not null
            ? new RowStep(RowStepKind.AddConstant, [], [field.Name]) { Value = value } : null;
    }

    private PipelineField? ReadInto(JsonValue item, FieldType? only = null)
    {
        if (problems.Require(item, "into") is not { } into || FieldLookup.Find(problems, fields, into) is not { } field) return null;
        if (only is null || field.Type == only) return field;
        problems.Add(into, $"'{field.Name}' is {FieldTypes.Describe(field.Type)}, and what is put into it is {FieldTypes.Describe(only.Value)}.");
        return null;
    }

    private IReadOnlyList<string>? ReadColumns(JsonValue item)
    {
        if (problems.Require(item, "columns") is not { } columns) return null;
        var names = columns.Items.Where(c => c.Kind == JsonKind.String && c.Text.Trim().Length > 0).Select(c => c.Text).Distinct().ToList();
        if (columns.Kind == JsonKind.Array && names.Count == columns.Items.Count && names.Count is >= 2 and <= MostParts) return names;
        problems.Add(columns, $"'columns' must be a list of from 2 to {MostParts} different columns of the source.");
        return null;
    }

    private string ReadSeparator(JsonValue item, bool mayBeEmpty)
    {
        if (item.Find("separator") is not { } separator) return " ";
        if (separator.Kind == JsonKind.String && (mayBeEmpty || separator.Text.Length > 0)) return separator.Text;
        problems.Add(separator, separator.Kind == JsonKind.String ? "'separator' is empty." : $"'separator' must be a text, not {separator.Describe()}.");
        return " ";
    }

    private bool ReadOtherwise(JsonValue item)
    {
        if (item.Find("otherwise") is not { } otherwise) return false;
        if (otherwise is { Kind: JsonKind.String, Text: "reject" or "null" }) return otherwise.Text == "null";
        problems.Add(otherwise, "'otherwise' must be \"reject\" or \"null\".");
        return false;
    }

    /// <summary>A value that the field can hold, as steps after it find it.</summary>
    private string? ReadValue(JsonValue given, PipelineField? field)
    {
        if (given.Kind is not (JsonKind.String or JsonKind.Number or JsonKind.Boolean))
        {
            problems.Add(given, $"A text, a number or true or false must stand here, not {given.Describe()}.");
            return null;
        }

        if (field is null || FieldValues.CanHold(field, given.Text)) return given.Text;
        problems.Add(given, $"'{given.Text}' is no value of '{field.Name}', which is {FieldTypes.Describe(field.Type)}.");
        return null;
    }

    private void Add(JsonValue item, RowStep step)
    {
        _steps.Add(step);
        for (var part = 0; part < step.Into.Count; part++)
        {
            var index = fields.FindIndex(f => f.Name == step.Into[part]);
            var field = fields[index];
            if (field.Origin is not null) problems.Add(item, $"'{field.Name}' is filled by another step already.");
            if (field.SourceName is { } name) problems.Add(item, $"'{field.Name}' reads the column '{name}' already.", "leave out source_column.");
            if (field.Default is { IsCurrentTimestamp: true }) problems.Add(item, $"'{field.Name}' is filled with the time of the load.");
            fields[index] = field with { Origin = new FieldOrigin(step, part) };
        }
    }
}
