using DbVc.Model;

namespace DbVc.Pipelines;

/// <summary>
/// Reads foreign keys: <c>references</c> at a field (<c>"customers"</c>, <c>"customers.id"</c>, <c>"customers(id)"</c>, or an object), and
/// <c>destination.foreign_keys</c> for those of several fields.
/// </summary>
internal sealed class ForeignKeyReader(ProblemList problems, IReadOnlyList<PipelineField> fields)
{
    private static readonly Dictionary<string, string> s_actions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["no_action"] = "NO ACTION",
        ["restrict"] = "RESTRICT",
        ["cascade"] = "CASCADE",
        ["set_null"] = "SET NULL",
    };

    public IReadOnlyList<ForeignKey> Read(JsonValue root)
    {
        var schema = root.Find("schema");
        var keys = new List<ForeignKey>();
        foreach (var field in schema is { Kind: JsonKind.Object } ? fields : [])
        {
            if (schema!.Find(field.Name) is not { Kind: JsonKind.Object } value || value.Find("references") is not { } at) continue;
            if (ReadOne(at, [field]) is { } key) keys.Add(key);
        }

        var several = root.Find("destination") is { Kind: JsonKind.Object } destination ? destination.Find("foreign_keys") : null;
        if (several is { Kind: not JsonKind.Array }) problems.Add(several, $"'foreign_keys' must be a list, not {several.Describe()}.");
        foreach (var item in several?.Items ?? [])
        {
            if (ReadOfSeveral(item) is { } key) keys.Add(key);
        }

        return keys;
    }

    private ForeignKey? ReadOfSeveral(JsonValue item)
    {
        if (item.Kind != JsonKind.Object)
        {
            problems.Add(item, $"A foreign key must be an object, not {item.Describe()}.",
                "write {\"fields\": [\"a\", \"b\"], \"references\": \"table(a, b)\"}.");
            return null;
        }

        problems.RefuseUnknown(item, "fields", "references", "on_delete", "description");
        var own = FieldLookup.FindAll(problems, fields, problems.Require(item, "fields"), "fields");
        if (problems.Require(item, "references") is not { } references || own is null) return null;
        return ReadOne(references, own) is { } key ? key with { OnDelete = ReadAction(item) } : null;
    }

    private ForeignKey? ReadOne(JsonValue at, IReadOnlyList<PipelineField> own)
    {
        var (table, columns, action) = at.Kind switch
        {
            JsonKind.String => Split(at),
            JsonKind.Object => ReadObject(at),
            _ => (null, [], ""),
        };
        if (at.Kind is not (JsonKind.String or JsonKind.Object)) problems.Add(at, $"'references' must be a table or an object, not {at.Describe()}.");
        if (table is null) return null;
        if (columns.Count > 0 && columns.Count != own.Count)
        {
            problems.Add(at, $"{own.Count} fields cannot refer to {columns.Count} columns.");
            return null;
        }

        return new ForeignKey
        {
            Columns = [.. own.Select(f => f.Name)],
            ReferencedTable = table,
            ReferencedColumns = columns,
            OnDelete = action.Length == 0 ? "NO ACTION" : action,
        };
    }

    /// <summary><c>table</c>, <c>table.column</c> or <c>table(column, …)</c>.</summary>
    private (string? Table, IReadOnlyList<string> Columns, string Action) Split(JsonValue at)
    {
        if (KeyReference.TryParse(at.Text) is { } reference) return (reference.Table, reference.Columns, "");
        problems.Add(at, $"'{at.Text}' names no table.", "write for example \"customers\", \"customers.id\" or \"lines(order_id, line)\".");
        return (null, [], "");
    }

    private (string? Table, IReadOnlyList<string> Columns, string Action) ReadObject(JsonValue at)
    {
        problems.RefuseUnknown(at, "table", "column", "columns", "on_delete");
        var one = problems.Text(at, "column");
        var many = at.Find("columns");
        if (one is not null && many is not null) problems.Add(many, "Both 'column' and 'columns' are given; one is enough.");
        if (many is not null && (many.Kind != JsonKind.Array || many.Items.Any(i => i.Kind != JsonKind.String)))
            problems.Add(many, "'columns' must be a list of names.");
        return (problems.Text(at, "table", required: true), one is not null ? [one] : [.. many?.Items.Select(i => i.Text) ?? []], ReadAction(at));
    }

    private string ReadAction(JsonValue at)
    {
        if (problems.Text(at, "on_delete") is not { } word) return "NO ACTION";
        if (s_actions.TryGetValue(word.Trim().Replace(' ', '_'), out var action)) return action;
        problems.Add(at.Find("on_delete")!, $"'{word}' is nothing that can be done when the row referred to is deleted.",
            $"known: {string.Join(", ", s_actions.Keys)}.");
        return "NO ACTION";
    }
}
