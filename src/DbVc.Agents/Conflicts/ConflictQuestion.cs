using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DbVc.Model;

namespace DbVc.Agents;

/// <summary>Conflicts in the form in which a model sees them: what it may not see is masked, what is too long is cut.</summary>
internal sealed class ConflictQuestion(Disclosure disclosure)
{
    private const int MostText = 2_000;

    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    public string Describe(IEnumerable<Conflict> conflicts) => new JsonArray([.. conflicts.Select(Describe)]).ToJsonString(s_options);

    /// <summary>Whether all that the conflict is about is shown as it is: only then can a model say a value of its own.</summary>
    public bool IsShown(Conflict conflict) => new[] { conflict.Base, conflict.Source, conflict.Target }
        .All(side => side is null || side.All(cell => disclosure.Cell(cell.Name, Text(cell.Value)) == Text(cell.Value)));

    private JsonObject Describe(Conflict conflict) => new()
    {
        ["id"] = conflict.Id,
        ["about"] = conflict.Kind.ToString().ToLowerInvariant(),
        ["name"] = conflict.Table,
        ["column"] = conflict.Column,
        ["path"] = conflict.Path,
        ["contradictions"] = new JsonArray([.. conflict.Parts.Select(part => (JsonNode)part)]),
        ["key"] = Side(conflict, conflict.Key),
        ["base"] = Side(conflict, conflict.Base),
        ["source"] = Side(conflict, conflict.Source),
        ["target"] = Side(conflict, conflict.Target),
    };

    /// <summary>Definitions and files are no data: a model sees them as it sees code.</summary>
    private JsonObject? Side(Conflict conflict, IReadOnlyList<NamedValue>? cells) => cells is null ? null
        : new JsonObject(cells.DistinctBy(c => c.Name).Select(cell => KeyValuePair.Create(cell.Name, (JsonNode?)Shown(conflict, cell))));

    private string? Shown(Conflict conflict, NamedValue cell)
    {
        var text = Text(cell.Value);
        var shown = conflict.Kind is ConflictKind.Cell or ConflictKind.Row ? disclosure.Cell(cell.Name, text) : text;
        return shown is { Length: > MostText } ? shown[..MostText] + "…" : shown;
    }

    private static string? Text(Value value) => value.IsNull ? null : value.ToString();
}
