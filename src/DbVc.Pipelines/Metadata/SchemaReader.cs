using System.Globalization;
using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>Reads <c>schema</c>: a type per field, or an object per field.</summary>
internal sealed partial class SchemaReader(ProblemList problems)
{
    private const int MaxFields = 2000;
    private const int MostDigits = 28;

    public List<PipelineField> Read(JsonValue schema, List<string> assumptions)
    {
        var fields = new List<PipelineField>();
        if (schema.Members.Count > MaxFields) problems.Add(schema, $"'schema' declares more than {MaxFields} fields.");
        foreach (var (name, value) in schema.Members.Take(MaxFields))
        {
            CheckName(name, value, fields);
            if (ReadField(name, value) is { } field) fields.Add(field);
        }

        var allShort = schema.Members.All(m => m.Value.Kind == JsonKind.String);
        var id = fields.FindIndex(f => f.Name == "id" && f.Type == FieldType.Integer);
        if (allShort && id >= 0)
        {
            fields[id] = fields[id] with { PrimaryKey = true, Nullable = false };
            assumptions.Add("'id' is the primary key, because it is a whole number called id and no key is declared.");
        }

        CheckHeaderNames(schema, fields);
        return fields;
    }

    private void CheckName(string name, JsonValue value, List<PipelineField> fields)
    {
        if (name.Trim().Length == 0) problems.Add(value, "The name of a field is empty.");
        if (name.Contains('\0', StringComparison.Ordinal)) problems.Add(value, "The name of a field holds a NUL character.");
        if (name.Length > 200) problems.Add(value, "The name of a field is longer than 200 characters.");
        if (fields.Find(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } similar)
        {
            problems.Add(value, $"'{name}' and '{similar.Name}' differ only in case; databases take them for the same column.");
        }
    }

    private void CheckHeaderNames(JsonValue schema, List<PipelineField> fields)
    {
        foreach (var group in fields.GroupBy(f => f.HeaderName.Trim()).Where(g => g.Count() > 1))
        {
            var second = group.ElementAt(1);
            problems.Add(schema.Find(second.Name)!, $"'{group.First().Name}' and '{second.Name}' are read from the same column '{group.Key}'.");
        }
    }

    private PipelineField? ReadField(string name, JsonValue value)
    {
        if (value.Kind == JsonKind.String) return ReadType(value, value.Text) is { } shortType ? shortType with { Name = name } : null;
        if (value.Kind != JsonKind.Object)
        {
            problems.Add(value, $"A field must be a type name or an object, not {value.Describe()}.");
            return null;
        }

        problems.RefuseUnknown(value, "type", "primary_key", "nullable", "max_length", "default", "references", "description", "source_column", "path", "from");
        var typeName = problems.Text(value, "type", required: true);
        if (typeName is null || ReadType(value.Find("type")!, typeName) is not { } type) return null;
        var field = type with { Name = name };
        var primaryKey = problems.Truth(value, "primary_key") ?? false;
        var nullable = problems.Truth(value, "nullable");
        if (primaryKey && nullable == true) problems.Add(value.Find("nullable")!, $"'{name}' is the primary key and cannot be nullable.");
        field = field with
        {
            PrimaryKey = primaryKey,
            Nullable = nullable ?? !primaryKey,
            MaxLength = ReadMaxLength(value, field) ?? field.MaxLength,
            Description = problems.Text(value, "description", mayBeEmpty: true),
            SourceName = ReadSourceName(value),
        };
        if (primaryKey && field.Type == FieldType.Real)
        {
            problems.Add(value.Find("primary_key")!, "A float cannot be a primary key: equal numbers may differ in their last digits.");
        }


        return field with { Default = ReadDefault(value, field) };
    }

    /// <summary>Three words for it: tables have columns, documents have paths.</summary>
    private string? ReadSourceName(JsonValue value)
    {
        string? found = null;
        foreach (var name in (string[])["source_column", "path", "from"])
        {
            var text = problems.Text(value, name);
            if (found is not null && text is not null) problems.Add(value.Find(name)!, "'source_column', 'path' and 'from' mean the same; one is enough.");
            found ??= text;
        }

        return found;
    }

    /// <summary>A field of the type, without its name.</summary>
    private PipelineField? ReadType(JsonValue at, string text)
    {
        var field = new PipelineField { Name = "", Type = FieldType.Text };
        if (FieldTypes.TryFind(text, out var plain)) return field with { Type = plain };
        var match = SizedType().Match(text);
        if (match.Success && FieldTypes.TryFind(match.Groups[1].Value, out var sized)
            && int.TryParse(match.Groups[2].Value, CultureInfo.InvariantCulture, out var size) && size > 0)
        {
            if (sized == FieldType.Text && !match.Groups[3].Success) return field with { MaxLength = size };
            if (sized == FieldType.Decimal) return ReadDecimal(at, match, size);
        }

        var nearest = Suggestion.Nearest(text, FieldTypes.Names);
        problems.Add(at, $"'{text}' is no type.", nearest is null
            ? "known: string, integer, float, decimal, boolean, date, timestamp."
            : $"did you mean '{nearest}'?");
        return null;
    }

    private PipelineField? ReadDecimal(JsonValue at, Match match, int precision)
    {
        var scale = match.Groups[3].Success && int.TryParse(match.Groups[3].Value, CultureInfo.InvariantCulture, out var given) ? given : 0;
        if (precision <= MostDigits && scale <= precision)
            return new PipelineField { Name = "", Type = FieldType.Decimal, Precision = precision, Scale = scale };
        problems.Add(at, precision > MostDigits ? $"A decimal has at most {MostDigits} digits."
            : "A decimal cannot have more digits after the point than it has digits.",
            "write decimal(10,2) for ten digits, two of them after the point; decimal alone takes any number of them.");
        return null;
    }

    private int? ReadMaxLength(JsonValue value, PipelineField field)
    {
        var length = problems.Whole(value, "max_length", 1, int.MaxValue);
        if (length is not null && field.Type != FieldType.Text)
        {
            problems.Add(value.Find("max_length")!, $"'max_length' is for text; '{field.Name}' is {FieldTypes.Describe(field.Type)}.");
        }

        return length;
    }

    private FieldDefault? ReadDefault(JsonValue value, PipelineField field)
    {
        var given = value.Find("default");
        if (given is null || given.Kind == JsonKind.Null) return null;
        if (given.Kind is JsonKind.Object or JsonKind.Array)
        {
            problems.Add(given, $"'default' must be a value, not {given.Describe()}.");
            return null;
        }

        var isNow = given.Kind == JsonKind.String && given.Text.ToLowerInvariant() is "current_timestamp" or "now" or "now()";
        if (isNow && field.Type == FieldType.Timestamp) return FieldDefault.CurrentTimestamp;
        var fits = given.Kind switch
        {
            JsonKind.Number => OperandTypes.IsNumber(field.Type),
            JsonKind.Boolean => field.Type == FieldType.Boolean,
            _ => field.Type is FieldType.Text or FieldType.Date or FieldType.Timestamp or FieldType.Decimal,
        };
        if (fits && FieldValues.CanHold(field, given.Text)) return new FieldDefault(given.Text);
        var shown = given.Kind == JsonKind.String ? $"'{given.Text}'" : given.Text;
        var limit = field.MaxLength is { } longest && field.Type == FieldType.Text ? $" of at most {longest} characters" : "";
        problems.Add(given, $"The default {shown} is no value of '{field.Name}', which is {FieldTypes.Describe(field.Type)}{limit}.");
        return null;
    }

    [GeneratedRegex(@"\A\s*([A-Za-z]+)\s*\(\s*([0-9]{1,9})\s*(?:,\s*([0-9]{1,9})\s*)?\)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex SizedType();
}
